/** Tests of the package. */
@NullMarked
package io.logitstream.trainer.planning;

import org.jspecify.annotations.NullMarked;
