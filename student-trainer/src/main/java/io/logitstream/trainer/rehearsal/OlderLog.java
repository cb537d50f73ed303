package io.logitstream.trainer.rehearsal;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.lifecycle.Execution;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;

/** Reads committed records of a topic here and there. For one thread at a time. */
public final class OlderLog implements AutoCloseable {
  private static final int LONGEST_READ_RECORDS = 64;
  private static final int LONGEST_WAIT_MS = 5;
  private static final int FETCH_BYTES = 64 << 10;
  private static final Duration POLL = Duration.ofMillis(200);
  private static final long LONGEST_NANOS = Duration.ofSeconds(30).toNanos();

  private final String topic;
  private final Consumer<String, byte[]> consumer;
  private final Execution execution;

  public OlderLog(KafkaClients clients, String topic) {
    this.topic = topic;
    this.execution = clients.execution();
    this.consumer =
        clients.consumer(
            Map.of(
                "max.poll.records",
                LONGEST_READ_RECORDS,
                // A batch of records is fetched whole, however large it is; no more is needed.
                "max.partition.fetch.bytes",
                FETCH_BYTES,
                // The client reads on by itself, and a next read waits for an answer to that.
                "fetch.max.wait.ms",
                LONGEST_WAIT_MS));
  }

  /**
   * Some records of a partition from an offset on, in order.
   *
   * @param until the offset after the last that is wanted, at most where committed records end
   * @return at most 64; empty if there is none between the offsets
   * @throws LogitstreamException RETRYABLE if they are gone, or the broker does not answer
   */
  public List<ConsumerRecord<String, byte[]>> read(int partition, long from, long until) {
    TopicPartition place = new TopicPartition(topic, partition);
    consumer.assign(List.of(place));
    consumer.seek(place, from);
    long startNanos = execution.nanos();
    try {
      while (consumer.position(place) < until) {
        List<ConsumerRecord<String, byte[]>> found = new ArrayList<>();
        for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
          if (record.offset() < until) {
            found.add(record);
          }
        }
        if (!found.isEmpty()) {
          return found;
        }
        if (execution.nanos() - startNanos > LONGEST_NANOS) {
          throw new LogitstreamException(
              FailureKind.RETRYABLE,
              "%s@%d, an older record, was not read within %d s"
                  .formatted(place, from, Duration.ofNanos(LONGEST_NANOS).toSeconds()));
        }
      }
      return List.of();
    } catch (OffsetOutOfRangeException e) {
      throw new LogitstreamException(
          FailureKind.RETRYABLE,
          "%s@%d, an older record, is gone: retention overtook the rehearsal"
              .formatted(place, from),
          e);
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
