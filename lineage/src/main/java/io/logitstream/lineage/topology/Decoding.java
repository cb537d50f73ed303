package io.logitstream.lineage.topology;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.lifecycle.RetryPolicy;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.platform.registry.RecordDeserializer;
import java.util.Optional;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.apache.avro.specific.SpecificRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decodes values for a processor. What is no such record is counted, logged and left out: the
 * service that reads the topic condemns it. A registry that does not answer is waited for, a
 * bounded time, so that nothing is left out because of it. For one thread.
 *
 * @param <T> class of the records
 */
final class Decoding<T extends SpecificRecord> implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(Decoding.class);

  private final RecordDeserializer<T> deserializer;
  private final StopSignal stop;
  private final IndexCounts counts;
  private final RandomGenerator random = new Random();

  Decoding(KafkaSettings kafka, Class<T> type, StopSignal stop, IndexCounts counts) {
    this.deserializer = new RecordDeserializer<>(kafka, type);
    this.stop = stop;
    this.counts = counts;
  }

  /**
   * The record, or nothing where the bytes are none.
   *
   * @param where topic, partition and offset, for the log
   * @throws LogitstreamException RETRYABLE if the registry did not answer for a minute
   */
  Optional<T> decode(String topic, String where, byte[] value) {
    try {
      return Optional.of(
          RetryPolicy.atStart()
              .call(
                  "decode " + where,
                  () -> deserializer.deserialize(topic, value),
                  stop::await,
                  random));
    } catch (LogitstreamException e) {
      if (e.kind() == FailureKind.POISON) {
        leaveOut(topic, where, String.valueOf(e.getMessage()));
        return Optional.empty();
      }
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LogitstreamException(
          FailureKind.RETRYABLE, "interrupted while decoding " + where, e);
    } catch (Exception e) {
      throw new LogitstreamException(FailureKind.FATAL, "could not decode " + where, e);
    }
  }

  /** Counts and logs a record that cannot be indexed. */
  void leaveOut(String topic, String where, String reason) {
    counts.unreadable(topic);
    LOGGER.warn("{} is not indexed: {}", where, reason);
  }

  @Override
  public void close() {
    deserializer.close();
  }
}
