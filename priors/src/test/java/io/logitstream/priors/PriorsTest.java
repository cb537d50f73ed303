package io.logitstream.priors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logitstream.embedded.EmbeddedBroker;
import io.logitstream.embedded.EmbeddedBrokerSettings;
import io.logitstream.embedded.EmbeddedRegistry;
import io.logitstream.logits.MissingPriorException;
import io.logitstream.logits.coding.ContextPrior;
import io.logitstream.logits.coding.PriorLearner;
import io.logitstream.logits.coding.Sequence;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.platform.registry.RecordSerializer;
import io.logitstream.schemas.LogitPriorChunk;
import io.logitstream.schemas.TeacherIdentity;
import io.logitstream.schemas.topics.RecordKeys;
import io.logitstream.schemas.topics.Topic;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

class PriorsTest {
  private static final int VOCABULARY = 50;

  /** So small that a prior has several chunks. */
  private static final int CHUNK_BYTES = 100;

  private static EmbeddedBroker broker;
  private static EmbeddedRegistry registry;

  private final TeacherIdentity teacher =
      new TeacherIdentity("teacher", "r1", null, "tokenizer", VOCABULARY);
  private KafkaClients clients;
  private PriorPublisher publisher;

  @BeforeAll
  static void startKafka(@TempDir Path data) {
    broker = EmbeddedBroker.start(new EmbeddedBrokerSettings(data, 0));
    registry = EmbeddedRegistry.start(broker.bootstrapServers(), 0);
  }

  @AfterAll
  static void stopKafka() {
    registry.close();
    broker.close();
  }

  @BeforeEach
  void createTopic(TestInfo test) {
    String prefix = "t%x.".formatted(test.getDisplayName().hashCode());
    clients =
        new KafkaClients(
            new KafkaSettings(broker.bootstrapServers(), registry.url(), prefix, true, Map.of()),
            "priors-test");
    try (Admin admin = clients.admin()) {
      Topics.create(admin, List.of(Topic.LOGIT_PRIORS.specification(prefix, 1, (short) 1)));
    }
    publisher = new PriorPublisher(clients, CHUNK_BYTES);
  }

  @Test
  void aPriorThatWasPublishedIsFoundByItsHashAndByItsTeacher() {
    ContextPrior first = prior(1);
    ContextPrior second = prior(2);
    TeacherIdentity other = new TeacherIdentity("teacher", "r2", null, "tokenizer", VOCABULARY);
    publisher.publish(first, teacher, 10);
    publisher.publish(second, teacher, 20);
    publisher.publish(prior(3), other, 30);
    publisher.publish(first, teacher, 10);
    try (PriorReader reader = new PriorReader(clients)) {
      assertThat(reader.fetch(first.sha256()).orElseThrow().bytes()).isEqualTo(first.bytes());
      assertThat(reader.fetch(second.sha256()).orElseThrow().bytes()).isEqualTo(second.bytes());
      // The one whose chunks were written last.
      PriorDescription newest = reader.newest(prior -> prior.isOf(teacher)).orElseThrow();
      assertThat(newest.sha256()).isEqualTo(first.sha256());
      assertThat(newest.learnedRecords()).isEqualTo(10);
      assertThat(reader.newest(prior -> prior.fits(teacher))).contains(newest);
      assertThat(reader.newest(prior -> prior.isOf(other)).orElseThrow().learnedRecords())
          .isEqualTo(30);
      other.setTokenizerSha256("another");
      assertThat(reader.newest(prior -> prior.fits(other))).isEmpty();
    }
  }

  @Test
  void aPriorThatIsMissingIsSaidToBeMissingUntilItArrives() {
    ContextPrior late = prior(4);
    publisher.publish(prior(5), teacher, 1);
    try (PriorCodecs codecs = new PriorCodecs(clients)) {
      assertThatThrownBy(() -> codecs.apply(late.sha256()))
          .isInstanceOf(MissingPriorException.class)
          .hasMessageContaining(late.sha256())
          .hasMessageContaining("1 priors are there, none of them this one");
      List<LogitPriorChunk> chunks = publisher.chunks(late, teacher, 1);
      assertThat(chunks.size()).isGreaterThan(2);
      send(chunks.subList(0, chunks.size() - 1));
      assertThatThrownBy(() -> codecs.apply(late.sha256()))
          .isInstanceOf(MissingPriorException.class)
          .hasMessageContaining("1 of its %d chunks".formatted(chunks.size()));
      send(chunks.subList(chunks.size() - 1, chunks.size()));
      assertThat(codecs.apply(late.sha256()).orElseThrow().prior().sha256())
          .isEqualTo(late.sha256());
    }
  }

  @Test
  void aDamagedChunkIsPassedOverAndAWholeCopyMendsThePrior() {
    ContextPrior prior = prior(6);
    List<LogitPriorChunk> chunks = publisher.chunks(prior, teacher, 1);
    LogitPriorChunk damaged = LogitPriorChunk.newBuilder(chunks.get(1)).build();
    damaged.setBytes(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    send(chunks.subList(0, 1));
    send(List.of(damaged));
    send(chunks.subList(2, chunks.size()));
    sendBytes(RecordKeys.priorChunk(prior.sha256(), 1), new byte[] {7, 7, 7, 7, 7, 7, 7});
    try (PriorCodecs codecs = new PriorCodecs(clients)) {
      assertThatThrownBy(() -> codecs.apply(prior.sha256()))
          .isInstanceOf(MissingPriorException.class)
          .hasMessageContaining(
              "1 of its %d chunks are missing or damaged".formatted(chunks.size()));
      send(chunks.subList(1, 2));
      // A damaged copy that comes later takes nothing away.
      send(List.of(damaged));
      assertThat(codecs.apply(prior.sha256())).isPresent();
    }
  }

  @Test
  void chunksThatDoNotMakeThePriorThatTheyNameAreNoPrior() {
    ContextPrior prior = prior(7);
    String another = "0".repeat(64);
    List<LogitPriorChunk> chunks = publisher.chunks(prior, teacher, 1);
    chunks.forEach(chunk -> chunk.setPriorSha256(another));
    send(chunks);
    try (PriorCodecs codecs = new PriorCodecs(clients)) {
      assertThatThrownBy(() -> codecs.apply(another))
          .isInstanceOf(MissingPriorException.class)
          .hasMessageContaining("do not make a prior");
    }
  }

  @Test
  void codecsAreKeptWithinABoundAndFetchedAgain() {
    List<ContextPrior> priors = List.of(prior(8), prior(9), prior(10));
    priors.forEach(prior -> publisher.publish(prior, teacher, 1));
    long roomForTwo = priors.get(0).memoryBytes() * 5 / 2;
    try (PriorCodecs codecs = new PriorCodecs(clients, roomForTwo)) {
      for (int round = 0; round < 2; round++) {
        for (ContextPrior prior : priors) {
          assertThat(codecs.apply(prior.sha256()).orElseThrow().prior().sha256())
              .isEqualTo(prior.sha256());
          assertThat(codecs.size()).isLessThanOrEqualTo(2);
        }
      }
    }
    try (PriorCodecs codecs = new PriorCodecs(clients, 1)) {
      assertThat(codecs.apply(priors.get(0).sha256()))
          .isEqualTo(codecs.apply(priors.get(0).sha256()));
      assertThat(codecs.size()).isEqualTo(1);
    }
  }

  private static ContextPrior prior(long seed) {
    Random random = new Random(seed);
    PriorLearner learner = new PriorLearner(VOCABULARY);
    for (int sequence = 0; sequence < 8; sequence++) {
      int[] tokens = random.ints(30, 0, VOCABULARY).toArray();
      int[] offsets = new int[30];
      int[] ids = new int[29];
      int[] counts = new int[29];
      for (int row = 0; row < 29; row++) {
        offsets[row + 1] = row + 1;
        ids[row] = random.nextInt(VOCABULARY);
        counts[row] = 5;
      }
      learner.add(Sequence.of(tokens, new int[] {0, 29}, 5, offsets, ids, counts));
    }
    return learner.build();
  }

  private void send(List<LogitPriorChunk> chunks) {
    try (RecordSerializer serializer = new RecordSerializer(clients.settings())) {
      for (LogitPriorChunk chunk : chunks) {
        sendBytes(
            RecordKeys.priorChunk(chunk.getPriorSha256(), chunk.getIndex()),
            serializer.serialize(topic(), chunk));
      }
    }
  }

  private void sendBytes(String key, byte[] value) {
    try (Producer<String, byte[]> producer = clients.producer(Map.of())) {
      producer.send(new ProducerRecord<>(topic(), 0, key, value));
    }
  }

  private String topic() {
    return Topic.LOGIT_PRIORS.named(clients.settings().topicPrefix());
  }
}
