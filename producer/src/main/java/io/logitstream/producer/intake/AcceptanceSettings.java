package io.logitstream.producer.intake;

import io.logitstream.producer.source.HeldOutShare;
import io.logitstream.producer.source.SourcePath;
import java.time.Duration;

/**
 * How offered prompts are taken.
 *
 * @param source identity of the source; no '/'
 * @param defaultDomain domain of the prompts that name none
 * @param heldOut which document groups are evaluation data
 * @param keysFor how long idempotency keys are kept
 * @param maxKeys the most keys that are kept: about 300 bytes of memory each
 */
public record AcceptanceSettings(
    String source, String defaultDomain, HeldOutShare heldOut, Duration keysFor, int maxKeys) {

  /** Checks names and bounds. */
  public AcceptanceSettings {
    if (source.isEmpty() || source.contains("/")) {
      throw new IllegalArgumentException(
          "source.name is '%s', expected a non-empty name without '/'".formatted(source));
    }
    if (!SourcePath.isDomain(defaultDomain)) {
      throw new IllegalArgumentException(
          "source.domain is '%s', expected 1 to 64 letters, digits, '.', '_' or '-'"
              .formatted(defaultDomain));
    }
    if (keysFor.isNegative() || keysFor.isZero() || maxKeys < 1) {
      throw new IllegalArgumentException(
          "%d keys for %s, expected at least one for a while".formatted(maxKeys, keysFor));
    }
  }
}
