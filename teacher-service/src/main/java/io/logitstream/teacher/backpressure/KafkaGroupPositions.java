package io.logitstream.teacher.backpressure;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaFailures;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Positions as the groups committed them to Kafka. The caller closes the admin client. */
public final class KafkaGroupPositions implements GroupPositions {
  private static final long ANSWER_TIMEOUT_SECONDS = 30;

  private final Admin admin;
  private final List<TopicPartition> partitions;

  /**
   * @param partitions number of partitions of the topic
   */
  public KafkaGroupPositions(Admin admin, String topic, int partitions) {
    this.admin = admin;
    this.partitions =
        IntStream.range(0, partitions).mapToObj(index -> new TopicPartition(topic, index)).toList();
  }

  @Override
  public Map<String, Standing> read(List<String> groups) {
    Map<TopicPartition, Long> starts = offsets(OffsetSpec.earliest());
    Map<TopicPartition, Long> ends = offsets(OffsetSpec.latest());
    Map<String, Standing> standings = new HashMap<>();
    for (String group : groups) {
      var spec = new ListConsumerGroupOffsetsSpec().topicPartitions(partitions);
      Map<TopicPartition, @Nullable OffsetAndMetadata> committed =
          await(
              admin
                  .listConsumerGroupOffsets(Map.of(group, spec))
                  .partitionsToOffsetAndMetadata(group),
              "read the positions of group " + group);
      standings.put(group, standing(committed, starts, ends));
    }
    return standings;
  }

  private Standing standing(
      Map<TopicPartition, @Nullable OffsetAndMetadata> committed,
      Map<TopicPartition, Long> starts,
      Map<TopicPartition, Long> ends) {
    long position = 0;
    long lag = 0;
    for (TopicPartition partition : partitions) {
      long start = starts.getOrDefault(partition, 0L);
      long end = ends.getOrDefault(partition, start);
      OffsetAndMetadata next = committed.get(partition);
      long at = next == null ? start : Math.max(start, next.offset());
      position += at;
      lag += Math.max(0, end - at);
    }
    return new Standing(position, lag);
  }

  private Map<TopicPartition, Long> offsets(OffsetSpec spec) {
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    partitions.forEach(partition -> asked.put(partition, spec));
    Map<TopicPartition, ListOffsetsResultInfo> found =
        await(
            admin.listOffsets(asked, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED)).all(),
            "read the offsets of " + partitions);
    Map<TopicPartition, Long> offsets = new HashMap<>();
    found.forEach((partition, info) -> offsets.put(partition, info.offset()));
    return offsets;
  }

  private static <T> T await(KafkaFuture<T> answer, String what) {
    Function<Throwable, LogitstreamException> failure =
        cause ->
            new LogitstreamException(
                KafkaFailures.kindOf(cause),
                "could not %s: %s".formatted(what, cause.getMessage()),
                cause);
    try {
      return answer.get(ANSWER_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw failure.apply(e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      throw new LogitstreamException(
          FailureKind.RETRYABLE,
          "could not %s within %d s".formatted(what, ANSWER_TIMEOUT_SECONDS),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LogitstreamException(FailureKind.RETRYABLE, "interrupted: could not " + what, e);
    }
  }
}
