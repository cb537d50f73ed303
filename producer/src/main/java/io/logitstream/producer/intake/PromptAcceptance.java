package io.logitstream.producer.intake;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.TopicSettings;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.platform.lifecycle.StoppedException;
import io.logitstream.producer.intake.SortedOffers.Fresh;
import io.logitstream.producer.offered.OfferedPrompt;
import io.logitstream.schemas.SourcePosition;
import io.logitstream.schemas.topics.Topic;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the prompts that clients offer to a source, and answers when the broker has acknowledged
 * them. Prompts, their idempotency keys and the source's position are one transaction: a key that
 * is known was published, once, whatever was killed. For one thread.
 *
 * <p>A failure that the environment may mend is waited out.
 */
public final class PromptAcceptance implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(PromptAcceptance.class);
  private static final int EXPIRED_IN_A_TRANSACTION = 1000;

  private final KafkaClients clients;
  private final TopicSettings topics;
  private final AcceptanceSettings settings;
  private final Clock clock;
  private final SourceWriter writer;
  private final PatientIntake intake;
  private final KnownKeys keys;
  private @Nullable String location;
  private long nextIndex;

  /**
   * A prompt, and where it came from.
   *
   * @param prompt the prompt
   * @param place unique in the source: the identity of a prompt without a key
   */
  public record Offer(OfferedPrompt prompt, String place) {}

  /**
   * @param health told whether prompts can be published, as this component
   */
  public PromptAcceptance(
      KafkaClients clients,
      TopicSettings topics,
      AcceptanceSettings settings,
      IntakeSettings intakeSettings,
      Health health,
      String component,
      Clock clock,
      RandomGenerator random) {
    this.clients = clients;
    this.topics = topics;
    this.settings = settings;
    this.clock = clock;
    this.writer =
        new SourceWriter(
            clients, settings.source(), intakeSettings, clock, System::nanoTime, random);
    this.intake = new PatientIntake(clients, settings.source(), writer, health, component, random);
    this.keys = new KnownKeys(settings.maxKeys());
  }

  /**
   * Takes the source over and reads what it has seen; waits for a broker and a registry that do not
   * answer.
   *
   * @throws LogitstreamException CONFIGURATION if topics are missing, or the source is one of files
   * @throws StoppedException if a stop was asked for meanwhile
   */
  public void open(StopSignal stop) throws Exception {
    Optional<SourcePosition> stored =
        intake.open(
            () -> {
              verifyTopics();
              return keys.load(clock.millis(), reading -> writer.open(reading, stop::requested));
            },
            stop);
    stored.ifPresent(this::requireOffered);
    nextIndex = stored.map(SourcePosition::getNextIndex).orElse(0L);
    location = stored.map(SourcePosition::getLocation).orElse(null);
    LOGGER.info(
        "source {} goes on at prompt {}, with {} keys", settings.source(), nextIndex, keys.size());
  }

  /** Where reading goes on, as the last caller of {@link #accept} wrote it; empty at the start. */
  public Optional<String> location() {
    return Optional.ofNullable(location);
  }

  /** Place in the source's order of the next prompt. */
  public long nextIndex() {
    return nextIndex;
  }

  /** Idempotency keys that are kept. */
  public int keys() {
    return keys.size();
  }

  /**
   * Publishes those of the prompts that are new.
   *
   * @param offers in their order
   * @param newLocation where reading goes on behind them; empty where nothing is read
   * @return a receipt for each, once the broker has acknowledged all of them
   * @throws LogitstreamException FENCED if another intake of the source started; nothing is known
   *     of these prompts then
   * @throws StoppedException if a stop was asked for while the broker did not answer; the same
   */
  public List<Receipt> accept(List<Offer> offers, Optional<String> newLocation, StopSignal stop)
      throws Exception {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    keys.expire(now.toEpochMilli(), EXPIRED_IN_A_TRANSACTION);
    SortedOffers sorted = SortedOffers.of(offers, settings.source(), keys, now.toEpochMilli());
    if (newLocation.isPresent() && sorted.lackRoom()) {
      // Moving on would leave prompts out.
      throw tooManyKeys();
    }
    boolean moved = newLocation.isPresent() && !newLocation.equals(location());
    if (!sorted.fresh().isEmpty() || moved) {
      publish(sorted.fresh(), newLocation, now, stop);
    }
    return sorted.receipts();
  }

  /** What to end with where a prompt without room for its key cannot be offered again. */
  public LogitstreamException tooManyKeys() {
    return new LogitstreamException(
        FailureKind.CONFIGURATION,
        "%d keys are kept, and no more may be: raise intake.max-keys, or shorten intake.keys-for"
            .formatted(keys.size()));
  }

  /** Forgets keys that have expired, in a transaction of its own; for times without prompts. */
  public void expireKeys(StopSignal stop) throws Exception {
    keys.expire(clock.millis(), EXPIRED_IN_A_TRANSACTION);
    List<String> forgotten = keys.expired(EXPIRED_IN_A_TRANSACTION);
    if (!forgotten.isEmpty()) {
      intake.commit((records, name) -> forgotten.stream().map(records::forgotten).toList(), stop);
      keys.deleted(forgotten);
    }
  }

  private void publish(
      List<Fresh> fresh, Optional<String> newLocation, Instant now, StopSignal stop)
      throws Exception {
    Set<String> used =
        fresh.stream()
            .flatMap(prompt -> prompt.offer().prompt().key().stream())
            .collect(Collectors.toSet());
    // A key that has expired and is used again is not deleted: its record is a new one.
    List<String> forgotten =
        keys.expired(EXPIRED_IN_A_TRANSACTION).stream().filter(key -> !used.contains(key)).toList();
    OfferedTransaction transaction =
        new OfferedTransaction(
            settings, fresh, forgotten, nextIndex, newLocation.orElse(location), now);
    intake.commit(transaction::records, stop);
    nextIndex = transaction.nextIndex();
    location = transaction.location();
    transaction.newKeys().forEach(keys::add);
    keys.deleted(forgotten);
  }

  private void verifyTopics() {
    try (Admin admin = clients.admin()) {
      Topics.verify(
          admin,
          List.of(
              topics.specification(Topic.PROMPTS), topics.specification(Topic.SOURCE_POSITIONS)));
    }
  }

  private void requireOffered(SourcePosition stored) {
    if (!OfferedTransaction.FINGERPRINT.equals(stored.getFingerprint())) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "source %s is one of files, of which %d prompts are published: give what clients offer another source.name"
              .formatted(settings.source(), stored.getNextIndex()));
    }
  }

  @Override
  public void close() {
    intake.close();
  }
}
