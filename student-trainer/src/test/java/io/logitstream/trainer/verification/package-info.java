/** Tests of verification. */
@NullMarked
package io.logitstream.trainer.verification;

import org.jspecify.annotations.NullMarked;
