/**
 * The teacher: consumes prompts, publishes its sparse logits in one transaction with their offsets.
 */
@NullMarked
package io.logitstream.teacher;

import org.jspecify.annotations.NullMarked;
