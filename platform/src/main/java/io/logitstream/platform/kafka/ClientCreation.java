package io.logitstream.platform.kafka;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/** Says why Kafka makes no client of settings: Kafka itself says only that it failed to. */
final class ClientCreation {
  private static final int MAX_CAUSES = 16;

  private ClientCreation() {}

  /**
   * Makes a client.
   *
   * @param kind what it is, for the message
   * @throws LogitstreamException CONFIGURATION with the reasons; RETRYABLE if a server of tokens
   *     does not answer
   */
  static <T> T of(String kind, Supplier<T> making) {
    try {
      return making.get();
    } catch (KafkaException e) {
      FailureKind known = KafkaFailures.kindOf(e);
      throw new LogitstreamException(
          known == FailureKind.FATAL ? FailureKind.CONFIGURATION : known,
          "no Kafka %s can be made of the settings kafka.…%s"
              .formatted(kind, KafkaFailures.advice(e).isEmpty() ? ": " + reasons(e) : ""),
          e);
    }
  }

  /** What the causes say, but for what only repeats the next one. */
  private static String reasons(KafkaException failure) {
    List<String> reasons = new ArrayList<>();
    @Nullable Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    for (int i = 0; cause != null && i < MAX_CAUSES; i++) {
      String reason = cause.getMessage() == null ? cause.toString() : cause.getMessage();
      if (!reasons.isEmpty() && reasons.get(reasons.size() - 1).contains(reason)) {
        reasons.remove(reasons.size() - 1);
      }
      reasons.add(reason);
      cause = cause.getCause();
    }
    return String.join(": ", reasons);
  }
}
