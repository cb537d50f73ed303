package io.logitstream.platform.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.ClientSource;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.RunningKafka;
import io.logitstream.platform.kafka.TopicSettings;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.platform.lifecycle.Execution;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.testkit.CommittedLog;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RunningKafka.class)
class DeadLetterRetryTest {
  private static final byte[] LARGE = new byte[20 << 20];

  private final KafkaClients clients;
  private final String prompts;
  private final DeadLetters letters =
      new DeadLetters("teacher", Topic.PROMPTS, new SimpleMeterRegistry());

  DeadLetterRetryTest(KafkaSettings settings) {
    clients = new KafkaClients(settings, "test");
    prompts = Topic.PROMPTS.named(settings.topicPrefix());
  }

  @BeforeEach
  void condemnThreeRecords() {
    try (Admin admin = clients.admin()) {
      Topics.create(
          admin, new TopicSettings(clients.settings().topicPrefix(), 2, (short) 1).pipeline());
    }
    Map<String, Object> config = Map.of("compression.type", "zstd", "max.request.size", 64 << 20);
    try (Producer<String, byte[]> producer = clients.producer(config)) {
      producer.send(new ProducerRecord<>(prompts, 1, "a", new byte[] {1}));
      producer.send(new ProducerRecord<>(prompts, 1, "b", new byte[] {2}));
      producer.send(new ProducerRecord<>(prompts, 1, "c", LARGE));
      producer.flush();
      for (ConsumerRecord<String, byte[]> read : records(prompts, 1)) {
        producer.send(letters.letter(read, "b".equals(read.key()) ? "checksum" : "malformed", "x"));
      }
    }
  }

  @Test
  void lettersAreListedByCodeAndTheNewestAreKept() {
    DeadLetterLog log = new DeadLetterLog(clients, Topic.PROMPTS);

    assertThat(log.list(letter -> true, 100, false))
        .extracting(DeadLetter::place)
        .containsExactly(prompts + "-1@0", prompts + "-1@1", prompts + "-1@2");
    assertThat(log.list(letter -> true, 1, false))
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.cut()).isTrue();
              assertThat(letter.valueBytes()).isEqualTo(LARGE.length);
              assertThat(letter.service()).isEqualTo("teacher");
            });
    assertThat(log.list(letter -> letter.code().equals("checksum"), 100, false))
        .extracting(letter -> letter.key().orElseThrow())
        .containsExactly("b");
    assertThatThrownBy(() -> log.read(77))
        .isInstanceOf(LogitstreamException.class)
        .hasMessageContaining("no dead letter at offset 77");
  }

  @Test
  void aRetryThatAnotherOneEndsSaysSo() {
    try (DeadLetterRetry first = new DeadLetterRetry(clients, Topic.PROMPTS);
        DeadLetterRetry second = new DeadLetterRetry(clients, Topic.PROMPTS)) {
      assertThatThrownBy(() -> first.retry(letter -> true))
          .isInstanceOfSatisfying(
              LogitstreamException.class,
              failure -> assertThat(failure.kind()).isEqualTo(FailureKind.FENCED))
          .hasMessageContaining("another retry of the dead letters of " + prompts + " has begun");

      assertThat(second.retry(letter -> true)).hasSize(3);
    }
  }

  @Test
  void recordsArePutBackWholeAndOnce() {
    DeadLetterLog log = new DeadLetterLog(clients, Topic.PROMPTS);
    retry("malformed");
    assertThat(retry("malformed")).as("a second time").isEmpty();

    List<ConsumerRecord<String, byte[]>> found = records(prompts, 1);
    assertThat(found).extracting(ConsumerRecord::key).containsExactly("a", "b", "c", "a", "c");
    assertThat(found.get(3).value()).containsExactly(1);
    assertThat(found.get(4).value()).isEqualTo(LARGE);
    assertThat(LetterHeaders.text(found.get(3).headers(), LetterHeaders.RETRY_OF))
        .contains(prompts + ".dlq-0@0");
    assertThat(LetterHeaders.text(found.get(3).headers(), LetterHeaders.CODE)).isEmpty();
    assertThat(log.list(letter -> true, 100, false))
        .extracting(DeadLetter::code)
        .containsExactly("checksum");
    assertThat(log.list(letter -> true, 100, true)).hasSize(3);
    assertThat(records(Topic.deadLetterTopic(prompts), 0))
        .as("a mark without a value would be compacted away where letters can be erased")
        .allSatisfy(record -> assertThat(record.value()).isNotEmpty());
  }

  @Test
  void lettersThatWerePutBackTakeNoPlaceFromOlderOnesThatStand() {
    DeadLetterLog log = new DeadLetterLog(clients, Topic.PROMPTS);
    try (DeadLetterRetry retry = new DeadLetterRetry(clients, Topic.PROMPTS)) {
      assertThat(retry.retry(letter -> letter.offset() > 0)).hasSize(2);
    }

    assertThat(log.list(letter -> true, 1, false))
        .extracting(DeadLetter::place)
        .containsExactly(prompts + "-1@0");
    assertThat(log.list(letter -> true, 1, true))
        .extracting(DeadLetter::place)
        .containsExactly(prompts + "-1@2");
  }

  @Test
  void aRetryReadsAllItsLettersWithOneConsumer() {
    AtomicInteger consumers = new AtomicInteger();
    KafkaClients counted =
        new KafkaClients(
            clients.settings(),
            "counted",
            null,
            new CountedConsumers(ClientSource.network(), consumers),
            Execution.system());
    new DeadLetterLog(counted, Topic.PROMPTS).list(letter -> true, 100, false);
    int ofListing = consumers.getAndSet(0);

    try (DeadLetterRetry retry = new DeadLetterRetry(counted, Topic.PROMPTS)) {
      assertThat(retry.retry(letter -> true)).hasSize(3);
    }
    assertThat(consumers).hasValue(ofListing + 1);
  }

  @Test
  void marksBehindAnOpenTransactionAreSeenBeforeAnythingIsPutBack() throws Exception {
    try (Producer<String, byte[]> service =
        clients.transactionalProducer("service", Duration.ofSeconds(60), Map.of())) {
      service.initTransactions();
      service.beginTransaction();
      ConsumerRecord<String, byte[]> read = records(prompts, 1).get(0);
      service.send(letters.letter(read, "doubled", "x")).get();

      CompletableFuture<List<DeadLetter>> retry =
          CompletableFuture.supplyAsync(() -> retry("doubled"));
      assertThatThrownBy(() -> retry.get(500, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      service.commitTransaction();
      assertThat(retry.get(30, TimeUnit.SECONDS)).hasSize(1);
    }
  }

  @Test
  void aCutLetterWhoseRecordIsGoneCannotBeRetried() throws Exception {
    try (Admin admin = clients.admin()) {
      admin
          .deleteRecords(Map.of(new TopicPartition(prompts, 1), RecordsToDelete.beforeOffset(3)))
          .all()
          .get();
    }

    assertThatThrownBy(() -> retry("malformed"))
        .isInstanceOfSatisfying(
            LogitstreamException.class,
            failure -> assertThat(failure.kind()).isEqualTo(FailureKind.CONFIGURATION))
        .hasMessageContaining("is not there any more");
    assertThat(retry("checksum")).hasSize(1);
  }

  private List<DeadLetter> retry(String code) {
    try (DeadLetterRetry retry = new DeadLetterRetry(clients, Topic.PROMPTS)) {
      return retry.retry(letter -> letter.code().equals(code));
    }
  }

  private List<ConsumerRecord<String, byte[]>> records(String topic, int number) {
    return CommittedLog.read(clients::consumer, topic).stream()
        .filter(read -> read.partition() == number)
        .toList();
  }

  private record CountedConsumers(ClientSource source, AtomicInteger made) implements ClientSource {
    @Override
    public Consumer<String, byte[]> consumer(
        Map<String, Object> config, @Nullable MeterRegistry meters) {
      made.incrementAndGet();
      return source.consumer(config, meters);
    }

    @Override
    public Producer<String, byte[]> producer(
        Map<String, Object> config, @Nullable MeterRegistry meters) {
      return source.producer(config, meters);
    }

    @Override
    public Admin admin(Map<String, Object> config) {
      return source.admin(config);
    }
  }
}
