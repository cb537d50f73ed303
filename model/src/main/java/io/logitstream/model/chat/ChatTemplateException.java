package io.logitstream.model.chat;

/** A chat template that cannot be used, or a conversation that it cannot be used on. */
public final class ChatTemplateException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public ChatTemplateException(String message) {
    super(message);
  }

  ChatTemplateException(String message, Throwable cause) {
    super(message, cause);
  }
}
