package io.logitstream.producer.intake;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaFailures;
import io.logitstream.platform.kafka.TopicSettings;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.platform.lifecycle.RetryPolicy;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.platform.lifecycle.StoppedException;
import io.logitstream.producer.offered.OfferedPrompt;
import io.logitstream.schemas.SourcePosition;
import io.logitstream.schemas.topics.RecordKeys;
import io.logitstream.schemas.topics.Topic;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the prompts that clients offer to a source, and answers when the broker has acknowledged
 * them. Prompts, their idempotency keys and the source's position are one transaction: a key that
 * is known was published, once, whatever was killed. For one thread.
 *
 * <p>A failure that the environment may mend is waited out: the position that stands then tells
 * whether the last transaction does.
 */
public final class PromptAcceptance implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(PromptAcceptance.class);

  /** What the positions of such sources carry in place of a fingerprint of files. */
  private static final String FINGERPRINT = "offered prompts 1";

  private static final int EXPIRED_IN_A_TRANSACTION = 1000;

  private final KafkaClients clients;
  private final TopicSettings topics;
  private final AcceptanceSettings settings;
  private final IntakeSettings intakeSettings;
  private final Health health;
  private final String component;
  private final Clock clock;
  private final RandomGenerator random;
  private final KnownKeys keys;

  /** Tells this intake's transactions from those of any other. */
  private final String writer;

  /** Keys that have expired, and whose records are not deleted yet. */
  private final Set<String> expired = new LinkedHashSet<>();

  private @Nullable Intake intake;
  private @Nullable String location;
  private long nextIndex;

  /** The transaction that the source's position is from, as far as this intake knows. */
  private @Nullable String lastTransaction;

  private long transactions;

  /**
   * A prompt, and where it came from.
   *
   * @param prompt the prompt
   * @param place unique in the source: the identity of a prompt without a key
   */
  public record Offer(OfferedPrompt prompt, String place) {}

  private record Fresh(int offer, String promptId) {}

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
    this.intakeSettings = intakeSettings;
    this.health = health;
    this.component = component;
    this.clock = clock;
    this.random = random;
    this.keys = new KnownKeys(settings.maxKeys());
    byte[] unique = new byte[16];
    random.nextBytes(unique);
    this.writer = HexFormat.of().formatHex(unique);
  }

  /**
   * Takes the source over and reads what it has seen; waits for a broker and a registry that do not
   * answer.
   *
   * @throws LogitstreamException CONFIGURATION if topics are missing, or the source is one of files
   * @throws StoppedException if a stop was asked for meanwhile
   */
  public void open(StopSignal stop) throws Exception {
    health.ready(component, false, "reads the position of source " + settings.source());
    RetryPolicy.patient()
        .call(
            "start (%s)".formatted(clients.settings().lookedFor()),
            () -> {
              verifyTopics();
              reopen(stop);
              return null;
            },
            stop::await,
            random);
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
    expired.addAll(keys.takeExpired(now.toEpochMilli(), EXPIRED_IN_A_TRANSACTION));
    Receipt[] receipts = new Receipt[offers.size()];
    List<Fresh> fresh = new ArrayList<>();
    sort(offers, now, receipts, fresh);
    if (newLocation.isPresent()
        && Arrays.stream(receipts).anyMatch(receipt -> receipt.outcome() == Receipt.Outcome.FULL)) {
      // Moving on would leave prompts out.
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "%d keys are kept, and no more may be: raise intake.max-keys, or shorten intake.keys-for"
              .formatted(keys.size()));
    }
    boolean moved = newLocation.isPresent() && !newLocation.equals(location());
    if (!fresh.isEmpty() || moved) {
      publish(offers, fresh, newLocation, now, stop);
    }
    return Arrays.asList(receipts);
  }

  /** Forgets keys that have expired, in a transaction of its own; for times without prompts. */
  public void expireKeys(StopSignal stop) throws Exception {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    expired.addAll(keys.takeExpired(now.toEpochMilli(), EXPIRED_IN_A_TRANSACTION));
    List<String> forgotten = someExpired();
    if (!forgotten.isEmpty()) {
      commit(
          stop,
          false,
          (current, transaction) -> forgotten.stream().map(current.records()::forgotten).toList());
      forgotten.forEach(expired::remove);
    }
  }

  /** Tells those that are known, the same key within the call too, from those that are new. */
  private void sort(List<Offer> offers, Instant now, Receipt[] receipts, List<Fresh> fresh) {
    Map<String, Integer> firstOfKey = new HashMap<>();
    for (int at = 0; at < receipts.length; at++) {
      Offer offer = offers.get(at);
      Optional<String> key = offer.prompt().key();
      String promptId =
          RecordKeys.promptId(
              settings.source(), key.map(given -> "key " + given).orElse(offer.place()));
      Optional<KnownKeys.Known> known = key.flatMap(given -> keys.find(given, now.toEpochMilli()));
      Integer first = key.map(firstOfKey::get).orElse(null);
      if (known.isPresent()) {
        receipts[at] = again(known.get().contentSha256(), offer.prompt(), promptId);
      } else if (first != null) {
        Receipt.Outcome outcome = receipts[first].outcome();
        receipts[at] =
            outcome == Receipt.Outcome.FULL
                ? new Receipt(outcome, "")
                : again(offers.get(first).prompt().contentSha256(), offer.prompt(), promptId);
      } else {
        boolean hasRoom = key.isEmpty() || keys.hasRoomFor(firstOfKey.size() + 1);
        receipts[at] =
            hasRoom
                ? new Receipt(Receipt.Outcome.ACCEPTED, promptId)
                : new Receipt(Receipt.Outcome.FULL, "");
        if (hasRoom) {
          fresh.add(new Fresh(at, promptId));
        }
        int place = at;
        key.ifPresent(given -> firstOfKey.put(given, place));
      }
    }
  }

  private static Receipt again(
      @Nullable String knownSha256, OfferedPrompt prompt, String promptId) {
    boolean same = knownSha256 == null || knownSha256.equals(prompt.contentSha256());
    return new Receipt(same ? Receipt.Outcome.DUPLICATE : Receipt.Outcome.CONFLICT, promptId);
  }

  private void publish(
      List<Offer> offers,
      List<Fresh> fresh,
      Optional<String> newLocation,
      Instant now,
      StopSignal stop)
      throws Exception {
    Map<String, KnownKeys.Known> newKeys = new HashMap<>();
    Instant expiry = now.plus(settings.keysFor());
    for (Fresh prompt : fresh) {
      OfferedPrompt offered = offers.get(prompt.offer()).prompt();
      offered
          .key()
          .ifPresent(
              key ->
                  newKeys.put(
                      key,
                      new KnownKeys.Known(
                          prompt.promptId(), offered.contentSha256(), expiry.toEpochMilli())));
    }
    expired.removeAll(newKeys.keySet());
    List<String> forgotten = someExpired();
    String nextLocation = newLocation.orElse(location);
    commit(
        stop,
        true,
        (current, transaction) -> {
          List<ProducerRecord<String, byte[]>> records = new ArrayList<>();
          long index = nextIndex;
          for (Fresh prompt : fresh) {
            records.add(
                record(current, offers.get(prompt.offer()), prompt.promptId(), index++, now));
          }
          newKeys.forEach(
              (key, known) ->
                  records.add(current.records().key(stored(key, known, index(fresh), now))));
          forgotten.forEach(key -> records.add(current.records().forgotten(key)));
          records.add(
              current.records().position(position(index(fresh), nextLocation, transaction, now)));
          return records;
        });
    nextIndex += fresh.size();
    location = nextLocation;
    newKeys.forEach(keys::add);
    forgotten.forEach(expired::remove);
  }

  private List<String> someExpired() {
    return expired.stream().limit(EXPIRED_IN_A_TRANSACTION).toList();
  }

  private long index(List<Fresh> fresh) {
    return nextIndex + fresh.size();
  }

  /** Makes the records of a transaction with the intake that will commit them. */
  @FunctionalInterface
  private interface Transaction {
    List<ProducerRecord<String, byte[]>> records(Intake current, String transaction);
  }

  /**
   * Commits a transaction, however long its surroundings take. After a failure, the position that
   * stands names the transaction that wrote it: this one stands, or is to be repeated, or another
   * intake has taken the source over.
   *
   * @param movesPosition whether the source's position is among the records
   */
  private void commit(StopSignal stop, boolean movesPosition, Transaction transaction)
      throws Exception {
    String name = writer + "/" + ++transactions;
    for (int failures = 1; ; failures++) {
      try {
        Intake current = current();
        current.commit(transaction.records(current, name));
        if (movesPosition) {
          lastTransaction = name;
        }
        health.ready(component, true, "publishes source " + settings.source());
        return;
      } catch (LogitstreamException | KafkaException e) {
        if (KafkaFailures.kindOf(e) != FailureKind.RETRYABLE) {
          throw e;
        }
        health.ready(component, false, String.valueOf(e.getMessage()));
        LOGGER.warn(
            "looking what of the last transaction stands: {}. {}",
            e.getMessage(),
            clients.settings().lookedFor());
        if (stop.await(RetryPolicy.patient().pause(failures, random))) {
          throw new StoppedException("asked to stop before it was known what stands", e);
        }
      }
      long before = nextIndex;
      String transactionBefore = lastTransaction;
      RetryPolicy.patient()
          .call(
              "go on",
              () -> {
                reopen(stop);
                return null;
              },
              stop::await,
              random);
      boolean stands = name.equals(lastTransaction);
      if (!stands && !Objects.equals(transactionBefore, lastTransaction)) {
        throw new LogitstreamException(
            FailureKind.FENCED,
            ("source %s stands at %d, by a transaction that is not this intake's: another one has published for it"
                    + " meanwhile. Run one intake for a source, or give each its own source.name")
                .formatted(settings.source(), nextIndex));
      }
      nextIndex = before;
      if (stands) {
        return;
      }
    }
  }

  private ProducerRecord<String, byte[]> record(
      Intake current, Offer offer, String promptId, long index, Instant now) {
    String group = offer.prompt().documentGroup().orElse(promptId);
    return current
        .records()
        .offered(
            offer.prompt(),
            promptId,
            offer.place(),
            offer.prompt().domain().orElse(settings.defaultDomain()),
            group,
            settings.heldOut().holdsOut(group),
            index,
            now);
  }

  private SourcePosition stored(String key, KnownKeys.Known known, long index, Instant now) {
    return SourcePosition.newBuilder()
        .setSource(settings.source())
        .setNextIndex(index)
        .setFingerprint(known.contentSha256())
        .setIdempotencyKey(key)
        .setPromptId(known.promptId())
        .setExpiresAt(Instant.ofEpochMilli(known.expiresAtMs()))
        .setUpdatedAt(now)
        .build();
  }

  private SourcePosition position(
      long index, @Nullable String at, String transaction, Instant now) {
    return SourcePosition.newBuilder()
        .setSource(settings.source())
        .setNextIndex(index)
        .setLocation(at)
        .setFingerprint(FINGERPRINT)
        .setFinished(false)
        .setTransaction(transaction)
        .setUpdatedAt(now)
        .build();
  }

  private Intake current() {
    if (intake == null) {
      throw new IllegalStateException("the source was not opened");
    }
    return intake;
  }

  private void verifyTopics() {
    try (Admin admin = clients.admin()) {
      Topics.verify(
          admin,
          List.of(
              topics.specification(Topic.PROMPTS), topics.specification(Topic.SOURCE_POSITIONS)));
    }
  }

  private void reopen(StopSignal stop) {
    close();
    Intake opened =
        Intake.open(clients, settings.source(), intakeSettings, System::nanoTime, stop::requested);
    intake = opened;
    opened.stored().ifPresent(this::requireOffered);
    nextIndex = opened.stored().map(SourcePosition::getNextIndex).orElse(0L);
    location = opened.stored().map(SourcePosition::getLocation).orElse(null);
    lastTransaction = opened.stored().map(SourcePosition::getTransaction).orElse(null);
    keys.load(opened.storedKeys());
    expired.clear();
    health.ready(component, true, "publishes source " + settings.source());
  }

  private void requireOffered(SourcePosition stored) {
    if (!FINGERPRINT.equals(stored.getFingerprint())) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "source %s is one of files, of which %d prompts are published: give what clients offer another source.name"
              .formatted(settings.source(), stored.getNextIndex()));
    }
  }

  @Override
  public void close() {
    Intake current = intake;
    intake = null;
    if (current != null) {
      current.close();
    }
  }
}
