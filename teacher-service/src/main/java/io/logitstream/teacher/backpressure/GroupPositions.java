package io.logitstream.teacher.backpressure;

import java.util.List;
import java.util.Map;

/** Where consumer groups stand in the teacher's logits. */
public interface GroupPositions {
  /**
   * The standing of each of the groups; one that has no positions yet stands at the log's start.
   *
   * @throws io.logitstream.platform.LogitstreamException if the broker does not answer
   */
  Map<String, Standing> read(List<String> groups);

  /**
   * Where a group stands.
   *
   * @param position sum of its next offsets: it moves when the group does
   * @param lag records up to the log's end, all partitions together
   */
  record Standing(long position, long lag) {}
}
