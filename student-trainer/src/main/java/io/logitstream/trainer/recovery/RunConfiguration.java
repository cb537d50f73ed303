package io.logitstream.trainer.recovery;

import io.logitstream.model.decoder.Sha256;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.schemas.CheckpointManifest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The settings that a run's result depends on. They are fixed in its first manifest.
 *
 * @param values the settings by key
 */
public record RunConfiguration(Map<String, String> values) {
  public RunConfiguration {
    values = Collections.unmodifiableMap(new TreeMap<>(values));
  }

  /** SHA-256 (hex) of the lines KEY=VALUE in key order. */
  public String sha256() {
    StringBuilder lines = new StringBuilder();
    values.forEach((key, value) -> lines.append(key).append('=').append(value).append('\n'));
    return Sha256.of(lines.toString().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Checks that a run goes on with the settings that it was started with.
   *
   * @throws ConfigurationException naming each setting that differs
   */
  public void checkAgainst(CheckpointManifest manifest) {
    List<String> problems = new ArrayList<>();
    manifest
        .getConfiguration()
        .forEach(
            (key, before) -> {
              String now = values.get(key);
              if (!before.equals(now)) {
                problems.add(
                    "%s is %s, and run %s was started with %s: what it has learned depends on it. Use that value, or begin another run"
                        .formatted(key, now, manifest.getRun(), before));
              }
            });
    values.forEach(
        (key, now) -> {
          if (!manifest.getConfiguration().containsKey(key)) {
            problems.add(
                "%s is %s, and run %s was started without it: what it has learned depends on it. Leave it out, or begin another run"
                    .formatted(key, now, manifest.getRun()));
          }
        });
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
  }
}
