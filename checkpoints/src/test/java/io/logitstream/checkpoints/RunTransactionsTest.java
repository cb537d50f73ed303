package io.logitstream.checkpoints;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.logitstream.embedded.EmbeddedBroker;
import io.logitstream.embedded.EmbeddedBrokerSettings;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.schemas.topics.Topic;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FeatureMetadata;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Against brokers with transactions of version 2, and of those before it (Kafka 3). */
@ParameterizedClass
@ValueSource(shorts = {2, 0})
class RunTransactionsTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofSeconds(1);
  private static final String FEATURE = "transaction.version";

  @TempDir static Path directory;

  private static EmbeddedBroker broker;
  private static KafkaClients clients;

  private final AtomicLong nanos = new AtomicLong();

  @Parameter short transactionVersion;

  private String run = "run";

  @BeforeAll
  static void startBroker() {
    broker = EmbeddedBroker.start(new EmbeddedBrokerSettings(directory, 0));
    clients =
        new KafkaClients(
            new KafkaSettings(broker.bootstrapServers(), "http://127.0.0.1:1", "", true, Map.of()),
            "test");
    try (Admin admin = clients.admin()) {
      Topics.create(admin, Topic.pipeline("", 1, (short) 1));
    }
  }

  @BeforeParameterizedClassInvocation
  static void setTransactionVersion(short version) throws Exception {
    try (Admin admin = clients.admin()) {
      FeatureMetadata found = admin.describeFeatures().featureMetadata().get();
      if (level(found) != version) {
        admin
            .updateFeatures(
                Map.of(
                    FEATURE, new FeatureUpdate(version, FeatureUpdate.UpgradeType.SAFE_DOWNGRADE)),
                new UpdateFeaturesOptions())
            .all()
            .get();
      }
      await().until(() -> level(admin.describeFeatures().featureMetadata().get()) == version);
    }
  }

  private static short level(FeatureMetadata found) {
    FinalizedVersionRange level = found.finalizedFeatures().get(FEATURE);
    return level == null ? 0 : level.maxVersionLevel();
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @BeforeEach
  void nameRun(TestInfo test) {
    run = test.getTestMethod().orElseThrow().getName() + transactionVersion;
  }

  @Test
  void aSuccessorThatTookOverBetweenTwoCommitsFencesAtTheFirstAttempt() {
    Producer<String, byte[]> producer = producer(LONG);
    AtomicLong begun = new AtomicLong();
    try (RunTransactions zombie =
            transactions(counting(producer, "beginTransaction", begun), LONG);
        RunTransactions successor = transactions(producer(LONG), LONG)) {
      zombie.initialise();
      zombie.commit(records("a"));
      successor.initialise();
      begun.set(0);

      assertThatThrownBy(() -> zombie.commit(records("b"))).satisfies(is(FailureKind.FENCED));
      assertThat(begun).hasValue(1);
      successor.commit(records("c"));
      assertThat(committed()).containsExactly("a", "c");
    }
  }

  @Test
  void aZombieThatWakesAfterItsTimeoutIsNeverUsedAgain() {
    Producer<String, byte[]> producer = producer(LONG);
    Producer<String, byte[]> stopped =
        before(producer, "flush", () -> nanos.addAndGet(LONG.toNanos()));
    try (RunTransactions zombie = transactions(stopped, LONG);
        RunTransactions successor = transactions(producer(LONG), LONG)) {
      zombie.initialise();
      successor.initialise();

      assertThatThrownBy(() -> zombie.commit(records("b")))
          .isInstanceOfSatisfying(
              LogitstreamException.class,
              failure ->
                  assertThat(failure.kind()).isIn(FailureKind.FENCED, FailureKind.RETRYABLE));
      successor.commit(records("c"));
      assertThat(committed()).containsExactly("c");
    }
  }

  @Test
  void aTakeoverInTheMiddleOfATransactionFences() {
    RunTransactions successor = transactions(producer(LONG), LONG);
    Producer<String, byte[]> producer = producer(LONG);
    Producer<String, byte[]> overtaken =
        before(producer, "commitTransaction", successor::initialise);
    try (RunTransactions zombie = transactions(overtaken, LONG);
        successor) {
      zombie.initialise();

      assertThatThrownBy(() -> zombie.commit(records("b"))).satisfies(is(FailureKind.FENCED));
      successor.commit(records("c"));
      assertThat(committed()).containsExactly("c");
    }
  }

  @Test
  void onesOwnTimeoutBeforeTheCommitIsToBeTriedWithAnotherProducer() {
    Producer<String, byte[]> producer = producer(SHORT);
    Producer<String, byte[]> slow = before(producer, "commitTransaction", this::expire);
    try (RunTransactions transactions = transactions(slow, SHORT)) {
      transactions.initialise();

      assertThatThrownBy(() -> transactions.commit(records("b")))
          .satisfies(is(FailureKind.RETRYABLE));
    }
    try (RunTransactions next = transactions(producer(LONG), LONG)) {
      next.initialise();
      next.commit(records("b"));
      assertThat(committed()).containsExactly("b");
    }
  }

  @Test
  void onesOwnTimeoutBetweenTwoRecordsIsToBeTriedWithAnotherProducer() {
    Producer<String, byte[]> producer = producer(SHORT);
    AtomicLong sent = new AtomicLong();
    Producer<String, byte[]> slow =
        before(
            producer,
            "send",
            () -> {
              if (sent.incrementAndGet() == 2) {
                producer.flush();
                expire();
              }
            });
    try (RunTransactions transactions = transactions(slow, SHORT)) {
      transactions.initialise();

      assertThatThrownBy(() -> transactions.commit(records("a", "b")))
          .satisfies(is(FailureKind.RETRYABLE));
      assertThat(committed()).isEmpty();
    }
  }

  @Test
  void aCommitWhoseAnswerWasLostIsRepeatedAndStandsOnce() {
    try (RunTransactions transactions = transactions(answerLost(producer(LONG)), LONG)) {
      transactions.initialise();

      transactions.commit(records("a"));
      transactions.commit(records("b"));

      assertThat(committed()).containsExactly("a", "b");
    }
  }

  @Test
  void aCommitThatNeverReachesTheBrokerMayOrMayNotStand() {
    Producer<String, byte[]> producer = producer(LONG);
    Producer<String, byte[]> deaf =
        before(
            producer,
            "commitTransaction",
            () -> {
              throw new TimeoutException("no answer");
            });
    try (RunTransactions transactions = transactions(deaf, LONG)) {
      transactions.initialise();

      assertThatThrownBy(() -> transactions.commit(records("a")))
          .satisfies(is(FailureKind.RETRYABLE))
          .hasMessageContaining("may or may not stand");
    }
  }

  @Test
  void aCommitThatWasLostUntilTheTransactionExpiredDoesNotStand() {
    Producer<String, byte[]> producer = producer(SHORT);
    AtomicLong commits = new AtomicLong();
    Producer<String, byte[]> lossy =
        before(
            producer,
            "commitTransaction",
            () -> {
              if (commits.incrementAndGet() == 1) {
                expire();
                throw new TimeoutException("no answer");
              }
            });
    try (RunTransactions transactions = transactions(lossy, SHORT)) {
      transactions.initialise();

      assertThatThrownBy(() -> transactions.commit(records("a")))
          .satisfies(is(FailureKind.RETRYABLE));
      assertThat(committed()).isEmpty();
    }
  }

  /** Waits until the broker has aborted the run's transaction, and lets the clock say so. */
  private void expire() {
    try (Admin admin = clients.admin()) {
      await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () ->
                  admin.describeTransactions(List.of(run)).description(run).get().state()
                      == TransactionState.COMPLETE_ABORT);
    }
    nanos.addAndGet(SHORT.toNanos());
  }

  private static java.util.function.Consumer<Throwable> is(FailureKind kind) {
    return failure ->
        assertThat(failure)
            .isInstanceOfSatisfying(
                LogitstreamException.class, known -> assertThat(known.kind()).isEqualTo(kind));
  }

  private RunTransactions transactions(Producer<String, byte[]> producer, Duration timeout) {
    return new RunTransactions(producer, run, timeout, nanos::get);
  }

  private Producer<String, byte[]> producer(Duration timeout) {
    return clients.transactionalProducer(run, timeout, Map.of());
  }

  private List<ProducerRecord<String, byte[]>> records(String... values) {
    return java.util.stream.Stream.of(values)
        .map(
            value ->
                new ProducerRecord<>(
                    "checkpoints",
                    0,
                    run + "/" + value,
                    value.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
        .toList();
  }

  private List<String> committed() {
    List<String> values = new ArrayList<>();
    new CommittedRecords(clients, "checkpoints")
        .forEach(
            record -> {
              if (record.key().startsWith(run + "/")) {
                values.add(new String(record.value(), java.nio.charset.StandardCharsets.UTF_8));
              }
            });
    return values;
  }

  private static Producer<String, byte[]> counting(
      Producer<String, byte[]> producer, String method, AtomicLong calls) {
    return before(producer, method, calls::incrementAndGet);
  }

  /** The real producer; something happens before each call of a method. */
  private static Producer<String, byte[]> before(
      Producer<String, byte[]> producer, String method, Runnable happening) {
    return around(
        producer,
        method,
        call -> {
          happening.run();
          call.run();
        });
  }

  /** The real producer; each first answer to a commit is lost. A repeated one is then known. */
  private static Producer<String, byte[]> answerLost(Producer<String, byte[]> producer) {
    AtomicLong commits = new AtomicLong();
    return around(
        producer,
        "commitTransaction",
        call -> {
          if (commits.incrementAndGet() % 2 == 1) {
            call.run();
            throw new TimeoutException("the answer was lost");
          }
        });
  }

  @SuppressWarnings("unchecked")
  private static Producer<String, byte[]> around(
      Producer<String, byte[]> producer,
      String name,
      java.util.function.Consumer<Runnable> advice) {
    return (Producer<String, byte[]>)
        Proxy.newProxyInstance(
            Producer.class.getClassLoader(),
            new Class<?>[] {Producer.class},
            (proxy, method, arguments) -> {
              Object[] result = new Object[1];
              Runnable call =
                  () -> {
                    try {
                      result[0] = method.invoke(producer, arguments);
                    } catch (InvocationTargetException e) {
                      if (e.getCause() instanceof RuntimeException known) {
                        throw known;
                      }
                      throw new IllegalStateException(e.getCause());
                    } catch (IllegalAccessException e) {
                      throw new IllegalStateException(e);
                    }
                  };
              if (method.getName().equals(name)) {
                advice.accept(call);
              } else {
                call.run();
              }
              return result[0];
            });
  }
}
