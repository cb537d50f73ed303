package io.logitstream.teacher.coding;

import io.logitstream.logits.coding.ContextPrior;
import io.logitstream.logits.coding.PriorLearner;
import io.logitstream.logits.coding.Sequence;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaFailures;
import io.logitstream.platform.lifecycle.RetryPolicy;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.schemas.TeacherIdentity;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the prior that the teacher codes under: the newest one of its revision that is on the
 * topic, or one that it learns, on a thread of its own, from a sample of the stream: what the
 * thread does not keep up with is left out. A prior is current only once its topic has all of it.
 *
 * <p>Teachers of one revision may have different priors for a while: records name theirs. A prior
 * that another of them has published meanwhile takes the place of one that is due to be learned.
 */
public final class PriorKeeper implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(PriorKeeper.class);

  /** Windows that wait to be learned from. */
  private static final int MAX_WAITING = 64;

  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration LONGEST_CLOSE = Duration.ofSeconds(10);

  private static final RetryPolicy AFTER_FAILURES = RetryPolicy.patient();

  private final KafkaClients clients;
  private final TeacherIdentity teacher;
  private final PriorSchedule schedule;
  private final CodingMeters meters;
  private final BlockingQueue<Sequence> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
  private final StopSignal closing = new StopSignal();
  private final RandomGenerator random;
  private final Thread thread = new Thread(this::learn, "teacher-prior");
  private volatile Optional<CurrentPrior> current = Optional.empty();

  /**
   * @param teacher whose stream it learns from
   */
  public PriorKeeper(
      KafkaClients clients, TeacherIdentity teacher, PriorSchedule schedule, MeterRegistry meters) {
    this.clients = clients;
    this.teacher = teacher;
    this.schedule = schedule;
    this.meters = new CodingMeters(meters);
    this.random = clients.execution().random();
    thread.setDaemon(true);
    thread.setPriority(Thread.MIN_PRIORITY);
  }

  /**
   * Finds the prior to begin with, or makes sure that the current one is still on the topic. Called
   * before the teacher's first record, and after each pause.
   *
   * @throws io.logitstream.platform.LogitstreamException with the kind of the failure
   */
  public void begin() {
    try (PriorTopic topic = new PriorTopic(clients, teacher)) {
      Optional<CurrentPrior> known = current;
      if (known.isEmpty()) {
        topic.newest().ifPresent(this::adopt);
      } else if (!topic.has(known.get().prior().sha256())) {
        LOGGER.warn(
            "prior {} is not on its topic any more: published again", known.get().prior().sha256());
        topic.publish(known.get().prior(), known.get().learnedRecords());
      }
    }
    if (thread.getState() == Thread.State.NEW) {
      thread.start();
    }
  }

  /** The prior that records may name now. */
  Optional<ContextPrior> current() {
    return current.map(CurrentPrior::prior);
  }

  CodingMeters meters() {
    return meters;
  }

  /** Offers a window to learn from; returns at once. */
  void offer(Sequence sequence) {
    if (!waiting.offer(sequence)) {
      meters.unlearned();
    }
  }

  @Override
  public void close() throws InterruptedException {
    closing.request();
    thread.join(LONGEST_CLOSE.toMillis());
    if (thread.isAlive()) {
      LOGGER.warn("learning did not stop within {} s", LONGEST_CLOSE.toSeconds());
    }
  }

  private void learn() {
    int failures = 0;
    try {
      while (!closing.requested()) {
        try {
          learnFromStream();
        } catch (RuntimeException | Error e) {
          // What it has counted may hold half a window: it begins anew.
          Duration pause = AFTER_FAILURES.pause(++failures, random);
          meters.failed();
          LOGGER.error(
              "learning a prior failed, and begins anew in {} ms; meanwhile records are coded as"
                  + " before",
              pause.toMillis(),
              e);
          closing.await(pause);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void learnFromStream() throws InterruptedException {
    PriorLearner learner = new PriorLearner(teacher.getVocabularySize());
    long sinceLast = 0;
    while (!closing.requested()) {
      Sequence sequence = waiting.poll(POLL.toMillis(), TimeUnit.MILLISECONDS);
      if (sequence == null) {
        continue;
      }
      learner.add(sequence);
      long learned = current.map(CurrentPrior::learnedRecords).orElse(0L);
      if (++sinceLast >= schedule.recordsUntilNext(learned)) {
        refresh(learner);
        sinceLast = 0;
      }
    }
  }

  /** A failure costs bytes and nothing else: the teacher goes on with what it has. */
  private void refresh(PriorLearner learner) {
    try (PriorTopic topic = new PriorTopic(clients, teacher)) {
      Optional<CurrentPrior> newer =
          topic
              .newerThan(current().map(ContextPrior::sha256).orElse(""))
              .filter(other -> other.learnedRecords() >= learner.records());
      if (newer.isPresent()) {
        adopt(newer.get());
        return;
      }
      long startNanos = System.nanoTime();
      CurrentPrior learned = new CurrentPrior(learner.build(), learner.records());
      topic.publish(learned.prior(), learned.learnedRecords());
      current = Optional.of(learned);
      meters.published(learned.learnedRecords());
      LOGGER.info(
          "prior {} of {} records, {} kB, was learned and published in {} ms",
          learned.prior().sha256(),
          learned.learnedRecords(),
          learned.prior().bytes().length / 1000,
          Duration.ofNanos(System.nanoTime() - startNanos).toMillis());
      if (learner.records() >= schedule.refreshRecords()) {
        learner.fade();
      }
    } catch (RuntimeException e) {
      meters.failed();
      LOGGER.warn(
          "no new prior ({}): records are written as before, and the next is tried later: {}",
          KafkaFailures.kindOf(e),
          e.toString());
      LOGGER.debug("the failure", e);
    }
  }

  private void adopt(CurrentPrior found) {
    current = Optional.of(found);
    meters.adopted(found.learnedRecords());
    LOGGER.info(
        "prior {} of {} records was found on its topic",
        found.prior().sha256(),
        found.learnedRecords());
  }
}
