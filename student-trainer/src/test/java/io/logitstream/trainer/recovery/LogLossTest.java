package io.logitstream.trainer.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.logitstream.platform.kafka.TopicIdentity;
import io.logitstream.schemas.Cursor;
import io.logitstream.schemas.LossAcceptedEntry;
import io.logitstream.schemas.PartitionPosition;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LogLossTest {
  private static final Uuid ID = new Uuid(1, 2);
  private static final Uuid OTHER_ID = new Uuid(3, 4);

  @Test
  void aLogThatHoldsEverythingLacksNothing() {
    LogLoss loss = between(topic(ID, 2), Map.of(0, 10L, 1, 5L), Map.of(0, 10L, 1, 90L), 10, 20);

    assertThat(loss.isEmpty()).isTrue();
  }

  @Test
  void whatRetentionRemovedIsNamedByItsOffsets() {
    LogLoss loss = between(topic(ID, 2), Map.of(0, 13L, 1, 0L), Map.of(0, 30L, 1, 30L), 10, 20);

    assertThat(loss.missing()).containsExactly(entry(ID, 0, 10, 13, null, 13L));
    assertThat(loss.words())
        .singleElement()
        .asString()
        .contains("logits-0: offsets 10 to 12 are gone (3 offsets, markers included)")
        .contains("begins at 13");
    assertThat(LiveCursor.resume(saved(10, 20), topic(ID, 2), loss.missing()).nextOffsets())
        .containsExactly(Map.entry(0, 13L), Map.entry(1, 20L));
  }

  @Test
  void aPositionPastTheEndIsNamedAndReadingWouldGoOnAtTheEnd() {
    LogLoss loss = between(topic(ID, 2), Map.of(0, 0L, 1, 0L), Map.of(0, 30L, 1, 15L), 10, 20);

    assertThat(loss.missing()).containsExactly(entry(ID, 1, 15, 20, null, 15L));
    assertThat(loss.words()).singleElement().asString().contains("offsets 15 to 19");
    assertThat(LiveCursor.resume(saved(10, 20), topic(ID, 2), loss.missing()).nextOffsets())
        .containsEntry(1, 15L);
  }

  @Test
  void whereOtherRecordsTookThePlaceOfWhatWasReadTheyAreReadAndTheOthersAreNamed() {
    LogLoss loss =
        LogLoss.between(
            "run/3",
            saved(10, 20),
            topic(ID, 2),
            new LogBounds(Map.of(0, 8L, 1, 0L), Map.of(0, 90L, 1, 18L)),
            Map.of(0, 7L, 1, 16L));

    assertThat(loss.missing())
        .containsExactly(entry(ID, 0, 8, 10, null, 8L), entry(ID, 1, 16, 20, null, 16L));
    assertThat(loss.words().get(1))
        .contains("stands at offset 20 and other records begin at 16: offsets 16 to 19");
  }

  @Test
  void ofAnotherTopicEverythingIsMissingAndTheOrderBeginsAnew() {
    TopicIdentity smaller = topic(OTHER_ID, 1);

    LogLoss loss = between(smaller, Map.of(0, 4L), Map.of(0, 9L), 10, 20);

    assertThat(loss.missing())
        .containsExactly(
            entry(ID, 0, 10, -1, OTHER_ID.toString(), 4L),
            entry(ID, 1, 20, -1, OTHER_ID.toString(), null));
    LiveCursor cursor = LiveCursor.resume(saved(10, 20), smaller, loss.missing());
    assertThat(cursor.nextOffsets()).containsExactly(Map.entry(0, 4L));
    assertThat(cursor.nextPartition()).isZero();
  }

  @Test
  void partitionsThatAreNoMoreThereAreNamed() {
    LogLoss loss = between(topic(ID, 1), Map.of(0, 0L), Map.of(0, 50L), 10, 20);

    assertThat(loss.missing()).containsExactly(entry(ID, 1, 20, -1, null, null));
    assertThat(loss.words())
        .contains("topic logits has 1 partitions, the run reads 2")
        .anyMatch(line -> line.startsWith("logits-1: what it held from offset 20 on"));
  }

  @Test
  void ofAddedPartitionsTheFirstRecordsCountToo() {
    LogLoss loss =
        between(topic(ID, 3), Map.of(0, 0L, 1, 0L, 2, 7L), Map.of(0, 50L, 1, 50L, 2, 9L), 10, 20);

    assertThat(loss.missing()).containsExactly(entry(ID, 2, 0, 7, null, 7L));
  }

  private static LogLoss between(
      TopicIdentity topic,
      Map<Integer, Long> beginnings,
      Map<Integer, Long> ends,
      long first,
      long second) {
    return LogLoss.between(
        "run/3", saved(first, second), topic, new LogBounds(beginnings, ends), Map.of());
  }

  private static Cursor saved(long first, long second) {
    return new Cursor(
        LiveCursor.NAME,
        "logits",
        ID.toString(),
        2,
        List.of(new PartitionPosition(0, first, 3), new PartitionPosition(1, second, null)),
        1);
  }

  private static TopicIdentity topic(Uuid id, int partitions) {
    return new TopicIdentity("logits", id, partitions);
  }

  private static LossAcceptedEntry entry(
      Uuid id,
      int partition,
      long from,
      long to,
      @Nullable String nextTopicId,
      @Nullable Long nextOffset) {
    return new LossAcceptedEntry(
        LiveCursor.NAME, id.toString(), partition, from, to, nextTopicId, nextOffset);
  }
}
