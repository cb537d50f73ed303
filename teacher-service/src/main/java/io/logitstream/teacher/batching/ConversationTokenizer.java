package io.logitstream.teacher.batching;

import io.logitstream.schemas.ChatMessage;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;

/** Turns conversations into the tokens that one model reads. */
@FunctionalInterface
public interface ConversationTokenizer {
  /**
   * The tokens of a conversation, special ones included, in full length.
   *
   * @param at when it took place
   * @throws UnscorablePromptException if this model cannot read it
   */
  TokenizedConversation tokenize(List<ChatMessage> messages, Instant at);

  /**
   * Of a model that reads texts alone.
   *
   * @param model its name, for messages
   */
  static ConversationTokenizer none(String model) {
    return (messages, at) -> {
      throw new UnscorablePromptException(
          "chat-unsupported",
          ("a conversation, but %s has no chat template: give the teacher its chat_template.jinja, or"
                  + " the key chat_template in tokenizer_config.json, or send the text that the"
                  + " model reads")
              .formatted(model));
    };
  }

  /**
   * Tokens and which of them are trained on.
   *
   * @param ids the tokens
   * @param trained indices into them
   */
  record TokenizedConversation(int[] ids, BitSet trained) {}
}
