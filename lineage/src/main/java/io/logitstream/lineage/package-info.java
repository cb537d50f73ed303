/** The index from prompts to the training steps and checkpoints that came of them. */
@NullMarked
package io.logitstream.lineage;

import org.jspecify.annotations.NullMarked;
