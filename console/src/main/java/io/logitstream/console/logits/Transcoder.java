package io.logitstream.console.logits;

import io.logitstream.logits.CodedLogitsCodec;
import io.logitstream.logits.FullLogits;
import io.logitstream.logits.SampledLogits;
import io.logitstream.logits.SparseLogits;
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
import io.logitstream.priors.PriorCodecs;
import io.logitstream.priors.PriorPublisher;
import io.logitstream.schemas.TeacherIdentity;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.schemas.topics.TopicSpecification;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * Writes the records of a log to a new topic in another encoding. Keys, partitions, order and all
 * fields but those of the encoding stay; the attribute {@link #ATTRIBUTE} says what a record was
 * made of. A record is named by what scored it, as before.
 */
public final class Transcoder {
  /** The attribute that says which record of which encoding another was made of. */
  public static final String ATTRIBUTE = "logitstream.transcoded-from";

  /** Records that a prior is learned from, at most. */
  private static final long MOST_LEARNED = 20_000;

  private static final int MOST_IN_FLIGHT = 1_000;

  private final KafkaClients clients;
  private final LogitLog from;
  private final String to;
  private final Transcoding transcoding;
  private final PriorCodecs codecs;
  private final Map<String, CodedLogitsCodec> learned = new HashMap<>();

  /**
   * @param to the new topic's whole name
   * @param codecs the codecs of the records' priors
   */
  public Transcoder(
      KafkaClients clients, LogitLog from, String to, Transcoding transcoding, PriorCodecs codecs) {
    this.clients = clients;
    this.from = from;
    this.to = to;
    this.transcoding = transcoding;
    this.codecs = codecs;
  }

  /** What was written. */
  public record Outcome(long records, long bytesBefore, long bytesAfter) {}

  /**
   * Writes the topic.
   *
   * @param coded whether SAMPLED and TOP_K are entropy-coded, under priors that are learned from
   *     the log and published first, and FULL is quantised and coded
   * @throws LogitstreamException (CONFIGURATION) if the topic is there already, or a record cannot
   *     be had in the other encoding: then the new topic has the ones before it
   */
  public Outcome run(boolean coded, short replicationFactor) {
    if (coded && transcoding.hasPrior()) {
      learnPriors();
    }
    create(replicationFactor);
    long[] sums = new long[3];
    Deque<Future<RecordMetadata>> sent = new ArrayDeque<>();
    try (Producer<String, byte[]> producer = clients.producer(Map.of("linger.ms", 20));
        RecordSerializer serializer = new RecordSerializer(clients.settings())) {
      from.forEach(
          Long.MAX_VALUE,
          (read, record) -> {
            TeacherLogits made =
                transcoded(
                    record,
                    coded,
                    "%s-%d@%d %s v%d"
                        .formatted(
                            read.topic(),
                            read.partition(),
                            read.offset(),
                            record.getEncoding(),
                            record.getEncodingVersion()));
            byte[] value = serializer.serialize(to, made);
            sums[0]++;
            sums[1] += read.value().length;
            sums[2] += value.length;
            sent.add(
                producer.send(
                    new ProducerRecord<>(
                        to,
                        read.partition(),
                        read.timestamp(),
                        read.key(),
                        value,
                        read.headers())));
            if (sent.size() > MOST_IN_FLIGHT) {
              Futures.await(sent.remove(), "write a record");
            }
          });
      producer.flush();
      sent.forEach(future -> Futures.await(future, "write a record"));
    }
    return new Outcome(sums[0], sums[1], sums[2]);
  }

  private TeacherLogits transcoded(TeacherLogits record, boolean coded, String origin) {
    SparseLogits logits = logits(record);
    Map<String, String> attributes = new HashMap<>(record.getAttributes());
    attributes.put(ATTRIBUTE, origin);
    TeacherLogits.Builder made = TeacherLogits.newBuilder(record).setAttributes(attributes);
    CodedLogitsCodec codec = learned.get(stream(record.getTeacher()));
    if (codec != null && logits instanceof SampledLogits sampled) {
      TeacherLogitsRecords.encodeInto(made, sampled, codec);
    } else if (codec != null && logits instanceof TopKLogits top) {
      TeacherLogitsRecords.encodeInto(made, top, codec);
    } else if (coded && logits instanceof FullLogits full) {
      TeacherLogitsRecords.encodeQuantisedInto(made, full);
    } else {
      TeacherLogitsRecords.encodeInto(made, logits);
    }
    return made.build();
  }

  private SparseLogits logits(TeacherLogits record) {
    return transcoding.apply(
        record, TeacherLogitsRecords.decode(record, LogitLog.MAX_TOKENS, codecs));
  }

  /** A teacher's stream has a prior; held-out prompts are never learned from. */
  private void learnPriors() {
    Map<String, Learning> learning = new HashMap<>();
    from.forEach(
        MOST_LEARNED,
        (read, record) -> {
          TeacherIdentity teacher = record.getTeacher();
          if (!record.getHeldOut()) {
            learning
                .computeIfAbsent(stream(teacher), name -> new Learning(teacher))
                .add(logits(record), TeacherLogitsRecords.bounds(record.getSpans()));
          }
        });
    learning.forEach(
        (stream, of) -> {
          ContextPrior prior = of.learner.build();
          new PriorPublisher(clients).publish(prior, of.teacher, of.learner.records());
          learned.put(stream, new CodedLogitsCodec(prior));
        });
  }

  /** The prior of a teacher's stream in the making. */
  private static final class Learning {
    private final TeacherIdentity teacher;
    private final PriorLearner learner;

    Learning(TeacherIdentity teacher) {
      this.teacher = teacher;
      this.learner = new PriorLearner(teacher.getVocabularySize());
    }

    void add(SparseLogits logits, int[] spans) {
      if (logits instanceof SampledLogits sampled) {
        learner.add(CodedLogitsCodec.sequence(sampled, spans));
      } else if (logits instanceof TopKLogits top) {
        learner.add(CodedLogitsCodec.sequence(top, spans));
      }
    }
  }

  private static String stream(TeacherIdentity teacher) {
    return "%s@%s/%d"
        .formatted(teacher.getName(), teacher.getRevision(), teacher.getVocabularySize());
  }

  private void create(short replicationFactor) {
    TopicSpecification model = Topic.TEACHER_LOGITS.specification("", 1, replicationFactor);
    try (Admin admin = clients.admin()) {
      List<String> created =
          Topics.create(
              admin,
              List.of(
                  new TopicSpecification(
                      to,
                      from.partitions(),
                      replicationFactor,
                      model.cleanupPolicy(),
                      model.retention(),
                      model.maxMessageBytes())));
      if (created.isEmpty()) {
        throw new LogitstreamException(
            FailureKind.CONFIGURATION,
            "topic %s is there already: name one that is not".formatted(to));
      }
    }
  }
}
