/** Tests of this package. */
@NullMarked
package io.logitstream.producer.intake;

import org.jspecify.annotations.NullMarked;
