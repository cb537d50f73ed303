@NullMarked
package io.logitstream.console.bench.device;

import org.jspecify.annotations.NullMarked;
