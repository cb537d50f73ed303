package io.logitstream.trainer.recovery;

import io.logitstream.model.decoder.Sha256;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.SettingsChangedEntry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The settings that a run's result depends on. Each manifest has them; a few may change within a
 * run, which is an entry in its ledger.
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
   * What was changed since a checkpoint.
   *
   * @param mayChange the settings that may change within a run
   * @return empty if nothing was
   * @throws ConfigurationException naming each other setting that differs
   */
  public Optional<SettingsChangedEntry> changesSince(
      CheckpointManifest manifest, Set<String> mayChange) {
    Map<String, String> before = new TreeMap<>();
    Map<String, String> after = new TreeMap<>();
    List<String> problems = new ArrayList<>();
    Set<String> keys = new TreeSet<>(values.keySet());
    keys.addAll(manifest.getConfiguration().keySet());
    for (String key : keys) {
      String then = manifest.getConfiguration().get(key);
      String now = values.get(key);
      if (Objects.equals(then, now)) {
        continue;
      }
      if (!mayChange.contains(key)) {
        problems.add(
            "%s is %s, and run %s was started %s: what it has learned depends on it. %s, or begin another run"
                .formatted(
                    key,
                    now == null ? "not set" : now,
                    manifest.getRun(),
                    then == null ? "without it" : "with " + then,
                    then == null ? "Leave it out" : "Use that value"));
      }
      if (then != null) {
        before.put(key, then);
      }
      if (now != null) {
        after.put(key, now);
      }
    }
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
    return before.isEmpty() && after.isEmpty()
        ? Optional.empty()
        : Optional.of(new SettingsChangedEntry(before, after));
  }

  /**
   * The configuration after a change that a ledger tells of.
   *
   * @return empty if the change is not one of this configuration
   */
  public Optional<RunConfiguration> after(SettingsChangedEntry change) {
    if (!values.entrySet().containsAll(change.getBefore().entrySet())) {
      return Optional.empty();
    }
    Map<String, String> changed = new TreeMap<>(values);
    changed.keySet().removeAll(change.getBefore().keySet());
    changed.putAll(change.getAfter());
    return Optional.of(new RunConfiguration(changed));
  }
}
