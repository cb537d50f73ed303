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
 * @param rollbacks rollbacks in a row, without a checkpoint that was measured and accepted between
 */
public record GateState(int rejected, SortedSet<String> trainedDomains, int rollbacks) {
  /** Before the first checkpoint. */
  public static final GateState INITIAL = new GateState(0, new TreeSet<>(), 0);

  private static final String KEY = "gate";
  private static final String ROLLBACKS = "gate-rollbacks";

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
    ByteBuffer rollbacks = manifest.getPlannerState().get(ROLLBACKS);
    return new GateState(
        Integer.parseInt(lines[0]), domains, rollbacks == null ? 0 : rollbacks.getInt(0));
  }

  /** The state as manifests hold it: the number, then a line for each domain; the rollbacks. */
  public Map<String, ByteBuffer> inManifest() {
    String text = rejected + "\n" + String.join("\n", trainedDomains);
    ByteBuffer domains = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    return rollbacks == 0
        ? Map.of(KEY, domains)
        : Map.of(KEY, domains, ROLLBACKS, ByteBuffer.allocate(Integer.BYTES).putInt(0, rollbacks));
  }
}
