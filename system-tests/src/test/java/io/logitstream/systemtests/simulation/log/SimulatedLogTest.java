package io.logitstream.systemtests.simulation.log;

import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.schemas.topics.CleanupPolicy;
import io.logitstream.schemas.topics.TopicSpecification;
import io.logitstream.systemtests.simulation.schedule.Scheduler;
import io.logitstream.systemtests.simulation.schedule.SimulatedExecution;
import io.logitstream.systemtests.simulation.schedule.SimulatedProcess;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** The kit, on the simulated log, in the orders of a few seeds. */
class SimulatedLogTest extends LogCompatibilityKit {
  private static final int SEEDS = 20;
  private static final long TICK_NANOS = Duration.ofMillis(50).toNanos();

  @Override
  void on(Body body) throws Exception {
    for (long seed = 0; seed < SEEDS; seed++) {
      Scheduler scheduler = new Scheduler(seed, 10_000);
      SimulatedBroker broker = new SimulatedBroker(() -> scheduler.nowNanos() / 1_000_000);
      broker.create(
          new TopicSpecification(
              "topic",
              2,
              (short) 1,
              CleanupPolicy.DELETE,
              Optional.of(Duration.ofDays(7)),
              1 << 20));
      SimulatedProcess process = scheduler.newProcess("kit");
      Simulated log =
          new Simulated(
              scheduler,
              new KafkaClients(
                  new KafkaSettings("simulated:1", "mock://kit", "", true, Map.of()),
                  "kit",
                  null,
                  new SimulatedClients(new Network(scheduler, seed), broker, process),
                  new SimulatedExecution(scheduler, process)));
      scheduler.start(process, "main", () -> run(body, log));
      scheduler.run();
    }
  }

  private static void run(Body body, Log log) {
    try {
      body.run(log);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private record Simulated(Scheduler scheduler, KafkaClients clients) implements Log {
    @Override
    public String topic() {
      return "topic";
    }

    @Override
    public void await(BooleanSupplier condition) {
      for (int i = 0; !condition.getAsBoolean(); i++) {
        if (i == 1000) {
          throw new AssertionError("it does not come");
        }
        scheduler.point("await", TICK_NANOS);
      }
    }
  }
}
