package io.logitstream.producer;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.producer.source.PromptSequence;
import io.logitstream.producer.source.SourceSettings;
import io.logitstream.schemas.SourcePosition;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where a producer begins in its source's order. */
final class Continuation {
  private static final Logger LOGGER = LoggerFactory.getLogger(Continuation.class);

  private Continuation() {}

  /**
   * Goes to the place behind the last committed prompt.
   *
   * @return the sourceIndex of the next prompt
   * @throws LogitstreamException CONFIGURATION if the source changed and that is not accepted
   */
  static long goTo(
      PromptSequence sequence, Optional<SourcePosition> stored, SourceSettings source) {
    if (stored.isEmpty()) {
      return begin(sequence);
    }
    SourcePosition position = stored.get();
    if (sequence.fingerprint().equals(position.getFingerprint())) {
      return goOn(sequence, position);
    }
    return switch (source.whenChanged()) {
      case REFUSE ->
          throw new LogitstreamException(
              FailureKind.CONFIGURATION,
              "source %s is not what it was after its first %d prompts: its files, or the settings that decide its order, have changed; bring them back, take another source.name, or set source.when-changed to go-on or start-over"
                  .formatted(source.name(), position.getNextIndex()));
      case GO_ON -> {
        LOGGER.warn("source {} has changed: going on at the same place", source.name());
        yield goOn(sequence, position);
      }
      case START_OVER -> {
        LOGGER.warn("source {} has changed: starting over", source.name());
        yield begin(sequence);
      }
    };
  }

  /** Whether the source was at its end when its position was written. */
  static boolean wasFinished(Optional<SourcePosition> stored) {
    return stored.map(SourcePosition::getFinished).orElse(false);
  }

  private static long begin(PromptSequence sequence) {
    sequence.rewind();
    return 0;
  }

  private static long goOn(PromptSequence sequence, SourcePosition position) {
    String location = position.getLocation();
    if (location == null) {
      return begin(sequence);
    }
    try {
      sequence.seek(location);
    } catch (IllegalArgumentException e) {
      throw new LogitstreamException(
          FailureKind.FATAL,
          "the stored position of source %s was written by another version: %s"
              .formatted(position.getSource(), e.getMessage()),
          e);
    }
    LOGGER.info("source {} goes on at prompt {}", position.getSource(), position.getNextIndex());
    return position.getNextIndex();
  }
}
