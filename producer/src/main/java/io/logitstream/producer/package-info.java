/** Puts prompts on a topic: what is read, how fast, and how it gets there exactly once. */
@NullMarked
package io.logitstream.producer;

import org.jspecify.annotations.NullMarked;
