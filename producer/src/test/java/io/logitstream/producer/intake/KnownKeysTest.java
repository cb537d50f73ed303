package io.logitstream.producer.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.logitstream.schemas.SourcePosition;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class KnownKeysTest {
  private static final int ALL = 100;

  private final KnownKeys keys = new KnownKeys(3);

  @Test
  void keysExpireInTheirOrderInWhicheverOrderTheyWereRead() {
    load(0, "late 30", "soon 10", "then 20");

    keys.expire(10, ALL);
    assertThat(keys.expired(ALL)).containsExactly("soon");
    keys.expire(30, ALL);
    assertThat(keys.expired(ALL)).containsExactly("soon", "then", "late");
    assertThat(keys.size()).isZero();
  }

  @Test
  void ofKeysThatHadExpiredWhenTheyWereReadTheNamesAreKeptUntilTheirRecordsAreDeleted() {
    load(20, "gone 10", "goes 20", "stays 21");

    assertThat(keys.size()).isEqualTo(1);
    assertThat(keys.hasRoomFor(2)).isTrue();
    assertThat(keys.hasRoomFor(3)).isFalse();
    assertThat(keys.find("gone", 0)).isEmpty();
    assertThat(keys.expired(1)).containsExactly("gone");
    keys.deleted(List.of("gone"));
    assertThat(keys.expired(ALL)).containsExactly("goes");
  }

  @Test
  void theLastWordOfAKeyCounts() {
    load(20, "renewed 10", "renewed 40", "shortened 50", "shortened 15", "deleted 60", "deleted -");

    assertThat(keys.find("renewed", 20))
        .get()
        .extracting(KnownKeys.Known::expiresAtMs)
        .isEqualTo(40L);
    assertThat(keys.find("shortened", 0)).isEmpty();
    assertThat(keys.find("deleted", 0)).isEmpty();
    assertThat(keys.expired(ALL)).containsExactly("shortened");
  }

  @Test
  void anExpiredKeyThatIsUsedAgainIsNotDeleted() {
    load(20, "again 10");

    keys.add("again", new KnownKeys.Known("0f", 90));
    assertThat(keys.expired(ALL)).isEmpty();
    assertThat(keys.find("again", 20)).isPresent();
  }

  @Test
  void readingAgainReplacesEverything() {
    load(0, "old 10");
    keys.expire(10, ALL);
    load(0, "new 10");

    assertThat(keys.expired(ALL)).isEmpty();
    assertThat(keys.size()).isEqualTo(1);
  }

  /** Keys with the time at which they expire, or '-' where they were deleted. */
  private void load(long nowMs, String... found) {
    int read =
        keys.load(
            nowMs,
            reading -> {
              for (String one : found) {
                String[] parts = one.split(" ");
                if (parts[1].equals("-")) {
                  reading.forgotten(parts[0]);
                } else {
                  reading.stored(parts[0], stored(parts[0], Long.parseLong(parts[1])));
                }
              }
              return found.length;
            });
    assertThat(read).isEqualTo(found.length);
  }

  private static SourcePosition stored(String key, long expiresAtMs) {
    return SourcePosition.newBuilder()
        .setSource("source")
        .setNextIndex(1)
        .setIdempotencyKey(key)
        .setPromptId("id")
        .setExpiresAt(Instant.ofEpochMilli(expiresAtMs))
        .setUpdatedAt(Instant.EPOCH)
        .build();
  }
}
