package io.logitstream.producer.http;

import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.lifecycle.Service;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.producer.intake.OfferedSettings;
import io.logitstream.producer.intake.PromptAcceptance;
import io.logitstream.producer.intake.PromptAcceptance.Offer;
import io.logitstream.producer.intake.Receipt;
import io.logitstream.producer.offered.OfferedPromptJson;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes prompts over HTTP until it is stopped. One thread publishes: what waits is one transaction,
 * so that the rate grows with the load. A stop answers what was taken.
 */
public final class HttpPromptProducer implements Service {
  private static final Logger LOGGER = LoggerFactory.getLogger(HttpPromptProducer.class);
  private static final String COMPONENT = "producer";
  private static final long IDLE_MS = 250;

  private final OfferedSettings settings;
  private final HttpSettings http;
  private final Health health;
  private final KafkaClients clients;
  private final PromptQueue queue;
  private final IntakeMeters meters;
  private volatile int port;

  /**
   * @param meters get the intake's counts and its Kafka clients' metrics
   * @param health told whether prompts can be published
   */
  public HttpPromptProducer(
      OfferedSettings settings, HttpSettings http, MeterRegistry meters, Health health) {
    this.settings = settings;
    this.http = http;
    this.health = health;
    this.clients = new KafkaClients(settings.kafka(), COMPONENT, meters);
    this.queue = new PromptQueue(http.queuePrompts(), http.queueBytes());
    this.meters = new IntakeMeters(meters, queue::prompts);
    health.ready(COMPONENT, false, "has not begun");
  }

  /** The port that is listened on; 0 before it is. */
  public int port() {
    return port;
  }

  /** How it stands, for any thread. */
  public IntakeStatus status() {
    return new IntakeStatus(
        settings.acceptance().source(),
        port,
        meters.count(Receipt.Outcome.ACCEPTED),
        meters.count(Receipt.Outcome.DUPLICATE),
        queue.prompts());
  }

  /** What it has done so far, in a line. */
  public String news() {
    return "%,d prompts published, %,d were there already, %,d wait"
        .formatted(
            meters.count(Receipt.Outcome.ACCEPTED),
            meters.count(Receipt.Outcome.DUPLICATE),
            queue.prompts());
  }

  @Override
  public void run(StopSignal stop) throws Exception {
    try (PromptEndpoint endpoint =
            PromptEndpoint.start(
                http, new OfferedPromptJson(settings.maxPromptBytes()), queue, meters);
        PromptAcceptance acceptance =
            new PromptAcceptance(
                clients,
                settings.topics(),
                settings.acceptance(),
                settings.intake(),
                health,
                COMPONENT,
                Clock.systemUTC(),
                new Random())) {
      port = endpoint.port();
      LOGGER.info("prompts are taken at http://{}:{}/v1/prompts", http.host(), port);
      stop.onRequest(queue::close);
      try {
        acceptance.open(stop);
        while (!queue.isDrained()) {
          publishNext(acceptance, stop);
        }
      } finally {
        queue.close();
        failWaiting();
      }
    } finally {
      health.gone(COMPONENT);
    }
  }

  private void publishNext(PromptAcceptance acceptance, StopSignal stop) throws Exception {
    List<PromptQueue.Request> requests =
        queue.take(settings.intake().transactionPrompts(), IDLE_MS, TimeUnit.MILLISECONDS);
    if (requests.isEmpty()) {
      acceptance.expireKeys(stop);
      return;
    }
    List<Offer> offers = new ArrayList<>();
    requests.forEach(request -> offers.addAll(request.offers()));
    long startNanos = System.nanoTime();
    try {
      List<Receipt> receipts = acceptance.accept(offers, Optional.empty(), stop);
      meters.published(receipts, Duration.ofNanos(System.nanoTime() - startNanos));
      int next = 0;
      for (PromptQueue.Request request : requests) {
        int end = next + request.offers().size();
        request.answer().complete(List.copyOf(receipts.subList(next, end)));
        next = end;
      }
    } catch (Exception | Error e) {
      requests.forEach(request -> request.answer().completeExceptionally(e));
      throw e;
    } finally {
      queue.answered(requests);
    }
  }

  private void failWaiting() throws InterruptedException {
    List<PromptQueue.Request> left = queue.take(Integer.MAX_VALUE, 0, TimeUnit.MILLISECONDS);
    IllegalStateException stopped = new IllegalStateException("the intake has ended");
    left.forEach(request -> request.answer().completeExceptionally(stopped));
    queue.answered(left);
  }
}
