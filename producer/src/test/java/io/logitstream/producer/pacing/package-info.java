/** Tests of this package. */
@NullMarked
package io.logitstream.producer.pacing;

import org.jspecify.annotations.NullMarked;
