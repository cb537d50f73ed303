package io.logitstream.console.bench.device;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one comparison found.
 *
 * @param check what was compared
 * @param subject the model it was compared with
 * @param measured the deviation, in the check's unit; not a number is never allowed
 * @param allowed the largest deviation at which the check holds
 */
public record Finding(String check, String subject, double measured, double allowed) {
  /** Whether the deviation is allowed. */
  public boolean holds() {
    return measured <= allowed;
  }

  /** As one object of figures. */
  Map<String, Object> figures() {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("check", check);
    figures.put("subject", subject);
    figures.put("measured", measured);
    figures.put("allowed", allowed);
    figures.put("holds", holds());
    return figures;
  }
}
