package io.logitstream.systemtests.simulation;

import io.logitstream.platform.registry.RecordSerializer;
import io.logitstream.schemas.Origin;
import io.logitstream.schemas.OriginKind;
import io.logitstream.schemas.Prompt;
import io.logitstream.schemas.topics.RecordKeys;
import io.logitstream.schemas.topics.Topic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Prompts for simulated teachers: made once, the same in every process. */
final class Prompts {
  /** Tokens that the model reads at once. */
  static final int WINDOW_TOKENS = 4;

  /** Tokens of a prompt at most; a token is a character. */
  static final int MAX_TOKENS = 16;

  private static final int OF_A_KIND = 100;
  private static final long SEED = 4712;

  /** What a prompt is to a teacher. */
  enum Kind {
    SCORABLE,
    HELD_OUT,
    MALFORMED,
    EMPTY,
    TOO_LONG,
    TOMBSTONE;

    /** Whether it goes to the dead letters. */
    boolean isCondemned() {
      return this == MALFORMED || this == EMPTY || this == TOO_LONG;
    }

    /** Where its windows go. */
    Topic destination() {
      return this == HELD_OUT ? Topic.EVALUATION_LOGITS : Topic.TEACHER_LOGITS;
    }
  }

  /**
   * A prompt.
   *
   * @param key its promptId
   * @param windows records that a teacher makes of it
   */
  record Item(Kind kind, String key, byte @Nullable [] value, int windows) {}

  private final Map<Kind, List<Item>> items = new EnumMap<>(Kind.class);

  private static final class Holder {
    private static final Prompts ALL = new Prompts();
  }

  private Prompts() {
    SplittableRandom random = new SplittableRandom(SEED);
    try (RecordSerializer serializer = new RecordSerializer(Traffic.KAFKA)) {
      for (Kind kind : Kind.values()) {
        List<Item> made = new ArrayList<>();
        for (int i = 0; i < OF_A_KIND; i++) {
          made.add(item(kind, kind + "-" + i, serializer, random));
        }
        items.put(kind, made);
      }
    }
  }

  static Prompts all() {
    return Holder.ALL;
  }

  /** A prompt of a kind; others than for all smaller numbers, up to a hundred. */
  Item numbered(Kind kind, int number) {
    List<Item> made = items.getOrDefault(kind, List.of());
    return made.get(number % made.size());
  }

  private static Item item(
      Kind kind, String position, RecordSerializer serializer, SplittableRandom random) {
    String key = RecordKeys.promptId("simulated", position);
    int tokens =
        switch (kind) {
          case SCORABLE, HELD_OUT -> 2 + random.nextInt(MAX_TOKENS - 1);
          case TOO_LONG -> MAX_TOKENS + 1;
          case MALFORMED, EMPTY, TOMBSTONE -> 0;
        };
    Prompt prompt =
        Prompt.newBuilder()
            .setPromptId(key)
            .setText(text(tokens, random))
            .setSource("simulated")
            .setSourcePosition(position)
            .setSourceIndex(0)
            .setDocumentGroup("group")
            .setHeldOut(kind == Kind.HELD_OUT)
            .setDomain(Traffic.DOMAIN)
            .setOrigin(new Origin(OriginKind.HUMAN, null, null, null, null))
            .setCreatedAt(Instant.EPOCH)
            .build();
    byte @Nullable [] value =
        switch (kind) {
          case TOMBSTONE -> null;
          case MALFORMED -> new byte[] {9, 9, 9};
          default -> serializer.serialize(Topic.PROMPTS.named(Traffic.KAFKA.topicPrefix()), prompt);
        };
    boolean isScored = kind == Kind.SCORABLE || kind == Kind.HELD_OUT;
    // Every token but the first is the label of one window.
    int windows = isScored ? (tokens - 1 + WINDOW_TOKENS - 1) / WINDOW_TOKENS : 0;
    return new Item(kind, key, value, windows);
  }

  private static String text(int characters, SplittableRandom random) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < characters; i++) {
      text.append((char) ('a' + random.nextInt(20)));
    }
    return text.toString();
  }
}
