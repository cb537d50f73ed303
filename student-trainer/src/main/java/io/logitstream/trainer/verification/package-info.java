/** Proves checkpoints: trains again what a ledger says, and compares. */
@NullMarked
package io.logitstream.trainer.verification;

import org.jspecify.annotations.NullMarked;
