package io.logitstream.trainer.gate;

import io.logitstream.schemas.CheckpointManifest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What the gate keeps from one checkpoint to the next. It is in the manifests, so that a start goes
 * on as an undisturbed run does.
 *
 * @param rejected measured checkpoints in a row that were rejected
 * @param trainedDomains domains that were trained on since the last accepted checkpoint
 */
public record GateState(int rejected, SortedSet<String> trainedDomains) {
  /** Before the first checkpoint. */
  public static final GateState INITIAL = new GateState(0, new TreeSet<>());

  private static final String KEY = "gate";

  public GateState {
    trainedDomains = Collections.unmodifiableSortedSet(new TreeSet<>(trainedDomains));
  }

  /** The state that a manifest holds. */
  public static GateState of(CheckpointManifest manifest) {
    ByteBuffer bytes = manifest.getPlannerState().get(KEY);
    if (bytes == null) {
      return INITIAL;
    }
    String[] lines = StandardCharsets.UTF_8.decode(bytes.duplicate()).toString().split("\n", -1);
    SortedSet<String> domains = new TreeSet<>();
    for (int i = 1; i < lines.length; i++) {
      if (!lines[i].isEmpty()) {
        domains.add(lines[i]);
      }
    }
    return new GateState(Integer.parseInt(lines[0]), domains);
  }

  /** The state as manifests hold it: the number, then a line for each domain. */
  public Map<String, ByteBuffer> inManifest() {
    String text = rejected + "\n" + String.join("\n", trainedDomains);
    return Map.of(KEY, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }
}
