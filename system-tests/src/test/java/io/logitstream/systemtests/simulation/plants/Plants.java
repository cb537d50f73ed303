package io.logitstream.systemtests.simulation.plants;

import io.logitstream.distillation.step.MicroBatchPlan;
import io.logitstream.distillation.step.TrainingState;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.platform.kafka.ClientSource;
import io.logitstream.schemas.ComputeEnvironment;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.systemtests.simulation.log.SimulatedBroker;
import io.logitstream.systemtests.simulation.log.SimulatedClients;
import io.logitstream.systemtests.simulation.schedule.Scheduler;
import io.logitstream.trainer.recovery.Compute;
import io.logitstream.trainer.recovery.StudentModel;
import io.logitstream.trainer.training.Student;
import io.logitstream.trainer.training.TrainingSettings;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The mistakes that can be planted. */
public final class Plants {
  /** All of them. */
  public static final List<Plant> ALL = all();

  private static List<Plant> all() {
    List<Plant> all = new ArrayList<>(trainers());
    all.addAll(TeacherPlants.ALL);
    all.add(new TimeOfDay());
    return List.copyOf(all);
  }

  private static List<Plant> trainers() {
    return List.of(
        clients(
            "group-offsets",
            "positions are taken from group offsets, not from the newest manifest",
            GroupOffsets::new),
        clients(
            "manifest-alone",
            "the manifest is committed first, its ledger entries in the next transaction",
            ManifestAlone::new),
        clients(
            "no-abort",
            "a start does not end the transaction that the one before it left open",
            NoAbort::new),
        clients(
            "commit-not-repeated",
            "a commit that timed out is taken for done, and not repeated",
            CommitNotRepeated::new),
        clients(
            "fencing-skipped",
            "a trainer that was fenced takes the run over again, and goes on",
            FencingSkipped::new),
        clients(
            "stable-end",
            "the newest manifest is chosen without reaching the true end of the topic",
            StableEnd::new),
        clients(
            "unacknowledged-chunk",
            "the manifest is committed before its chunks are acknowledged",
            UnacknowledgedChunk::new),
        new StepNotRestored(),
        clients("skip-untold", "the ledger does not tell of skipped records", SkipUntold::new),
        clients(
            "rollback-rewinds",
            "a rollback takes the positions back too, and the same records come again",
            RollbackRewinds::new),
        clients(
            "empty-poll-idle",
            "a partition is taken for idle when a poll gave nothing of it",
            EmptyPollIdle::new),
        clients(
            "zombie-sweeps",
            "the sweeper writes its tombstones outside of the run's transactions",
            ZombieSweeps::new));
  }

  private Plants() {}

  /**
   * The plant of a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Plant named(String name) {
    return ALL.stream()
        .filter(plant -> plant.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no plant %s, only %s"
                        .formatted(
                            name, ALL.stream().map(Plant::name).collect(Collectors.toList()))));
  }

  private static Plant clients(
      String name, String mistake, Function<SimulatedClients, ClientSource> planted) {
    return new Plant() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public String mistake() {
        return mistake;
      }

      @Override
      public ClientSource clients(SimulatedClients clients) {
        return planted.apply(clients);
      }
    };
  }

  private static boolean isFeed(Map<String, Object> config) {
    // The only consumer of a trainer that names a group is its feed's; followers' have a path.
    return !String.valueOf(config.getOrDefault("group.id", "/")).contains("/");
  }

  private static final class GroupOffsets extends PlantedClients {
    GroupOffsets(SimulatedClients clients) {
      super(clients);
    }

    @Override
    @SuppressWarnings("unchecked")
    public Consumer<String, byte[]> consumer(
        Map<String, Object> config, @Nullable MeterRegistry meters) {
      Consumer<String, byte[]> consumer = super.consumer(config, meters);
      if (!isFeed(config)) {
        return consumer;
      }
      Map<TopicPartition, OffsetAndMetadata> group =
          clients.broker().committed(String.valueOf(config.get("group.id")));
      return Interception.of(
          Consumer.class,
          consumer,
          (method, arguments, call) -> {
            if (method.equals("seek")
                && arguments[0] instanceof TopicPartition partition
                && group.get(partition) != null) {
              consumer.seek(partition, group.get(partition));
              return null;
            }
            return call.proceed();
          });
    }
  }

  private static final class ManifestAlone extends PlantedClients {
    ManifestAlone(SimulatedClients clients) {
      super(clients);
    }

    @Override
    Producer<String, byte[]> transactional(Map<String, Object> config) {
      return new PlantedTransactions(() -> super.transactional(config)) {
        @Override
        void commit(List<ProducerRecord<String, byte[]>> transaction) {
          List<ProducerRecord<String, byte[]>> manifest = new ArrayList<>(transaction);
          List<ProducerRecord<String, byte[]>> ledger = new ArrayList<>(transaction);
          manifest.removeIf(record -> isOf(Topic.TRAINING_LEDGER, record));
          ledger.removeIf(record -> !isOf(Topic.TRAINING_LEDGER, record));
          if (!manifest.isEmpty()) {
            manifest.forEach(producer()::send);
            producer().commitTransaction();
            producer().beginTransaction();
          }
          ledger.forEach(producer()::send);
          producer().commitTransaction();
        }
      }.asProducer();
    }
  }

  static boolean isOf(Topic topic, ProducerRecord<String, byte[]> record) {
    return record.topic().equals(topic.named(""));
  }

  private static final class NoAbort extends PlantedClients {
    NoAbort(SimulatedClients clients) {
      super(clients);
    }

    @Override
    Producer<String, byte[]> transactional(Map<String, Object> config) {
      // Only a producer of the same transactional id ends what an earlier one left open.
      config.merge(
          "transactional.id", clients.process().name(), (id, process) -> id + "/" + process);
      return super.transactional(config);
    }
  }

  private static final class CommitNotRepeated extends PlantedClients {
    CommitNotRepeated(SimulatedClients clients) {
      super(clients);
    }

    @Override
    Producer<String, byte[]> transactional(Map<String, Object> config) {
      return new PlantedTransactions(() -> super.transactional(config)) {
        @Override
        void commit(List<ProducerRecord<String, byte[]>> transaction) {
          transaction.forEach(producer()::send);
          try {
            producer().commitTransaction();
          } catch (TimeoutException e) {
            renew();
          }
        }
      }.asProducer();
    }
  }

  private static final class FencingSkipped extends PlantedClients {
    FencingSkipped(SimulatedClients clients) {
      super(clients);
    }

    @Override
    Producer<String, byte[]> transactional(Map<String, Object> config) {
      return new PlantedTransactions(() -> super.transactional(config)) {
        @Override
        void commit(List<ProducerRecord<String, byte[]>> transaction) {
          try {
            transaction.forEach(producer()::send);
            producer().commitTransaction();
          } catch (ProducerFencedException | InvalidProducerEpochException e) {
            renew();
            producer().beginTransaction();
            transaction.forEach(producer()::send);
            producer().commitTransaction();
          }
        }
      }.asProducer();
    }
  }

  private static final class StableEnd extends PlantedClients {
    StableEnd(SimulatedClients clients) {
      super(clients);
    }

    @Override
    public Consumer<String, byte[]> consumer(
        Map<String, Object> config, @Nullable MeterRegistry meters) {
      Map<String, Object> committed = new HashMap<>(config);
      committed.put("isolation.level", "read_committed");
      return super.consumer(committed, meters);
    }
  }

  private static final class UnacknowledgedChunk extends PlantedClients {
    private static final long MAX_DELAY_NANOS = Duration.ofSeconds(1).toNanos();

    private long onTheirWay;

    UnacknowledgedChunk(SimulatedClients clients) {
      super(clients);
    }

    @Override
    @SuppressWarnings("unchecked")
    Producer<String, byte[]> plain(Map<String, Object> config) {
      return Interception.of(
          Producer.class,
          super.plain(config),
          (method, arguments, call) ->
              method.equals("send")
                      && arguments[0] instanceof ProducerRecord<?, ?> record
                      && record.topic().equals(Topic.CHECKPOINT_CHUNKS.named(""))
                  ? sendSoon((ProducerRecord<String, byte[]>) record)
                  : call.proceed());
    }

    /** The answer is a guess; the record travels, unless its process dies before. */
    private Future<RecordMetadata> sendSoon(ProducerRecord<String, byte[]> record) {
      SimulatedBroker broker = clients.broker();
      Scheduler scheduler = clients.network().scheduler();
      Integer chosen = record.partition();
      int partition = chosen == null ? 0 : chosen;
      long offset = broker.end(record.topic(), partition) + onTheirWay++;
      scheduler.after(
          scheduler.random().nextLong(MAX_DELAY_NANOS),
          () -> {
            onTheirWay--;
            if (!clients.process().isDead()) {
              broker.append(
                  record.topic(), partition, record.key(), record.value(), record.headers());
            }
          });
      return CompletableFuture.completedFuture(
          new RecordMetadata(new TopicPartition(record.topic(), partition), offset, 0, 0, 0, 0));
    }
  }

  private static final class StepNotRestored implements Plant {
    @Override
    public String name() {
      return "step-not-restored";
    }

    @Override
    public String mistake() {
      return "a start restores weights and moments, and counts its steps from 0";
    }

    @Override
    public Compute compute(Compute compute) {
      return new Compute() {
        @Override
        public ComputeType preferredType() {
          return compute.preferredType();
        }

        @Override
        public MicroBatchPlan preferredPlan() {
          return compute.preferredPlan();
        }

        @Override
        public ComputeEnvironment environment(ComputeType type) {
          return compute.environment(type);
        }

        @Override
        public Student student(
            StudentModel model,
            ComputeType type,
            TrainingSettings settings,
            Optional<TrainingState.Snapshot> resumed) {
          return compute.student(
              model,
              type,
              settings,
              resumed.map(
                  state ->
                      new TrainingState.Snapshot(
                          0, state.weights(), state.moments(), state.averages())));
        }
      };
    }
  }

  private static final class SkipUntold extends PlantedClients {
    SkipUntold(SimulatedClients clients) {
      super(clients);
    }

    @Override
    Producer<String, byte[]> transactional(Map<String, Object> config) {
      return new PlantedTransactions(() -> super.transactional(config)) {
        @Override
        void commit(List<ProducerRecord<String, byte[]>> transaction) {
          Rewriting.withoutSkips(transaction).forEach(producer()::send);
          producer().commitTransaction();
        }
      }.asProducer();
    }
  }

  private static final class RollbackRewinds extends PlantedClients {
    RollbackRewinds(SimulatedClients clients) {
      super(clients);
    }

    @Override
    Producer<String, byte[]> transactional(Map<String, Object> config) {
      return new PlantedTransactions(() -> super.transactional(config)) {
        @Override
        void commit(List<ProducerRecord<String, byte[]>> transaction) {
          Rewriting.rewound(transaction, clients.broker()).forEach(producer()::send);
          producer().commitTransaction();
        }
      }.asProducer();
    }
  }

  private static final class EmptyPollIdle extends PlantedClients {
    EmptyPollIdle(SimulatedClients clients) {
      super(clients);
    }

    @Override
    @SuppressWarnings("unchecked")
    public Consumer<String, byte[]> consumer(
        Map<String, Object> config, @Nullable MeterRegistry meters) {
      Consumer<String, byte[]> consumer = super.consumer(config, meters);
      if (!isFeed(config)) {
        return consumer;
      }
      return Interception.of(
          Consumer.class,
          consumer,
          (method, arguments, call) -> {
            if (method.equals("endOffsets") && arguments.length == 2) {
              Map<TopicPartition, Long> ends = new HashMap<>();
              ((Collection<TopicPartition>) arguments[0])
                  .forEach(partition -> ends.put(partition, consumer.position(partition)));
              return ends;
            }
            return call.proceed();
          });
    }
  }

  private static final class ZombieSweeps extends PlantedClients {
    ZombieSweeps(SimulatedClients clients) {
      super(clients);
    }

    @Override
    Producer<String, byte[]> transactional(Map<String, Object> config) {
      Map<String, Object> plain = new HashMap<>(config);
      plain.remove("transactional.id");
      Producer<String, byte[]> sweeper = super.plain(plain);
      return new PlantedTransactions(() -> super.transactional(config)) {
        @Override
        void commit(List<ProducerRecord<String, byte[]>> transaction) {
          for (ProducerRecord<String, byte[]> record : transaction) {
            (record.value() == null ? sweeper : producer()).send(record);
          }
          sweeper.flush();
          producer().commitTransaction();
        }
      }.asProducer();
    }
  }
}
