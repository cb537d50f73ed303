package io.logitstream.platform.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Secrets that lie in files of their own, as Docker and Kubernetes mount them: {@code NAME-file}
 * names the file of the secret {@code NAME}. A line end at the end of the file does not count.
 */
final class SecretFiles {
  static final String SUFFIX = "-file";
  private static final int MAX_BYTES = 64 << 10;

  private SecretFiles() {}

  /**
   * Replaces the names of files by the secrets in them.
   *
   * @param secrets names of the settings that are secret; those that pass through and look so count
   *     too
   * @param layer what the layer is called
   * @param problems what cannot be read is added to them
   */
  static Map<String, String> resolve(
      Map<String, String> values, Set<String> secrets, String layer, List<String> problems) {
    Map<String, String> resolved = new HashMap<>();
    values.forEach(
        (name, value) -> {
          String secret = name.substring(0, Math.max(0, name.length() - SUFFIX.length()));
          if (!name.endsWith(SUFFIX) || !isSecret(secret, secrets)) {
            resolved.put(name, value);
          } else if (values.containsKey(secret)) {
            problems.add(
                "%s and %s are both set (from %s): remove one".formatted(secret, name, layer));
          } else {
            read(secret, name, value, layer, problems, resolved);
          }
        });
    return resolved;
  }

  private static boolean isSecret(String name, Set<String> secrets) {
    return secrets.contains(name) || (PassThrough.covers(name) && PassThrough.isSecret(name));
  }

  private static void read(
      String secret,
      String name,
      String file,
      String layer,
      List<String> problems,
      Map<String, String> resolved) {
    try {
      Path path = Path.of(file);
      if (Files.size(path) > MAX_BYTES) {
        problems.add(
            "%s is '%s' (from %s), a file of more than %d bytes: expected a secret"
                .formatted(name, file, layer, MAX_BYTES));
        return;
      }
      resolved.put(secret, Files.readString(path, StandardCharsets.UTF_8).stripTrailing());
    } catch (IOException | InvalidPathException e) {
      problems.add(
          "%s is '%s' (from %s), which cannot be read (%s): expected a file with the secret %s in it"
              .formatted(name, file, layer, e, secret));
    }
  }
}
