package io.logitstream.lineage.erasure;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoints of a run whose weights were trained on what is forgotten.
 *
 * @param checkpoints RUN/SEQUENCE each, in order, the expired ones too
 * @param kept those of them whose bytes are still kept
 * @param newestWithout RUN/SEQUENCE of the newest checkpoint before or beside them that was not
 *     trained on it and is still kept; null if there is none
 */
public record TrainedCheckpoints(
    String run, List<String> checkpoints, int kept, @Nullable String newestWithout) {
  public TrainedCheckpoints {
    checkpoints = List.copyOf(checkpoints);
  }
}
