package io.logitstream.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logitstream.distillation.loss.ObjectiveSettings;
import io.logitstream.distillation.optimizer.LearningRateSchedule;
import io.logitstream.distillation.optimizer.OptimizerSettings;
import io.logitstream.distillation.step.PositionRange;
import io.logitstream.distillation.step.TrainingExample;
import io.logitstream.distillation.step.TrainingState;
import io.logitstream.logits.Labels;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.Weights;
import io.logitstream.model.torchscript.TorchEngine;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.deadletter.DeadLetters;
import io.logitstream.platform.kafka.TopicIdentity;
import io.logitstream.schemas.OriginKind;
import io.logitstream.schemas.SkipEntry;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.trainer.ingest.FetchedRecord;
import io.logitstream.trainer.ingest.Reading;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StepTakerTest {
  private static final ModelConfig CONFIG =
      new ModelConfig(23, 16, 24, 1, 4, 2, 4, 1e-45, 10_000, false, 64, null, null);

  private static final int WITHOUT_LOSS = 21;
  private static final int WITHOUT_GRADIENT = 22;

  private final Student student = student();
  private final StepTaker taker = new StepTaker(student);
  private final StepBatch batch =
      new StepBatch(
          new LogIdentity("live", new TopicIdentity("teacher-logits", new Uuid(1, 2), 1)),
          new DeadLetters("test", Topic.TEACHER_LOGITS, new SimpleMeterRegistry()));
  private int offset;

  @AfterEach
  void close() {
    student.close();
  }

  @Test
  void aStepIsTakenWithoutTheRecordsWhoseLossIsNotFinite() {
    addOrdinary(0);
    addOrdinary(1);
    add(WITHOUT_LOSS);
    addOrdinary(2);

    assertThat(taker.take(batch)).isPresent();

    assertThat(batch.size()).isEqualTo(3);
    assertThat(batch.skips()).extracting(SkipEntry::getOffset).containsExactly(2L);
    assertThat(student.step()).isEqualTo(1);
  }

  @Test
  void aRecordIsFoundByHalvesWhereOnlyTheGradientIsNotFinite() {
    for (int i = 0; i < 5; i++) {
      addOrdinary(i);
    }
    add(WITHOUT_GRADIENT);
    addOrdinary(5);

    assertThat(taker.take(batch)).isPresent();

    assertThat(batch.skips()).extracting(SkipEntry::getOffset).containsExactly(5L);
    assertThat(student.step()).isEqualTo(1);
  }

  @Test
  void theSearchLeavesNoTraceInTheStudent() {
    addOrdinary(0);
    addOrdinary(1);
    add(WITHOUT_GRADIENT);
    addOrdinary(2);
    taker.take(batch);

    try (Student undisturbed = student()) {
      undisturbed.train(List.of(ordinary(0), ordinary(1), ordinary(2)));
      assertThat(student.snapshot().weightsSha256())
          .isEqualTo(undisturbed.snapshot().weightsSha256());
      assertThat(student.snapshot().moments()).isEqualTo(undisturbed.snapshot().moments());
    }
  }

  @Test
  void severalRecordsInARowStopTheRun() {
    for (int i = 0; i < 5; i++) {
      add(WITHOUT_LOSS);
    }

    assertThatThrownBy(() -> taker.take(batch))
        .isInstanceOf(LogitstreamException.class)
        .hasMessageContaining("in a row");
  }

  private void addOrdinary(int seed) {
    batch.add(fetched(ordinary(seed)));
  }

  private void add(int token) {
    batch.add(fetched(example(1, token, 2)));
  }

  private FetchedRecord<Reading> fetched(TrainingExample example) {
    return new FetchedRecord<>(
        new ConsumerRecord<>("teacher-logits", 0, offset++, "key", new byte[0]),
        new Reading.Trainable(example, "teacher@r1", OriginKind.HUMAN, Instant.EPOCH));
  }

  private static TrainingExample ordinary(int seed) {
    return example(seed + 1, seed + 2, seed + 3);
  }

  private static TrainingExample example(int... tokens) {
    return new TrainingExample(
        tokens,
        List.of(new PositionRange(0, tokens.length - 1)),
        1,
        "java",
        new Labels(tokens),
        1,
        List.of());
  }

  private static Student student() {
    TorchEngine engine = TorchEngine.start("cpu", 1);
    TrainingSettings settings =
        new TrainingSettings(
            Path.of("model"),
            1,
            MicroBatchChoice.LEAST_WORK,
            64,
            64,
            ObjectiveSettings.hardLabels(),
            OptimizerSettings.of(LearningRateSchedule.constant(1e-3, 0)),
            ComputeChoice.F32,
            "cpu",
            1,
            false,
            Optional.empty(),
            Optional.empty());
    byte[] weights = Weights.initialise(CONFIG, 1).toBytes();
    ByteBuffer embeddings = ByteBuffer.wrap(weights).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < CONFIG.hiddenSize(); i++) {
      embeddings.putFloat((WITHOUT_LOSS * CONFIG.hiddenSize() + i) * Float.BYTES, Float.NaN);
      // Under the norm it is as good as any other; the norm's derivative overflows.
      embeddings.putFloat((WITHOUT_GRADIENT * CONFIG.hiddenSize() + i) * Float.BYTES, 1e-22f);
    }
    return new TorchStudent(
        engine,
        CONFIG,
        ComputeType.F32,
        settings,
        TrainingState.restore(
            engine, CONFIG, ByteBuffer.wrap(weights), ByteBuffer.allocate(2 * weights.length), 0));
  }
}
