/** Tests of the package. */
@NullMarked
package io.logitstream.trainer.replay;

import org.jspecify.annotations.NullMarked;
