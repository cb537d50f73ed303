package io.logitstream.producer.lines;

import java.util.List;

/**
 * How a reader of lines stands, for people.
 *
 * @param source the source's name
 * @param published lines whose prompts were published since the start
 * @param known lines whose keys were published before
 * @param bad lines that are no prompts
 * @param missing files that are followed and not there
 */
public record LinesStatus(
    String source, long published, long known, long bad, List<String> missing) {
  public LinesStatus {
    missing = List.copyOf(missing);
  }
}
