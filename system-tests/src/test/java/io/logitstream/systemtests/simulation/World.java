package io.logitstream.systemtests.simulation;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.ClientSource;
import io.logitstream.platform.lifecycle.Execution;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.systemtests.simulation.log.Network;
import io.logitstream.systemtests.simulation.log.SimulatedBroker;
import io.logitstream.systemtests.simulation.log.SimulatedClients;
import io.logitstream.systemtests.simulation.plants.Plant;
import io.logitstream.systemtests.simulation.schedule.Scheduler;
import io.logitstream.systemtests.simulation.schedule.SimulatedCrash;
import io.logitstream.systemtests.simulation.schedule.SimulatedExecution;
import io.logitstream.systemtests.simulation.schedule.SimulatedProcess;
import io.logitstream.trainer.StudentTrainer;
import io.logitstream.trainer.TrainerPorts;
import io.logitstream.trainer.TrainerProgress;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One simulation: a broker, a trainer that is killed and started again until the run is over, and
 * what else there is around it.
 */
final class World implements Course {
  /** How long a process stands still at most. */
  static final Duration LONGEST_STOP = Duration.ofSeconds(20);

  private static final long MAX_POINTS = 60_000;

  /** Retention strikes before so many points. */
  private static final long LOSS_POINTS = 400;

  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final Scenario scenario;
  private final Disturbances disturbances;
  private final Plant plant;
  private final Scheduler scheduler;
  private final Network network;
  private final SimulatedBroker broker;
  private final SplittableRandom random;
  private final Deque<Disturbances.Blow> blows;
  private final Map<SimulatedProcess, StopSignal> stops = new HashMap<>();
  private final List<SimulatedProcess> trainers = new ArrayList<>();

  /** Told of everything that happens, in words that are made if anybody reads them. */
  @FunctionalInterface
  interface Trace {
    /** Nobody reads. */
    Trace NONE = event -> {};

    void tell(Supplier<String> event);

    /** Tells where a failure comes from. */
    default void tellOf(Throwable failure) {
      tell(
          () -> {
            StringWriter stack = new StringWriter();
            failure.printStackTrace(new PrintWriter(stack));
            return stack.toString();
          });
    }
  }

  private final List<SimulatedProcess> terminated = new ArrayList<>();
  private final List<List<Long>> followed = new ArrayList<>();
  private final Trace trace;
  private @Nullable String violation;
  private long lossPoint = Scheduler.NEVER;
  private int arrived;
  private boolean retentionOvertook;
  private boolean completed;

  /**
   * @param seed of the order in which things happen
   * @param trace told of each point and event
   */
  World(Scenario scenario, Disturbances disturbances, Plant plant, long seed, Trace trace) {
    this.scenario = scenario;
    this.disturbances = disturbances;
    this.plant = plant;
    this.trace = trace;
    this.scheduler = new Scheduler(seed, MAX_POINTS);
    this.network = new Network(scheduler, seed + 1);
    this.random = new SplittableRandom(seed + 2);
    this.broker = new SimulatedBroker(() -> scheduler.nowNanos() / 1_000_000);
    this.blows = new ArrayDeque<>(disturbances.blows());
    scenario.topics().pipeline().forEach(broker::create);
  }

  @Override
  public void run() throws InterruptedException {
    for (Traffic.Item window : Traffic.all().evaluation()) {
      write(Topic.EVALUATION_LOGITS, 0, window);
    }
    if (scenario.isLive()) {
      arriveLater();
    } else {
      scenario.transactions().forEach(this::arrive);
    }
    network.fail(disturbances.lostShare(), 60 * SECOND);
    scheduler.onPoint(this::strike);
    startTrainer(false);
    if (disturbances.hasFollower()) {
      startFollower();
    }
    if (disturbances.hasOtherRun()) {
      SimulatedProcess other = scheduler.newProcess("other-run");
      OtherRun.start(
          scheduler, new SimulatedClients(network, broker, other), other, random.split());
    }
    Upkeep.schedule(scheduler, broker, disturbances.compactions(), random.split());
    lossPoint = scenario.losesRecords() ? 1 + random.nextLong(LOSS_POINTS) : Scheduler.NEVER;
    scheduler.run();
    if (violation == null && !completed) {
      violation = "the run did not come to its end";
    }
  }

  @Override
  public @Nullable String violation() {
    return violation;
  }

  @Override
  public long points() {
    return scheduler.points();
  }

  @Override
  public Map<String, String> audit() {
    return Audit.of(
        scenario, broker, disturbances.hasFollower() ? Optional.of(followed) : Optional.empty());
  }

  private ClientSource clients(SimulatedProcess process) {
    return plant.clients(new SimulatedClients(network, broker, process));
  }

  private void write(Topic topic, int partition, Traffic.Item item) {
    broker.write(
        "outside",
        List.of(new SimulatedBroker.Write(name(topic), partition, item.key(), item.value())),
        true);
  }

  static String name(Topic topic) {
    return topic.named(Traffic.KAFKA.topicPrefix());
  }

  private void arrive(Scenario.Batch batch) {
    arrived++;
    broker.write(
        "teacher",
        batch.records().stream()
            .map(
                placed ->
                    new SimulatedBroker.Write(
                        name(Topic.TEACHER_LOGITS),
                        placed.partition(),
                        placed.item().key(),
                        placed.item().value()))
            .toList(),
        batch.isCommitted());
  }

  private void arriveLater() {
    if (arrived < scenario.transactions().size()) {
      scheduler.after(
          random.nextLong(SECOND / 2),
          () -> {
            arrive(scenario.transactions().get(arrived));
            arriveLater();
          });
    }
  }

  private void startTrainer(boolean acceptsLoss) {
    if (completed || violation != null) {
      return;
    }
    SimulatedProcess process = scheduler.newProcess("trainer-" + (trainers.size() + 1));
    Execution execution = plant.execution(new SimulatedExecution(scheduler, process));
    StopSignal stop = new StopSignal(execution);
    trainers.add(process);
    stops.put(process, stop);
    trace.tell(() -> "start " + process);
    boolean sawEverything = arrived == scenario.transactions().size();
    scheduler.start(
        process,
        "main",
        () -> {
          @Nullable Throwable failure = null;
          try {
            trainer(process, execution, acceptsLoss).run(stop);
          } catch (SimulatedCrash e) {
            throw e;
          } catch (Throwable e) {
            failure = e;
          }
          if (!process.isDead()) {
            ended(process, failure, sawEverything);
          }
        });
  }

  private StudentTrainer trainer(
      SimulatedProcess process, Execution execution, boolean acceptsLoss) {
    return new StudentTrainer(
        acceptsLoss ? scenario.acceptingTrainer() : scenario.trainer(),
        Traffic.KAFKA,
        scenario.topics(),
        new SimpleMeterRegistry(),
        new Health(),
        new TrainerProgress(),
        new TrainerPorts(
            clients(process),
            execution,
            settings ->
                plant.compute(
                    new ArithmeticCompute(
                        () -> scheduler.point("step", 1 + random.nextLong(SECOND / 50))))));
  }

  /** What a supervisor does: it starts again what may be. */
  private void ended(SimulatedProcess process, @Nullable Throwable failure, boolean sawEverything) {
    trace.tell(() -> "end of %s: %s".formatted(process, failure));
    process.kill();
    boolean isOwner = broker.owner(Scenario.RUN).equals(process.name());
    boolean wasStopped = terminated.contains(process);
    if (failure == null) {
      if (!wasStopped && sawEverything) {
        completed = true;
      } else {
        startSoon(false);
      }
    } else if (kind(failure) == FailureKind.FENCED) {
      if (isOwner) {
        violate("%s says that it was fenced, and nobody took the run over", process, failure);
      }
      if (!hasTrainer()) {
        startSoon(false);
      }
    } else if (kind(failure) == FailureKind.RETRYABLE && wasStopped) {
      startSoon(false);
    } else if (kind(failure) == FailureKind.CONFIGURATION && retentionOvertook) {
      startSoon(true);
    } else {
      violate("%s failed", process, failure);
    }
  }

  private StopSignal stopsOf(SimulatedProcess process) {
    StopSignal stop = stops.get(process);
    if (stop == null) {
      throw new IllegalStateException(process + " has no signal");
    }
    return stop;
  }

  private static @Nullable FailureKind kind(Throwable failure) {
    return failure instanceof LogitstreamException known ? known.kind() : null;
  }

  private void violate(String format, SimulatedProcess process, Throwable failure) {
    if (violation == null) {
      violation = format.formatted(process) + ": " + failure;
      trace.tellOf(failure);
    }
    trainers.forEach(SimulatedProcess::kill);
  }

  private boolean hasTrainer() {
    return trainers.stream().anyMatch(process -> !process.isDead());
  }

  private void startSoon(boolean acceptsLoss) {
    scheduler.after(random.nextLong(3 * SECOND), () -> startTrainer(acceptsLoss));
  }

  private void strike(Scheduler.Point point) {
    trace.tell(() -> "%d %s: %s".formatted(point.number(), point.process(), point.what()));
    if (point.number() >= lossPoint) {
      lossPoint = Scheduler.NEVER;
      loseRecords();
    }
    while (!blows.isEmpty() && blows.element().point() <= point.number()) {
      strike(blows.remove(), point.process());
    }
  }

  private void strike(Disturbances.Blow blow, SimulatedProcess process) {
    boolean isTrainer = trainers.contains(process);
    boolean isFollower = process.name().startsWith("follower");
    if (process.isDead() || (!isTrainer && !isFollower)) {
      return;
    }
    trace.tell(() -> "%s %s".formatted(blow.means(), process));
    switch (blow.means()) {
      case KILL -> {
        process.kill();
        if (isFollower) {
          scheduler.after(random.nextLong(SECOND), this::startFollower);
        } else if (!hasTrainer()) {
          startSoon(false);
        }
      }
      case STOP -> {
        process.pauseUntil(scheduler.nowNanos() + random.nextLong(LONGEST_STOP.toNanos()));
        if (isTrainer && random.nextInt(3) > 0) {
          startSoon(false);
        }
      }
      case TERMINATE -> {
        if (isTrainer) {
          terminated.add(process);
          stopsOf(process).request();
        }
      }
    }
  }

  private void loseRecords() {
    int partition = random.nextInt(scenario.partitions());
    String topic = name(Topic.TEACHER_LOGITS);
    long end = broker.end(topic, partition);
    if (end > 0) {
      retentionOvertook = true;
      trace.tell(() -> "retention removes records of partition " + partition);
      broker.deleteBefore(topic, partition, 1 + random.nextLong(end));
    }
  }

  private void startFollower() {
    SimulatedProcess process = scheduler.newProcess("follower-" + scheduler.points());
    scheduler.start(
        process,
        "main",
        () ->
            Follower.follow(
                clients(process),
                new SimulatedExecution(scheduler, process),
                scheduler,
                () -> {
                  List<Long> given = new ArrayList<>();
                  followed.add(given);
                  return sequence -> {
                    given.add(sequence);
                    scheduler.point("given " + sequence);
                  };
                },
                // What another run's open transaction hides, a follower is given when that has
                // ended.
                () ->
                    violation != null
                        || (completed && !broker.hasOpenTransactions(name(Topic.CHECKPOINTS)))));
  }
}
