package io.logitstream.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.logitstream.distillation.step.PositionRange;
import io.logitstream.distillation.step.TrainingExample;
import io.logitstream.logits.Labels;
import io.logitstream.platform.deadletter.DeadLetters;
import io.logitstream.platform.kafka.TopicIdentity;
import io.logitstream.schemas.OffsetRange;
import io.logitstream.schemas.OriginKind;
import io.logitstream.schemas.SkipEntry;
import io.logitstream.schemas.StepEntry;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.trainer.ingest.FetchedRecord;
import io.logitstream.trainer.ingest.Reading;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class StepBatchTest {
  private static final LogIdentity LOG =
      new LogIdentity("live", new TopicIdentity("teacher-logits", new Uuid(1, 2), 3));

  private final StepBatch batch =
      new StepBatch(LOG, new DeadLetters("test", Topic.TEACHER_LOGITS, new SimpleMeterRegistry()));

  @Test
  void rangesAreInTheOrderOfTraining() {
    train(0, 0);
    train(0, 1);
    train(1, 5);
    train(0, 2);

    assertThat(batch.entry(1).getRanges())
        .extracting(OffsetRange::getPartition, OffsetRange::getFirstOffset, OffsetRange::getCount)
        .containsExactly(tuple(0, 0L, 2), tuple(1, 5L, 1), tuple(0, 2L, 1));
  }

  @Test
  void anyNumberOfRecordsThatArePassedOverMakesABoundedNumberOfRanges() {
    for (int turn = 0; turn < 1000; turn++) {
      batch.add(record(0, turn, new Reading.PassedOver()));
      batch.add(record(1, turn, new Reading.PassedOver()));
    }
    train(0, 1000);

    StepEntry entry = batch.entry(1);
    assertThat(entry.getRanges()).hasSize(3);
    assertThat(entry.getRanges().stream().mapToInt(OffsetRange::getCount).sum()).isEqualTo(2001);
    assertThat(entry.getRanges().stream().mapToInt(OffsetRange::getPassedOver).sum())
        .isEqualTo(2000);
  }

  @Test
  void aSkipStaysInItsRange() {
    train(0, 0);
    batch.add(record(0, 1, new Reading.Condemned("malformed", "bad bytes")));
    train(0, 2);

    assertThat(batch.skips()).extracting(SkipEntry::getOffset).containsExactly(1L);
    assertThat(batch.letters()).hasSize(1);
    OffsetRange range = batch.entry(1).getRanges().get(0);
    assertThat(range.getCount()).isEqualTo(3);
    assertThat(range.getPassedOver()).isEqualTo(1);
  }

  @Test
  void aRecordWithoutAFiniteStepIsCondemnedAndTheOthersStay() {
    train(0, 0);
    train(1, 0);
    train(2, 0);

    batch.condemnNonFinite(List.of(1), "NaN");

    assertThat(batch.size()).isEqualTo(2);
    assertThat(batch.skips())
        .extracting(SkipEntry::getPartition, SkipEntry::getCode)
        .containsExactly(tuple(1, "non-finite"));
    assertThat(batch.entry(1).getTokens())
        .singleElement()
        .satisfies(tally -> assertThat(tally.getTokens()).isEqualTo(4));
  }

  @Test
  void anOlderRecordThatWasDrawnTwiceIsCondemnedOnce() {
    train(0, 7);
    batch.rehearse(record(1, 3, example()));
    batch.rehearse(record(1, 3, example()));

    batch.condemnNonFinite(List.of(1, 2), "NaN");

    assertThat(batch.size()).isEqualTo(1);
    assertThat(batch.nonFinite())
        .extracting(SkipEntry::getCursor, SkipEntry::getOffset)
        .containsExactly(tuple(StepBatch.REHEARSAL, 3L));
    assertThat(batch.letters()).hasSize(1);
    assertThat(batch.isCondemned(record(1, 3, example()))).isTrue();
    assertThat(batch.isCondemned(record(0, 7, example()))).isFalse();
  }

  @Test
  void digestsTellContentsApart() {
    StepBatch other =
        new StepBatch(
            LOG, new DeadLetters("test", Topic.TEACHER_LOGITS, new SimpleMeterRegistry()));
    train(0, 0);
    other.add(record(0, 1, example()));

    assertThat(batch.entry(1).getRanges().get(0).getDigest())
        .hasSize(64)
        .isNotEqualTo(other.entry(1).getRanges().get(0).getDigest());
  }

  private void train(int partition, long offset) {
    batch.add(record(partition, offset, example()));
  }

  private static Reading example() {
    TrainingExample example =
        new TrainingExample(
            new int[] {1, 2, 3},
            List.of(new PositionRange(0, 2)),
            1,
            "java",
            new Labels(new int[] {1, 2, 3}),
            1,
            List.of());
    return new Reading.Trainable(example, "teacher@r1", OriginKind.HUMAN, Instant.EPOCH);
  }

  private static FetchedRecord<Reading> record(int partition, long offset, Reading reading) {
    return new FetchedRecord<>(
        new ConsumerRecord<>(
            "teacher-logits", partition, offset, "key-" + offset, new byte[] {(byte) partition}),
        reading);
  }

  private static org.assertj.core.groups.Tuple tuple(Object... values) {
    return org.assertj.core.groups.Tuple.tuple(values);
  }
}
