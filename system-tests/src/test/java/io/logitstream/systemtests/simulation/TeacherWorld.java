package io.logitstream.systemtests.simulation;

import io.logitstream.platform.health.Health;
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
import io.logitstream.teacher.TeacherPorts;
import io.logitstream.teacher.TeacherService;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Two teachers of a group, which are killed, stopped and started again until every prompt is done;
 * sometimes others join them for a while.
 */
final class TeacherWorld implements Course {
  private static final long MAX_POINTS = 60_000;
  private static final int TEACHERS = 2;
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final TeacherScenario scenario;
  private final Disturbances disturbances;
  private final Plant plant;
  private final World.Trace trace;
  private final Scheduler scheduler;
  private final Network network;
  private final SimulatedBroker broker;
  private final SplittableRandom random;
  private final Deque<Disturbances.Blow> blows;
  private final Map<SimulatedProcess, StopSignal> teachers = new LinkedHashMap<>();
  private int arrived;
  private boolean completed;
  private @Nullable String violation;

  TeacherWorld(
      TeacherScenario scenario,
      Disturbances disturbances,
      Plant plant,
      long seed,
      World.Trace trace) {
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
    if (scenario.isLive()) {
      arriveLater();
    } else {
      scenario.transactions().forEach(this::arrive);
    }
    network.fail(disturbances.lostShare(), 60 * SECOND);
    scheduler.onPoint(this::strike);
    for (int i = 0; i < TEACHERS; i++) {
      start();
    }
    if (disturbances.hasOtherRun()) {
      scheduler.after(random.nextLong(5 * SECOND), this::start);
    }
    scheduler.run();
    if (violation == null && !completed) {
      violation = "the teachers did not come to the end of the prompts";
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
    return TeacherAudit.of(scenario, broker);
  }

  private void arrive(TeacherScenario.Batch batch) {
    arrived++;
    broker.write(
        "producer",
        batch.prompts().stream()
            .map(
                placed ->
                    new SimulatedBroker.Write(
                        World.name(Topic.PROMPTS),
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

  private void start() {
    if (completed || violation != null) {
      return;
    }
    SimulatedProcess process = scheduler.newProcess("teacher-" + (teachers.size() + 1));
    Execution execution = plant.execution(new SimulatedExecution(scheduler, process));
    StopSignal stop = new StopSignal(execution);
    teachers.put(process, stop);
    trace.tell(() -> "start " + process);
    scheduler.start(
        process,
        "main",
        () -> {
          @Nullable Throwable failure = null;
          try {
            teacher(process, execution).run(stop);
          } catch (SimulatedCrash e) {
            throw e;
          } catch (Throwable e) {
            failure = e;
          }
          if (!process.isDead()) {
            ended(process, stop, failure);
          }
        });
  }

  private TeacherService teacher(SimulatedProcess process, Execution execution) {
    return new TeacherService(
        scenario.configuration(),
        new SimpleMeterRegistry(),
        new Health(),
        new TeacherPorts(
            plant.teacherClients(new SimulatedClients(network, broker, process)),
            execution,
            settings ->
                ArithmeticTeacher.open(
                    () -> scheduler.point("score", 1 + random.nextLong(SECOND / 20))),
            process.name()));
  }

  /** A teacher ends when it is told to, and never else: what it cannot mend is none of ours. */
  private void ended(SimulatedProcess process, StopSignal stop, @Nullable Throwable failure) {
    trace.tell(() -> "end of %s: %s".formatted(process, failure));
    process.kill();
    if (failure != null || !stop.requested()) {
      violate(process, failure);
    }
    startSoonIfFew();
  }

  private void violate(SimulatedProcess process, @Nullable Throwable failure) {
    if (violation == null) {
      violation = "%s ended: %s".formatted(process, failure);
      if (failure != null) {
        trace.tellOf(failure);
      }
    }
    teachers.keySet().forEach(SimulatedProcess::kill);
  }

  private void startSoonIfFew() {
    if (teachers.keySet().stream().filter(process -> !process.isDead()).count() < TEACHERS) {
      scheduler.after(random.nextLong(3 * SECOND), this::start);
    }
  }

  private void strike(Scheduler.Point point) {
    trace.tell(() -> "%d %s: %s".formatted(point.number(), point.process(), point.what()));
    while (!blows.isEmpty() && blows.element().point() <= point.number()) {
      strike(blows.remove(), point.process());
    }
    if (!completed && arrived == scenario.transactions().size() && isEverythingDone()) {
      completed = true;
      trace.tell(() -> "every prompt is done");
      teachers.values().forEach(StopSignal::request);
    }
  }

  private boolean isEverythingDone() {
    return TeacherAudit.isConsumed(broker);
  }

  private void strike(Disturbances.Blow blow, SimulatedProcess process) {
    StopSignal stop = teachers.get(process);
    if (process.isDead() || stop == null) {
      return;
    }
    trace.tell(() -> "%s %s".formatted(blow.means(), process));
    switch (blow.means()) {
      case KILL -> {
        process.kill();
        startSoonIfFew();
      }
      case STOP -> {
        process.pauseUntil(scheduler.nowNanos() + random.nextLong(World.LONGEST_STOP.toNanos()));
        if (random.nextInt(3) == 0) {
          scheduler.after(random.nextLong(3 * SECOND), this::start);
        }
      }
      case TERMINATE -> stop.request();
    }
  }
}
