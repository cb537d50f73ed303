package io.logitstream.platform.config;

import java.util.Locale;

/** Names that belong to clients of others: handed on, not checked. */
final class PassThrough {
  static final String KAFKA = "kafka.";
  static final String REGISTRY_CLIENT = "registry.client.";

  private PassThrough() {}

  static boolean covers(String name) {
    return isUnder(KAFKA, name) || isUnder(REGISTRY_CLIENT, name);
  }

  private static boolean isUnder(String prefix, String name) {
    return name.startsWith(prefix) && name.length() > prefix.length();
  }

  /** Whether the value of a name that passes through may hold a secret. */
  static boolean isSecret(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.contains("password")
        || lower.contains("secret")
        || lower.contains("token")
        || lower.contains("jaas")
        || lower.endsWith(".key")
        || lower.endsWith("user.info");
  }
}
