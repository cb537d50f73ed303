package io.logitstream.trainer.training;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.PromptPartitioner;
import io.logitstream.platform.registry.RecordSerializer;
import io.logitstream.platform.tracing.TraceContext;
import io.logitstream.schemas.TrainingStep;
import io.logitstream.schemas.topics.Topic;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of steps on the topic training-steps, outside any transaction. What cannot be told is
 * counted and lost: telemetry never holds training up.
 */
public final class Telemetry implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(Telemetry.class);

  private final String topic;
  private final Producer<String, byte[]> producer;
  private final RecordSerializer serializer;
  private final Counter lost;

  public Telemetry(KafkaClients clients, MeterRegistry meters) {
    this.topic = Topic.TRAINING_STEPS.named(clients.settings().topicPrefix());
    // A broker that is away must not block the training loop for long.
    this.producer = clients.producer(Map.of("max.block.ms", 1_000L));
    this.serializer = new RecordSerializer(clients.settings());
    this.lost =
        Counter.builder("logitstream.trainer.telemetry.lost")
            .description("Records of training-steps that could not be written")
            .register(meters);
    prepare();
  }

  /** Has the producer ask for the topic before the first step, whose telemetry waits briefly. */
  private void prepare() {
    try {
      producer.partitionsFor(topic);
    } catch (KafkaException e) {
      LOGGER.debug("the partitions of {} are not known yet", topic, e);
    }
  }

  /**
   * Tells of a step.
   *
   * @param trace the trace of the checkpoint that it belongs to
   */
  public void tell(TrainingStep step, TraceContext trace) {
    try {
      int partition =
          PromptPartitioner.partition(step.getRun(), producer.partitionsFor(topic).size());
      ProducerRecord<String, byte[]> record =
          new ProducerRecord<>(topic, partition, step.getRun(), serializer.serialize(topic, step));
      trace.writeTo(record.headers());
      producer.send(
          record,
          (metadata, failure) -> {
            if (failure != null) {
              lose(step, failure);
            }
          });
    } catch (KafkaException e) {
      lose(step, e);
    } catch (LogitstreamException e) {
      if (e.kind() != FailureKind.RETRYABLE) {
        throw e;
      }
      lose(step, e);
    }
  }

  private void lose(TrainingStep step, Exception failure) {
    lost.increment();
    LOGGER.debug("step {} was not told of", step.getStep(), failure);
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5));
    serializer.close();
  }
}
