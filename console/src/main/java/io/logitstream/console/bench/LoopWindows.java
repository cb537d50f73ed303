package io.logitstream.console.bench;

import io.logitstream.distillation.step.TrainingExample;
import io.logitstream.logits.CodedLogitsCodec;
import io.logitstream.logits.SampledLogits;
import io.logitstream.logits.TeacherLogitsRecords;
import io.logitstream.logits.coding.ContextPrior;
import io.logitstream.logits.coding.PriorLearner;
import io.logitstream.platform.kafka.Futures;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.registry.RecordSerializer;
import io.logitstream.priors.PriorPublisher;
import io.logitstream.schemas.Origin;
import io.logitstream.schemas.OriginKind;
import io.logitstream.schemas.TeacherIdentity;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.TrainedSpan;
import io.logitstream.schemas.topics.RecordKeys;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.trainer.ingest.TeacherLogitsExamples;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * A few steps' windows, as the records that a teacher would write of them (samples coded under a
 * prior that was learned from others like them) and as what a student decodes them to. Longer runs
 * go through them again and again.
 */
final class LoopWindows {
  private static final int STEPS = 8;
  private static final int PARTITION = 0;
  private static final long SEED = 1;
  private static final long PRIOR_SEED = 2;

  private final TeacherIdentity teacher;
  private final Optional<ContextPrior> prior;
  private final List<TeacherLogits> records = new ArrayList<>();
  private final List<TrainingExample> examples = new ArrayList<>();
  private final int stepWindows;

  /**
   * @param batch a step's windows
   * @param tokenizerSha256 SHA-256 (hex) of the student's tokenizer
   */
  LoopWindows(SyntheticBatch batch, int vocabularySize, String tokenizerSha256) {
    this.stepWindows = batch.sequences();
    this.teacher = new TeacherIdentity("bench", "1", null, tokenizerSha256, vocabularySize);
    this.prior =
        batch.encoding() == SyntheticBatch.Encoding.SAMPLED
            ? Optional.of(learnPrior(batch, vocabularySize))
            : Optional.empty();
    Optional<CodedLogitsCodec> codec = prior.map(CodedLogitsCodec::new);
    for (int step = 0; step < STEPS; step++) {
      for (TrainingExample window : batch.examples(vocabularySize, SEED + step * 100L)) {
        TeacherLogits record = record(window, codec);
        records.add(record);
        examples.add(TeacherLogitsExamples.decode(record, window.tokens().length, sha256 -> codec));
      }
    }
  }

  private static ContextPrior learnPrior(SyntheticBatch batch, int vocabularySize) {
    PriorLearner learner = new PriorLearner(vocabularySize);
    for (TrainingExample window : batch.examples(vocabularySize, PRIOR_SEED)) {
      learner.add(
          CodedLogitsCodec.sequence(
              (SampledLogits) window.targets(), new int[] {0, batch.positions()}));
    }
    return learner.build();
  }

  /** All that a record of the teacher service has. */
  private TeacherLogits record(TrainingExample window, Optional<CodedLogitsCodec> codec) {
    TeacherLogits.Builder builder =
        TeacherLogits.newBuilder()
            .setPromptId("")
            .setWindow(0)
            .setWindows(1)
            .setTeacher(teacher)
            .setSpans(List.of(new TrainedSpan(0, window.tokens().length - 1, 0f, 1.0)))
            .setTemperature(1)
            .setSource("bench")
            .setSourcePosition("")
            .setDocumentGroup("bench")
            .setDomain("bench")
            .setOrigin(Origin.newBuilder().setKind(OriginKind.HUMAN).build())
            .setComputeType("f32")
            .setCreatedAt(Instant.EPOCH)
            .setScoredAt(Instant.EPOCH);
    if (codec.isPresent() && window.targets() instanceof SampledLogits sampled) {
      TeacherLogitsRecords.encodeInto(builder, sampled, codec.get());
    } else {
      TeacherLogitsRecords.encodeInto(builder, window.targets());
    }
    return builder.build();
  }

  /** Writes the records of so many steps to teacher-logits, and returns when all are there. */
  void publish(KafkaClients clients, int steps) {
    prior.ifPresent(learned -> new PriorPublisher(clients).publish(learned, teacher, stepWindows));
    String topic = Topic.TEACHER_LOGITS.named(clients.settings().topicPrefix());
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    try (Producer<String, byte[]> producer = clients.producer(Map.of("linger.ms", 20));
        RecordSerializer serializer = new RecordSerializer(clients.settings())) {
      for (int index = 0; index < steps * stepWindows; index++) {
        TeacherLogits record =
            TeacherLogits.newBuilder(records.get(index % records.size()))
                .setPromptId(RecordKeys.promptId("bench", Integer.toString(index)))
                .setSourcePosition(Integer.toString(index))
                .build();
        String key = RecordKeys.teacherLogits(record.getPromptId(), 0, teacher.getRevision());
        sent.add(
            producer.send(
                new ProducerRecord<>(topic, PARTITION, key, serializer.serialize(topic, record))));
      }
      producer.flush();
    }
    sent.forEach(record -> Futures.await(record, "write " + topic));
  }

  /**
   * What a step is taken on.
   *
   * @param step from 0
   */
  List<TrainingExample> step(int step) {
    int start = step % STEPS * stepWindows;
    return examples.subList(start, start + stepWindows);
  }
}
