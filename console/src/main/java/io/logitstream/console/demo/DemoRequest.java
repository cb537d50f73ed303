package io.logitstream.console.demo;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a demo shall do.
 *
 * @param duration how long the pipeline runs
 * @param data where Kafka's records, the log, the plot and the student are kept
 * @param plain lines instead of the live view
 * @param report where the figures go
 * @param teacher a Hugging Face directory with weights
 * @param student a Hugging Face directory, with weights or without
 * @param traffic {@code DOMAIN=PATH} each
 */
public record DemoRequest(
    Duration duration,
    Path data,
    boolean plain,
    Optional<Path> report,
    Path teacher,
    Path student,
    List<String> traffic) {
  public DemoRequest {
    if (duration.isZero() || duration.isNegative()) {
      throw new IllegalArgumentException(
          "the demo shall run for %s, expected a time above 0".formatted(duration));
    }
    traffic = List.copyOf(traffic);
  }

  /** The domains of the traffic; {@code text} where a path names none. */
  List<String> domains() {
    return traffic.stream()
        .map(path -> path.indexOf('=') > 0 ? path.substring(0, path.indexOf('=')) : "text")
        .distinct()
        .toList();
  }
}
