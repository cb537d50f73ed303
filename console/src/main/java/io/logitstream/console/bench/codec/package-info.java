/** The benchmark of the logit log: records of two teachers, published, read back and measured. */
@NullMarked
package io.logitstream.console.bench.codec;

import org.jspecify.annotations.NullMarked;
