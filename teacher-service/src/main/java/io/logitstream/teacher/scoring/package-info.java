/** Teacher-forced scoring of windows, and its results as sparse logits. */
@NullMarked
package io.logitstream.teacher.scoring;

import org.jspecify.annotations.NullMarked;
