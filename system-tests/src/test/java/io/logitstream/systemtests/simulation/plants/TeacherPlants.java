package io.logitstream.systemtests.simulation.plants;

import io.logitstream.platform.kafka.ClientSource;
import io.logitstream.systemtests.simulation.log.SimulatedClients;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The mistakes that can be planted in teachers. */
final class TeacherPlants {
  static final List<Plant> ALL =
      List.of(
          teacher(
              "teacher-offsets-apart",
              "offsets are committed by the consumer after the transaction, not in it",
              OffsetsApart::new),
          teacher(
              "teacher-commit-not-repeated",
              "a teacher's commit that timed out is taken for done, and not repeated",
              CommitNotRepeated::new),
          teacher(
              "teacher-member-unnamed",
              "a transaction names the group, but not the member and its generation",
              MemberUnnamed::new),
          teacher(
              "teacher-unstable-offsets",
              "a teacher begins at offsets though a transaction holds later ones",
              UnstableOffsets::new));

  private TeacherPlants() {}

  private static Plant teacher(
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
      public ClientSource teacherClients(SimulatedClients clients) {
        return planted.apply(clients);
      }
    };
  }

  private static final class OffsetsApart extends PlantedClients {
    private @Nullable Consumer<String, byte[]> consumer;
    private Map<TopicPartition, OffsetAndMetadata> offsets = Map.of();

    OffsetsApart(SimulatedClients clients) {
      super(clients);
    }

    @Override
    public Consumer<String, byte[]> consumer(
        Map<String, Object> config, @Nullable MeterRegistry meters) {
      Consumer<String, byte[]> made = super.consumer(config, meters);
      consumer = made;
      return made;
    }

    @Override
    @SuppressWarnings("unchecked")
    Producer<String, byte[]> transactional(Map<String, Object> config) {
      return Interception.of(
          Producer.class,
          super.transactional(config),
          (method, arguments, call) -> {
            if (method.equals("sendOffsetsToTransaction")) {
              offsets = (Map<TopicPartition, OffsetAndMetadata>) arguments[0];
              return null;
            }
            Object answer = call.proceed();
            Consumer<String, byte[]> committing = consumer;
            if (method.equals("commitTransaction") && committing != null) {
              commit(committing);
            }
            return answer;
          });
    }

    private void commit(Consumer<String, byte[]> committing) {
      try {
        committing.commitSync(offsets);
      } catch (KafkaException e) {
        // Whoever reads the prompts again makes records that stand already.
      }
    }
  }

  private static final class CommitNotRepeated extends PlantedClients {
    CommitNotRepeated(SimulatedClients clients) {
      super(clients);
    }

    @Override
    @SuppressWarnings("unchecked")
    Producer<String, byte[]> transactional(Map<String, Object> config) {
      Map<String, Object> kept = new HashMap<>(config);
      return Interception.of(
          Producer.class,
          super.transactional(config),
          new Renewed(() -> super.transactional(kept)));
    }

    /** Takes another producer of the same transactional id where a commit was not answered. */
    private static final class Renewed implements Interception {
      private final java.util.function.Supplier<Producer<String, byte[]>> producers;
      private Producer<String, byte[]> producer;

      Renewed(java.util.function.Supplier<Producer<String, byte[]>> producers) {
        this.producers = producers;
        this.producer = producers.get();
      }

      @Override
      @SuppressWarnings("unchecked")
      public @Nullable Object intercept(String method, Object[] arguments, Call call)
          throws Throwable {
        switch (method) {
          case "initTransactions" -> producer.initTransactions();
          case "beginTransaction" -> producer.beginTransaction();
          case "send" -> {
            return producer.send((ProducerRecord<String, byte[]>) arguments[0]);
          }
          case "sendOffsetsToTransaction" ->
              producer.sendOffsetsToTransaction(
                  (Map<TopicPartition, OffsetAndMetadata>) arguments[0],
                  (ConsumerGroupMetadata) arguments[1]);
          case "commitTransaction" -> commit();
          case "abortTransaction" -> producer.abortTransaction();
          case "close" -> producer.close((Duration) arguments[0]);
          default -> {
            return call.proceed();
          }
        }
        return null;
      }

      private void commit() {
        try {
          producer.commitTransaction();
        } catch (TimeoutException e) {
          producer = producers.get();
          producer.initTransactions();
        }
      }
    }
  }

  private static final class MemberUnnamed extends PlantedClients {
    MemberUnnamed(SimulatedClients clients) {
      super(clients);
    }

    @Override
    @SuppressWarnings("unchecked")
    Producer<String, byte[]> transactional(Map<String, Object> config) {
      Producer<String, byte[]> producer = super.transactional(config);
      return Interception.of(
          Producer.class,
          producer,
          (method, arguments, call) -> {
            if (method.equals("sendOffsetsToTransaction")) {
              ConsumerGroupMetadata group = (ConsumerGroupMetadata) arguments[1];
              producer.sendOffsetsToTransaction(
                  (Map<TopicPartition, OffsetAndMetadata>) arguments[0],
                  new ConsumerGroupMetadata(group.groupId()));
              return null;
            }
            return call.proceed();
          });
    }
  }

  private static final class UnstableOffsets extends PlantedClients {
    UnstableOffsets(SimulatedClients clients) {
      super(clients);
    }

    @Override
    @SuppressWarnings("unchecked")
    public Consumer<String, byte[]> consumer(
        Map<String, Object> config, @Nullable MeterRegistry meters) {
      Consumer<String, byte[]> consumer = super.consumer(config, meters);
      return Interception.of(
          Consumer.class,
          consumer,
          (method, arguments, call) -> {
            if (!method.equals("committed")) {
              return call.proceed();
            }
            Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
            ((Set<TopicPartition>) arguments[0])
                .forEach(
                    partition ->
                        committed.put(
                            partition,
                            clients
                                .broker()
                                .committed(consumer.groupMetadata().groupId())
                                .get(partition)));
            return committed;
          });
    }
  }
}
