package io.logitstream.producer.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.logitstream.schemas.SourcePosition;
import java.time.Instant;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WriterNameTest {
  private final WriterName name = new WriterName(new Random(1));

  @Test
  void aWriterKnowsItsOwnPositionsAndNoOthers() {
    assertThat(name.wrote(position(name.nextTransaction()))).isTrue();
    assertThat(name.wrote(position(new WriterName(new Random(2)).nextTransaction()))).isFalse();
  }

  @Test
  void aPositionOfAnEarlierVersionIsAnotherWriters() {
    assertThat(name.wrote(position(null))).isFalse();
  }

  @Test
  void noTwoTransactionsHaveOneName() {
    assertThat(name.nextTransaction()).isNotEqualTo(name.nextTransaction());
  }

  private static SourcePosition position(@Nullable String transaction) {
    return SourcePosition.newBuilder()
        .setSource("source")
        .setNextIndex(1)
        .setTransaction(transaction)
        .setUpdatedAt(Instant.EPOCH)
        .build();
  }
}
