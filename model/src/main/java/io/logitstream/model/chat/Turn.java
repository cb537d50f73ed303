package io.logitstream.model.chat;

import java.util.regex.Pattern;

/**
 * One message of a conversation.
 *
 * @param role who speaks: system, user, assistant, tool
 * @param content what is said
 */
public record Turn(String role, String content) {
  private static final Pattern ROLE = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,63}");
  private static final String ASSISTANT = "assistant";

  public Turn {
    // Templates write the role beside special tokens: it is a name, not a text.
    if (!ROLE.matcher(role).matches()) {
      throw new ChatTemplateException(
          "a message of the role '%s', expected a name of 1 to 64 letters, digits, '_' or '-'"
              .formatted(role.substring(0, Math.min(80, role.length()))));
    }
  }

  /** Whether the model itself speaks, so that it is what a student learns. */
  public boolean isAssistant() {
    return role.equals(ASSISTANT);
  }
}
