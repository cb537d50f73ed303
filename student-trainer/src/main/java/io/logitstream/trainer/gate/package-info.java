/** The gate: which checkpoints followers may take, and when a run goes back to an accepted one. */
@NullMarked
package io.logitstream.trainer.gate;

import org.jspecify.annotations.NullMarked;
