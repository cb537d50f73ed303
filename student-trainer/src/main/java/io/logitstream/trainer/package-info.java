/** Trains a student from the log of a teacher's logits, exactly once. */
@NullMarked
package io.logitstream.trainer;

import org.jspecify.annotations.NullMarked;
