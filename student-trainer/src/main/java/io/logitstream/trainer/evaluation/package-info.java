/** The pinned evaluation sets, and how the student stands on them. */
@NullMarked
package io.logitstream.trainer.evaluation;

import org.jspecify.annotations.NullMarked;
