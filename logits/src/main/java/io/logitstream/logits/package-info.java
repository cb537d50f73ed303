/**
 * Sparse logits: what a teacher says about each next token, its encodings, and its place in a
 * {@code TeacherLogits} record.
 */
@NullMarked
package io.logitstream.logits;

import org.jspecify.annotations.NullMarked;
