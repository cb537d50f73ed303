package io.logitstream.platform.kafka;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;

/**
 * The partition of a prompt or of a run: what Java's producer chooses for that key alone. Records
 * name it explicitly, because their own keys are longer (promptId/window/revision), and because
 * librdkafka's producers choose another by default.
 */
public final class PromptPartitioner {
  private PromptPartitioner() {}

  /**
   * murmur2 of the UTF-8 bytes, made positive, modulo the number of partitions.
   *
   * @param promptIdOrRun the promptId, or the run of topics that are kept by run
   * @param partitions number of partitions, at least 1
   */
  public static int partition(String promptIdOrRun, int partitions) {
    return BuiltInPartitioner.partitionForKey(
        promptIdOrRun.getBytes(StandardCharsets.UTF_8), partitions);
  }
}
