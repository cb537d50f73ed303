/** Tests of the package. */
@NullMarked
package io.logitstream.trainer.training;

import org.jspecify.annotations.NullMarked;
