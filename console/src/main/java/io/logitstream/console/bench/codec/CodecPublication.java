package io.logitstream.console.bench.codec;

import io.logitstream.logits.CodedLogitsCodec;
import io.logitstream.logits.FullLogits;
import io.logitstream.logits.Labels;
import io.logitstream.logits.SampledLogits;
import io.logitstream.logits.TeacherLogitsRecords;
import io.logitstream.logits.TopKLogits;
import io.logitstream.logits.coding.ContextPrior;
import io.logitstream.logits.coding.PriorLearner;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.Futures;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.platform.registry.RecordSerializer;
import io.logitstream.priors.PriorPublisher;
import io.logitstream.schemas.Origin;
import io.logitstream.schemas.OriginKind;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.TrainedSpan;
import io.logitstream.schemas.topics.RecordKeys;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.schemas.topics.TopicSpecification;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * Publishes a teacher's windows as the teacher service would: priors learned from the first ones, a
 * prior for each encoding that has one, then the others in every encoding, each to its topic.
 */
final class CodecPublication implements AutoCloseable {
  private final KafkaClients clients;
  private final BenchTeacher teacher;
  private final short replicationFactor;
  private final Producer<String, byte[]> producer;
  private final RecordSerializer serializer;
  private final List<Future<RecordMetadata>> sent = new ArrayList<>();

  CodecPublication(KafkaClients clients, BenchTeacher teacher, short replicationFactor) {
    this.clients = clients;
    this.teacher = teacher;
    this.replicationFactor = replicationFactor;
    this.producer = clients.producer(Map.of("linger.ms", 50));
    this.serializer = new RecordSerializer(clients.settings());
  }

  /**
   * Publishes all of it.
   *
   * @param full whether the first windows are published in full too
   */
  void publish(boolean full) {
    String prefix = clients.settings().topicPrefix();
    try (Admin admin = clients.admin()) {
      List<BenchTopic> topics = new ArrayList<>(List.of(BenchTopic.values()));
      topics.removeIf(topic -> topic.isFull() && !full);
      List<TopicSpecification> wanted =
          topics.stream()
              .map(topic -> topic.specification(prefix, name(), replicationFactor))
              .toList();
      if (Topics.create(admin, wanted).size() < wanted.size()) {
        throw new LogitstreamException(
            FailureKind.CONFIGURATION,
            ("records of %s were published before, or begun to be: measure them without --publish,"
                    + " delete the topics bench-codec-%s-*, or set another topics.prefix")
                .formatted(name(), name()));
      }
      Topics.create(admin, List.of(Topic.LOGIT_PRIORS.specification(prefix, 1, replicationFactor)));
    }
    int sampleSize = WindowSamples.leastSampleSize(teacher);
    int[] spans = {0, teacher.windowPositions()};
    PriorLearner ofSamples = learner();
    PriorLearner ofTwelve = learner();
    PriorLearner ofFifty = learner();
    score(
        0,
        teacher.priorWindows(),
        new WindowSamples(
            teacher,
            sampleSize,
            (sampled, window) -> ofSamples.add(CodedLogitsCodec.sequence(sampled, spans))),
        new WindowTops(
            teacher, 12, (top, window) -> ofTwelve.add(CodedLogitsCodec.sequence(top, spans))),
        new WindowTops(
            teacher, 50, (top, window) -> ofFifty.add(CodedLogitsCodec.sequence(top, spans))));
    CodedLogitsCodec codec = publishPrior(ofSamples);
    CodedLogitsCodec codecOfTwelve = publishPrior(ofTwelve);
    CodedLogitsCodec codecOfFifty = publishPrior(ofFifty);
    score(
        teacher.priorWindows(),
        teacher.windows(),
        new WindowSamples(
            teacher, sampleSize, (sampled, window) -> publish(sampled, window, codec)),
        new WindowTops(
            teacher,
            12,
            (top, window) -> {
              publish(BenchTopic.TOP_12, top, window, codecOfTwelve);
              TeacherLogits.Builder plain = record(window);
              TeacherLogitsRecords.encodeInto(plain, top);
              send(BenchTopic.TOP_12_PLAIN, plain);
            }),
        new WindowTops(
            teacher, 50, (top, window) -> publish(BenchTopic.TOP_50, top, window, codecOfFifty)));
    if (full) {
      publishFull();
    }
    producer.flush();
    sent.forEach(future -> Futures.await(future, "publish a record"));
  }

  private PriorLearner learner() {
    return new PriorLearner(teacher.identity().getVocabularySize());
  }

  private CodedLogitsCodec publishPrior(PriorLearner learner) {
    ContextPrior prior = learner.build();
    new PriorPublisher(clients).publish(prior, teacher.identity(), learner.records());
    return new CodedLogitsCodec(prior);
  }

  /** Scores windows once, for several consumers. */
  private void score(int first, int end, BenchTeacher.PositionConsumer... consumers) {
    teacher.score(
        first,
        end,
        (window, tokens, position, probabilities, offset) -> {
          for (BenchTeacher.PositionConsumer consumer : consumers) {
            consumer.accept(window, tokens, position, probabilities, offset);
          }
        });
  }

  private void publish(BenchTopic topic, TopKLogits top, int window, CodedLogitsCodec codec) {
    TeacherLogits.Builder record = record(window);
    TeacherLogitsRecords.encodeInto(record, top, codec);
    send(topic, record);
  }

  private String name() {
    return teacher.identity().getName();
  }

  private void publish(SampledLogits sampled, int window, CodedLogitsCodec codec) {
    TeacherLogits.Builder coded = record(window);
    TeacherLogitsRecords.encodeInto(coded, sampled, codec);
    send(BenchTopic.SAMPLED, coded);
    TeacherLogits.Builder plain = record(window);
    TeacherLogitsRecords.encodeInto(plain, sampled);
    send(BenchTopic.SAMPLED_PLAIN, plain);
    TeacherLogits.Builder labels = record(window);
    TeacherLogitsRecords.encodeInto(labels, new Labels(sampled.tokens()));
    send(BenchTopic.LABELS, labels);
  }

  private void publishFull() {
    int vocabularySize = teacher.identity().getVocabularySize();
    int positions = teacher.windowPositions();
    float[] logarithms = new float[vocabularySize];
    List<FullLogits.Builder> rows = new ArrayList<>();
    int first = teacher.priorWindows();
    teacher.score(
        first,
        Math.min(first + BenchTopic.FULL_WINDOWS, teacher.windows()),
        (window, tokens, position, probabilities, offset) -> {
          if (position == 0) {
            rows.add(new FullLogits.Builder(tokens, vocabularySize, positions));
          }
          for (int id = 0; id < vocabularySize; id++) {
            logarithms[id] = (float) Math.log(probabilities[offset + id]);
          }
          FullLogits.Builder builder = rows.get(rows.size() - 1);
          builder.add(logarithms, 0);
          if (position == positions - 1) {
            FullLogits logits = builder.build();
            TeacherLogits.Builder plain = record(window);
            TeacherLogitsRecords.encodeInto(plain, logits);
            send(BenchTopic.FULL, plain);
            TeacherLogits.Builder coded = record(window);
            TeacherLogitsRecords.encodeQuantisedInto(coded, logits);
            send(BenchTopic.FULL_CODED, coded);
            rows.clear();
          }
        });
  }

  /** All that a record of the teacher service has beside its logits. */
  private TeacherLogits.Builder record(int window) {
    Instant now = Instant.ofEpochMilli(System.currentTimeMillis());
    return TeacherLogits.newBuilder()
        .setPromptId(WindowSamples.promptId(window))
        .setWindow(0)
        .setWindows(1)
        .setTeacher(teacher.identity())
        .setSpans(List.of(new TrainedSpan(0, teacher.windowPositions(), 0f, 1.0)))
        .setTemperature(1)
        .setSource("bench")
        .setSourcePosition(teacher.origin(window))
        .setPromptPartition(0)
        .setPromptOffset((long) window)
        .setDocumentGroup("bench")
        .setDomain("bench")
        .setOrigin(Origin.newBuilder().setKind(OriginKind.HUMAN).build())
        .setComputeType("f32")
        .setCreatedAt(now)
        .setScoredAt(now);
  }

  private void send(BenchTopic topic, TeacherLogits.Builder record) {
    String name = topic.named(clients.settings().topicPrefix(), name());
    String key =
        RecordKeys.teacherLogits(
            record.getPromptId(), record.getWindow(), teacher.identity().getRevision());
    sent.add(
        producer.send(
            new ProducerRecord<>(name, 0, key, serializer.serialize(name, record.build()))));
  }

  @Override
  public void close() {
    producer.close();
    serializer.close();
  }
}
