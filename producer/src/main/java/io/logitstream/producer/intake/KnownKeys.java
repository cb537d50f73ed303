package io.logitstream.producer.intake;

import io.logitstream.schemas.SourcePosition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The idempotency keys that a source remembers, in the order in which they expire. One thread. */
final class KnownKeys {
  private final int maxKeys;
  private final LinkedHashMap<String, Known> keys = new LinkedHashMap<>();

  /**
   * @param promptId the prompt that the key stands for
   * @param contentSha256 of the content that it came with; null where that is not known
   * @param expiresAtMs when it may be forgotten
   */
  record Known(String promptId, @Nullable String contentSha256, long expiresAtMs) {}

  KnownKeys(int maxKeys) {
    this.maxKeys = maxKeys;
  }

  /** Replaces everything by what the topic says. */
  void load(Collection<SourcePosition> stored) {
    keys.clear();
    Map<String, Known> found = new LinkedHashMap<>();
    for (SourcePosition position : stored) {
      String key = position.getIdempotencyKey();
      String promptId = position.getPromptId();
      if (key != null && promptId != null && position.getExpiresAt() != null) {
        found.put(
            key,
            new Known(promptId, position.getFingerprint(), position.getExpiresAt().toEpochMilli()));
      }
    }
    found.entrySet().stream()
        .sorted(Comparator.comparingLong(entry -> entry.getValue().expiresAtMs()))
        .forEach(entry -> keys.put(entry.getKey(), entry.getValue()));
  }

  /** What a key stands for, unless it has expired. */
  Optional<Known> find(String key, long nowMs) {
    return Optional.ofNullable(keys.get(key)).filter(known -> known.expiresAtMs() > nowMs);
  }

  /** Whether there is room for this many more. */
  boolean hasRoomFor(int more) {
    return keys.size() + more <= maxKeys;
  }

  void add(String key, Known known) {
    keys.remove(key);
    keys.put(key, known);
  }

  int size() {
    return keys.size();
  }

  /** Forgets keys that have expired, the oldest first. */
  List<String> takeExpired(long nowMs, int max) {
    List<String> expired = new ArrayList<>();
    Iterator<Map.Entry<String, Known>> entries = keys.entrySet().iterator();
    while (entries.hasNext() && expired.size() < max) {
      Map.Entry<String, Known> entry = entries.next();
      if (entry.getValue().expiresAtMs() > nowMs) {
        break;
      }
      expired.add(entry.getKey());
      entries.remove();
    }
    return expired;
  }
}
