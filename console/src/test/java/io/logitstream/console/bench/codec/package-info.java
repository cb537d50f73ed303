@NullMarked
package io.logitstream.console.bench.codec;

import org.jspecify.annotations.NullMarked;
