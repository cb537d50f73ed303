package io.logitstream.lineage.store;

import io.logitstream.schemas.topics.Topic;
import java.util.Optional;

/** The kinds of records that a prompt becomes. */
public enum RecordKind {
  PROMPT(0, Topic.PROMPTS),
  TRAINING_WINDOW(1, Topic.TEACHER_LOGITS),
  EVALUATION_WINDOW(2, Topic.EVALUATION_LOGITS);

  private final int code;
  private final Topic topic;

  RecordKind(int code, Topic topic) {
    this.code = code;
    this.topic = topic;
  }

  /** What stands for it in keys; never changes. */
  int code() {
    return code;
  }

  /**
   * The kind that a code in a key stands for.
   *
   * @throws IllegalArgumentException if it stands for none
   */
  static RecordKind ofCode(int code) {
    for (RecordKind kind : values()) {
      if (kind.code == code) {
        return kind;
      }
    }
    throw new IllegalArgumentException("a record of kind %d, expected 0 to 2".formatted(code));
  }

  /** The topic that records of this kind lie on. */
  public Topic topic() {
    return topic;
  }

  /**
   * The promptId in the key of a record of this kind: the whole key of a prompt, and what stands
   * before window and revision in that of a window. Empty where the key is not of that form.
   */
  public Optional<String> promptId(String key) {
    if (this == PROMPT) {
      return key.isEmpty() ? Optional.empty() : Optional.of(key);
    }
    int revision = key.lastIndexOf('/');
    int window = revision < 1 ? -1 : key.lastIndexOf('/', revision - 1);
    return window < 1 ? Optional.empty() : Optional.of(key.substring(0, window));
  }
}
