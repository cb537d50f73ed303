@NullMarked
package io.logitstream.console.bench.quality;

import org.jspecify.annotations.NullMarked;
