package io.logitstream.lineage;

import io.logitstream.lineage.http.IndexEndpoint;
import io.logitstream.lineage.http.IndexEndpoint.Answers;
import io.logitstream.lineage.http.IndexStatus;
import io.logitstream.lineage.http.RemoteView;
import io.logitstream.lineage.http.StreamsOwners;
import io.logitstream.lineage.query.LocalView;
import io.logitstream.lineage.query.WholeView;
import io.logitstream.lineage.topology.IndexCounts;
import io.logitstream.lineage.topology.IndexLag;
import io.logitstream.lineage.topology.IndexTopology;
import io.logitstream.lineage.topology.IndexedTopics;
import io.logitstream.lineage.topology.StreamsSettings;
import io.logitstream.platform.DiskSpace;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaFailures;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.MetricsRefresh;
import io.logitstream.platform.lifecycle.RetryPolicy;
import io.logitstream.platform.lifecycle.Service;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.platform.lifecycle.StoppedException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.state.HostInfo;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An instance of the lineage index: a Kafka Streams topology that follows prompts, logits, dead
 * letters, ledgers and manifests, and answers over HTTP what became of a prompt. Instances of one
 * group share the partitions and answer for one another.
 */
public final class LineageIndex implements Service {
  private static final Logger LOGGER = LoggerFactory.getLogger(LineageIndex.class);
  private static final String COMPONENT = "index";
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration WATCH = Duration.ofSeconds(1);
  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);
  private static final Duration PAUSE_ON_FULL_DISK = Duration.ofSeconds(10);
  private static final int WATCHES_BETWEEN_COUNTS = 10;

  private final IndexSettings settings;
  private final KafkaSettings kafka;
  private final MeterRegistry meters;
  private final Health health;
  private final IndexCounts counts;
  private final KafkaClients clients;
  private final AtomicLong recordsBehind;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile int port = -1;

  /**
   * @param meters get the index's progress and the metrics of Kafka Streams
   * @param health told whether questions can be answered
   */
  public LineageIndex(
      IndexSettings settings, KafkaSettings kafka, MeterRegistry meters, Health health) {
    this.settings = settings;
    this.kafka = kafka;
    this.meters = meters;
    this.health = health;
    this.counts = new IndexCounts(meters);
    this.clients = new KafkaClients(kafka, COMPONENT);
    this.recordsBehind = new AtomicLong(-1);
    Gauge.builder("logitstream.index.records.behind", recordsBehind, AtomicLong::get)
        .description("Records of its topics that the whole index has not indexed yet; -1: unknown")
        .register(meters);
    health.ready(COMPONENT, false, "has not begun");
  }

  /** What it has indexed since it started, in a line; empty while there is nothing to tell. */
  public String news() {
    return counts.line();
  }

  /** How it stands, for any thread. */
  public IndexStanding status() {
    return new IndexStanding(
        settings.group(),
        url().orElse(null),
        recordsBehind.get(),
        counts.prompts(),
        counts.windows(),
        counts.steps(),
        counts.checkpoints(),
        counts.deadLetters());
  }

  /** Where it answers; empty before it listens. */
  public Optional<String> url() {
    return port < 0
        ? Optional.empty()
        : Optional.of("http://%s:%d".formatted(settings.host(), port));
  }

  /**
   * Indexes and answers until a stop.
   *
   * @throws LogitstreamException CONFIGURATION if topics are missing, the port is taken or another
   *     process uses the folder. A broker that does not answer, or whose name does not resolve, is
   *     waited for
   */
  @Override
  public void run(StopSignal stop) throws Exception {
    try (IndexEndpoint endpoint = IndexEndpoint.start(settings.host(), settings.port(), meters);
        Admin admin = admin(stop)) {
      port = endpoint.port();
      IndexedTopics topics =
          RetryPolicy.patient()
              .call(
                  "find the topics of the index (%s)".formatted(kafka.lookedFor()),
                  () -> IndexedTopics.read(admin, kafka.topicPrefix()),
                  stop::await,
                  new Random());
      IndexLag lag = new IndexLag(admin, StreamsSettings.applicationId(settings, kafka), topics);
      lag.reportHoles();
      KafkaStreams streams =
          RetryPolicy.patient().call("start", () -> start(topics, stop), stop::await, new Random());
      MetricsRefresh refresh = new MetricsRefresh();
      try (KafkaStreamsMetrics metrics =
              new KafkaStreamsMetrics(
                  streams, Tags.empty(), refresh.thread(), MetricsRefresh.EVERY);
          refresh) {
        metrics.bindTo(meters);
        endpoint.answerFrom(answers(streams, topics, lag));
        LOGGER.info("answers on http://{}:{}", settings.host(), port);
        watch(admin, topics, lag, stop);
      } finally {
        close(streams);
      }
    } finally {
      health.gone(COMPONENT);
    }
  }

  /** Waits until a broker's name resolves: no client can be made before. */
  private Admin admin(StopSignal stop) throws Exception {
    return RetryPolicy.patient()
        .call("make a client of Kafka", clients::admin, stop::await, new Random());
  }

  private KafkaStreams start(IndexedTopics topics, StopSignal stop) {
    KafkaStreams streams = create(topics, stop);
    try {
      // Opens the stores that are in the folder.
      streams.start();
      return streams;
    } catch (StreamsException e) {
      close(streams);
      if (DiskSpace.isMissing(e)) {
        throw noRoomToStart(e);
      }
      throw e;
    }
  }

  private KafkaStreams create(IndexedTopics topics, StopSignal stop) {
    KafkaStreams streams;
    try {
      streams =
          new KafkaStreams(
              IndexTopology.build(topics, kafka, stop, counts),
              StreamsSettings.of(settings, kafka, port));
    } catch (StreamsException e) {
      if (DiskSpace.isMissing(e)) {
        throw noRoomToStart(e);
      }
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "cannot keep the index in %s (%s): each instance needs a folder of its own, see index.data"
              .formatted(settings.data(), e.getMessage()),
          e);
    }
    streams.setStateListener(
        (now, before) ->
            health.ready(COMPONENT, now == KafkaStreams.State.RUNNING, "Kafka Streams is " + now));
    streams.setUncaughtExceptionHandler(thrown -> afterFailure(thrown, stop));
    return streams;
  }

  private StreamThreadExceptionResponse afterFailure(Throwable thrown, StopSignal stop) {
    boolean full = DiskSpace.isMissing(thrown);
    if ((full || KafkaFailures.kindOf(thrown) == FailureKind.RETRYABLE) && !stop.requested()) {
      if (full) {
        LOGGER.warn(
            "{}; reading again from what was committed in {} s",
            noRoom(),
            PAUSE_ON_FULL_DISK.toSeconds());
      } else {
        LOGGER.warn("reading again from what was committed: {}", thrown.getMessage());
      }
      return afterPause(full ? PAUSE_ON_FULL_DISK : PAUSE_AFTER_FAILURE, thrown, stop);
    }
    failure.compareAndSet(null, thrown);
    return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
  }

  private StreamThreadExceptionResponse afterPause(
      Duration pause, Throwable thrown, StopSignal stop) {
    try {
      stop.await(pause);
      // The thread that takes over makes clients of its own, and is gone for good if it cannot.
      admin(stop).close();
      return StreamThreadExceptionResponse.REPLACE_THREAD;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (StoppedException e) {
      LOGGER.debug("asked to stop after a failure", e);
    } catch (Exception e) {
      e.addSuppressed(thrown);
      failure.compareAndSet(null, e);
    }
    return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
  }

  private LogitstreamException noRoomToStart(StreamsException failure) {
    health.ready(COMPONENT, false, noRoom());
    return new LogitstreamException(FailureKind.RETRYABLE, noRoom(), failure);
  }

  private String noRoom() {
    return "there is no room in %s (index.data): make room there".formatted(settings.data());
  }

  private Answers answers(KafkaStreams streams, IndexedTopics topics, IndexLag lag) {
    LocalView own = new LocalView(name -> store(streams, name));
    WholeView all =
        new WholeView(
            new StreamsOwners(
                streams, new HostInfo(settings.host(), port), own, topics, RemoteView.client()));
    return new Answers(
        own,
        all,
        () ->
            new IndexStatus(
                streams.state().name(),
                streams.metadataForAllStreamsClients().size(),
                lag.recordsBehind()));
  }

  private static ReadOnlyKeyValueStore<byte[], byte[]> store(KafkaStreams streams, String name) {
    KafkaStreams.State state = streams.state();
    if (state != KafkaStreams.State.RUNNING) {
      throw new LogitstreamException(
          FailureKind.RETRYABLE,
          "the index is %s: its stores are being moved or restored, ask again".formatted(state));
    }
    try {
      return streams.store(
          StoreQueryParameters.fromNameAndType(name, QueryableStoreTypes.keyValueStore()));
    } catch (InvalidStateStoreException e) {
      throw new LogitstreamException(
          FailureKind.RETRYABLE,
          "the store '%s' is being moved or restored, ask again".formatted(name),
          e);
    }
  }

  /** Notices failures and topics that were created anew, and counts how far behind it is. */
  private void watch(Admin admin, IndexedTopics topics, IndexLag lag, StopSignal stop)
      throws Exception {
    for (int watches = 0; !stop.await(WATCH); watches++) {
      Throwable thrown = failure.get();
      if (thrown != null) {
        throw new LogitstreamException(
            KafkaFailures.kindOf(thrown), "the index cannot go on: " + thrown.getMessage(), thrown);
      }
      if (watches % WATCHES_BETWEEN_COUNTS == 0) {
        count(admin, topics, lag);
      }
    }
  }

  private void count(Admin admin, IndexedTopics topics, IndexLag lag) {
    try {
      recordsBehind.set(lag.recordsBehind());
      IndexedTopics now = IndexedTopics.read(admin, kafka.topicPrefix());
      if (!now.identities().equals(topics.identities())) {
        throw new LogitstreamException(
            FailureKind.FATAL,
            "topics were created anew or have other partitions since the index started: %s were %s; start the index again"
                .formatted(now.identities().values(), topics.identities().values()));
      }
    } catch (LogitstreamException e) {
      if (e.kind() != FailureKind.RETRYABLE) {
        throw e;
      }
      LOGGER.warn("could not count how far the index is behind: {}", e.getMessage());
    }
  }

  private static void close(KafkaStreams streams) {
    boolean closed =
        streams.close(
            CloseOptions.timeout(CLOSE_TIMEOUT)
                .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
    if (!closed) {
      LOGGER.error("not closed within {} s", CLOSE_TIMEOUT.toSeconds());
    }
  }
}
