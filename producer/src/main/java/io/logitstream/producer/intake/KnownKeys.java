package io.logitstream.producer.intake;

import io.logitstream.schemas.SourcePosition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The idempotency keys that a source remembers, in the order in which they expire, and the names of
 * those that have expired while their records are still on the topic. One thread.
 */
final class KnownKeys {
  private final int maxKeys;
  private final Map<String, Known> known = new LinkedHashMap<>();
  private final Set<String> expired = new LinkedHashSet<>();

  /**
   * What is remembered of a key; there may be millions.
   *
   * @param contentSha256 of the content that it came with; null where that is not known
   * @param expiresAtMs when it may be forgotten
   */
  record Known(@Nullable String contentSha256, long expiresAtMs) {}

  KnownKeys(int maxKeys) {
    this.maxKeys = maxKeys;
  }

  /**
   * Replaces everything by what the topic says.
   *
   * @param nowMs keys that have expired by then are to be deleted, and nothing more
   * @param reading reads the topic
   * @return what that returns
   */
  <T> T load(long nowMs, Function<StoredKeys, T> reading) {
    known.clear();
    expired.clear();
    T read = reading.apply(new Loading(nowMs));
    List<Map.Entry<String, Known>> found = new ArrayList<>(known.entrySet());
    found.sort(Comparator.comparingLong(entry -> entry.getValue().expiresAtMs()));
    known.clear();
    found.forEach(entry -> known.put(entry.getKey(), entry.getValue()));
    return read;
  }

  /** What a key stands for, unless it has expired. */
  Optional<Known> find(String key, long nowMs) {
    return Optional.ofNullable(known.get(key)).filter(found -> found.expiresAtMs() > nowMs);
  }

  /** Whether there is room for this many more. */
  boolean hasRoomFor(int more) {
    return known.size() + more <= maxKeys;
  }

  /** Remembers a key, the last to expire. */
  void add(String key, Known value) {
    known.remove(key);
    known.put(key, value);
    expired.remove(key);
  }

  int size() {
    return known.size();
  }

  /**
   * Forgets keys that have expired, the oldest first.
   *
   * @param max the most that are forgotten at once, so that no call is long
   */
  void expire(long nowMs, int max) {
    Iterator<Map.Entry<String, Known>> oldest = known.entrySet().iterator();
    for (int count = 0; count < max && oldest.hasNext(); count++) {
      Map.Entry<String, Known> entry = oldest.next();
      if (entry.getValue().expiresAtMs() > nowMs) {
        return;
      }
      expired.add(entry.getKey());
      oldest.remove();
    }
  }

  /** Some of the keys that have expired and whose records are not deleted yet. */
  List<String> expired(int max) {
    return expired.stream().limit(max).toList();
  }

  /** The records of these expired keys are deleted. */
  void deleted(Collection<String> keys) {
    keys.forEach(expired::remove);
  }

  /** Takes keys in as they are read; in which order they expire is found at the end. */
  private final class Loading implements StoredKeys {
    private final long nowMs;

    Loading(long nowMs) {
      this.nowMs = nowMs;
    }

    @Override
    public void stored(String key, SourcePosition value) {
      forgotten(key);
      if (value.getExpiresAt() == null) {
        return;
      }
      long expiresAtMs = value.getExpiresAt().toEpochMilli();
      if (expiresAtMs > nowMs) {
        known.put(key, new Known(value.getFingerprint(), expiresAtMs));
      } else {
        expired.add(key);
      }
    }

    @Override
    public void forgotten(String key) {
      known.remove(key);
      expired.remove(key);
    }
  }
}
