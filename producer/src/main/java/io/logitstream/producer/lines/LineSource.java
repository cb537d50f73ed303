package io.logitstream.producer.lines;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Where lines come from. For one thread. */
interface LineSource extends AutoCloseable {
  /**
   * The next lines, fewer than there may be where they are large.
   *
   * @param max the most of them
   * @return none if there is none now
   */
  List<Line> next(int max) throws IOException, InterruptedException;

  /** Where reading goes on behind the lines that were given; empty where it cannot. */
  Optional<String> location();

  /** What it would read and is not there: it is waited for. */
  List<Path> missing();

  /** Whether no line will come any more. */
  boolean isAtEnd();

  @Override
  void close() throws IOException;
}
