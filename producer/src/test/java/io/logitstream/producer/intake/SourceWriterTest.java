package io.logitstream.producer.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.producer.IntakeFixture;
import io.logitstream.producer.InterruptedClients;
import io.logitstream.producer.source.SourcedPrompt;
import io.logitstream.schemas.Prompt;
import io.logitstream.schemas.SourcePosition;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class SourceWriterTest {
  private static final String SOURCE = "files";
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final Duration SHORT_TIMEOUT = Duration.ofSeconds(1);
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  private final AtomicLong nanos = new AtomicLong();
  private final InterruptedClients clients = new InterruptedClients();
  private IntakeFixture fixture;

  @BeforeEach
  void start(@TempDir Path folder) {
    fixture = new IntakeFixture(folder);
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void aWriterSeesItsSuccessorBeforeItFencesIt() {
    SourceWriter first = writer(1);
    try (Intake before = first.open(() -> false)) {
      publish(before, 0);
    }
    try (Intake again = first.open(() -> false)) {
      assertThat(again.stored()).get().extracting(SourcePosition::getNextIndex).isEqualTo(1L);
    }
    try (Intake successor = writer(2).open(() -> false)) {
      assertThatThrownBy(() -> first.open(() -> false))
          .satisfies(is(FailureKind.FENCED))
          .hasMessageContaining("another producer of source files took over");
      publish(successor, 1);
    }
    assertThat(fixture.prompts(SOURCE)).extracting(Prompt::getText).containsExactly("0", "1");
  }

  @Test
  void aSourceIsNewUntilSomethingIsPublishedForIt() {
    writer(1).open(() -> false).close();
    try (Intake next = writer(2).open(() -> false)) {
      assertThat(next.stored()).isEmpty();
      publish(next, 0);
    }
    try (Intake last = writer(3).open(() -> false)) {
      assertThat(last.stored()).get().extracting(SourcePosition::getNextIndex).isEqualTo(1L);
    }
  }

  @Test
  void onesOwnTimeoutIsNoTakeoverOnBrokersThatCallItOne() throws Exception {
    try (Admin admin = fixture.clients().admin()) {
      leaveTransactionsOfVersion2(admin);
      SourceWriter writer = writer(1, SHORT_TIMEOUT);
      try (Intake slow = writer.open(() -> false)) {
        clients.next(() -> expire(admin));
        assertThatThrownBy(() -> publish(slow, 0)).satisfies(is(FailureKind.RETRYABLE));
      }
      try (Intake next = writer.open(() -> false)) {
        publish(next, 0);
      }
    }
    assertThat(fixture.prompts(SOURCE)).extracting(Prompt::getText).containsExactly("0");
  }

  @Test
  void aTakeoverBeforeTheTimeoutFencesOnSuchBrokers() throws Exception {
    try (Admin admin = fixture.clients().admin()) {
      leaveTransactionsOfVersion2(admin);
      try (Intake first = writer(1).open(() -> false);
          Intake successor = writer(2).open(() -> false)) {
        assertThatThrownBy(() -> publish(first, 0)).satisfies(is(FailureKind.FENCED));
        publish(successor, 0);
      }
    }
  }

  /** Waits until the broker has aborted the transaction, and lets the clock say so. */
  private void expire(Admin admin) {
    String id = Intake.transactionalId("", SOURCE);
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                admin.describeTransactions(List.of(id)).description(id).get().state()
                    == TransactionState.COMPLETE_ABORT);
    nanos.addAndGet(SHORT_TIMEOUT.toNanos());
  }

  /** Kafka 3's; the registry's own transactions do not survive the change. */
  private void leaveTransactionsOfVersion2(Admin admin) throws Exception {
    fixture.stopRegistry();
    String feature = "transaction.version";
    admin
        .updateFeatures(
            Map.of(feature, new FeatureUpdate((short) 0, FeatureUpdate.UpgradeType.SAFE_DOWNGRADE)),
            new UpdateFeaturesOptions())
        .all()
        .get();
    await()
        .until(
            () ->
                !admin
                    .describeFeatures()
                    .featureMetadata()
                    .get()
                    .finalizedFeatures()
                    .containsKey(feature));
    fixture.startRegistry();
  }

  private SourceWriter writer(long seed) {
    return writer(seed, TIMEOUT);
  }

  private SourceWriter writer(long seed, Duration timeout) {
    return new SourceWriter(
        fixture.clients(clients),
        SOURCE,
        new IntakeSettings(8, Duration.ZERO, timeout, false),
        () -> NOW,
        nanos::get,
        new Random(seed));
  }

  private static void publish(Intake intake, long index) {
    String text = Long.toString(index);
    intake.publish(
        List.of(new SourcedPrompt(text, "group", false, "java", text, true)),
        SourcePosition.newBuilder()
            .setSource(SOURCE)
            .setNextIndex(index + 1)
            .setFingerprint("of the files")
            .setUpdatedAt(NOW)
            .build());
  }

  private static Consumer<Throwable> is(FailureKind kind) {
    return failure ->
        assertThat(failure)
            .isInstanceOfSatisfying(
                LogitstreamException.class, known -> assertThat(known.kind()).isEqualTo(kind));
  }
}
