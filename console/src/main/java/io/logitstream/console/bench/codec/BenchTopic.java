package io.logitstream.console.bench.codec;

import io.logitstream.schemas.topics.Topic;
import io.logitstream.schemas.topics.TopicSpecification;
import java.util.Locale;

/** The encodings that a teacher's records are published in, each on a topic of its own. */
enum BenchTopic {
  /** Entropy-coded counts. */
  SAMPLED,
  /** The same counts, packed plainly. */
  SAMPLED_PLAIN,
  /** The twelve most likely ids, entropy-coded. */
  TOP_12,
  /** The same ids and levels, packed plainly. */
  TOP_12_PLAIN,
  /** The fifty most likely ids, entropy-coded. */
  TOP_50,
  /** Tokens alone. */
  LABELS,
  /** Every logit; small vocabularies, and a few windows only. */
  FULL,
  /** The same, quantised and coded. */
  FULL_CODED;

  /** Windows that are published in full: each is megabytes. */
  static final int FULL_WINDOWS = 16;

  /** Whether it has every logit. */
  boolean isFull() {
    return this == FULL || this == FULL_CODED;
  }

  /** Its name in the pipeline of a prefix. */
  String named(String prefix, String teacher) {
    return "%sbench-codec-%s-%s"
        .formatted(prefix, teacher, name().toLowerCase(Locale.ROOT).replace('_', '-'));
  }

  /** How it stands on a broker. */
  TopicSpecification specification(String prefix, String teacher, short replicationFactor) {
    TopicSpecification logits = Topic.TEACHER_LOGITS.specification(prefix, 1, replicationFactor);
    return new TopicSpecification(
        named(prefix, teacher),
        1,
        replicationFactor,
        logits.cleanupPolicy(),
        logits.retention(),
        logits.maxMessageBytes());
  }
}
