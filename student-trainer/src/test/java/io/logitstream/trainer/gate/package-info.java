/** Tests of the package. */
@NullMarked
package io.logitstream.trainer.gate;

import org.jspecify.annotations.NullMarked;
