package io.logitstream.teacher;

import io.logitstream.platform.health.PartitionStanding;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a teacher stands, for people.
 *
 * @param teacher NAME@REVISION; null before the model is loaded
 * @param group the consumer group that shares the prompts
 * @param partitions the partitions that it has now
 * @param prompts prompts whose logits it has committed since its start
 * @param windows windows of them
 * @param tokens tokens that were scored for them
 * @param tokensPerSecond tokens in a second of scoring
 * @param waitsForReaders whether it pauses because those who read its logits are behind
 * @param deadLetters prompts that it has condemned since its start
 */
public record TeacherStatus(
    @Nullable String teacher,
    String group,
    List<PartitionStanding> partitions,
    long prompts,
    long windows,
    long tokens,
    double tokensPerSecond,
    boolean waitsForReaders,
    long deadLetters) {
  public TeacherStatus {
    partitions = List.copyOf(partitions);
  }
}
