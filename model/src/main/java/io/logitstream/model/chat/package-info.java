/** Conversations: from messages to the tokens that a model reads, by its own chat template. */
@NullMarked
package io.logitstream.model.chat;

import org.jspecify.annotations.NullMarked;
