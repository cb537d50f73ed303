package io.logitstream.teacher.scoring;

import io.logitstream.model.chat.ChatTemplateException;
import io.logitstream.model.chat.ChatTemplateFiles;
import io.logitstream.model.chat.ChatTokenizer;
import io.logitstream.model.chat.TokenizedChat;
import io.logitstream.model.chat.Turn;
import io.logitstream.model.tokenizer.Tokenizer;
import io.logitstream.schemas.ChatMessage;
import io.logitstream.teacher.batching.ConversationTokenizer;
import io.logitstream.teacher.batching.UnscorablePromptException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Conversations as a model's own chat template writes them. */
public final class TemplatedConversations implements ConversationTokenizer {
  private static final Logger LOG = LoggerFactory.getLogger(TemplatedConversations.class);
  private static final String CODE = "chat-template";

  private final ChatTokenizer tokenizer;

  private TemplatedConversations(ChatTokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /**
   * By the template of a model directory. Where there is none, or none that can be used, every
   * conversation is condemned; texts need no template.
   */
  public static ConversationTokenizer of(Path directory, Tokenizer tokenizer) throws IOException {
    try {
      return ChatTemplateFiles.read(directory)
          .<ConversationTokenizer>map(
              template -> new TemplatedConversations(new ChatTokenizer(template, tokenizer)))
          .orElseGet(() -> ConversationTokenizer.none(directory.toString()));
    } catch (ChatTemplateException e) {
      LOG.warn("conversations cannot be scored: {}: {}", directory, e.getMessage());
      String reason = "%s: %s".formatted(directory, e.getMessage());
      return (messages, at) -> {
        throw new UnscorablePromptException(CODE, reason);
      };
    }
  }

  @Override
  public TokenizedConversation tokenize(List<ChatMessage> messages, Instant at) {
    try {
      TokenizedChat chat =
          tokenizer.tokenize(
              messages.stream()
                  .map(message -> new Turn(message.getRole(), message.getContent()))
                  .toList(),
              at);
      return new TokenizedConversation(chat.ids(), chat.trained());
    } catch (ChatTemplateException e) {
      throw new UnscorablePromptException(CODE, String.valueOf(e.getMessage()));
    }
  }
}
