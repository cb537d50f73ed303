package io.logitstream.model.chat;

import java.util.BitSet;

/**
 * A conversation as a model reads it.
 *
 * @param ids its tokens, with the special ones that the template writes and no others
 * @param trained which of them a student learns
 */
public record TokenizedChat(int[] ids, BitSet trained) {}
