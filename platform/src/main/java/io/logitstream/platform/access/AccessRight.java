package io.logitstream.platform.access;

import java.util.Locale;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * A right on a cluster.
 *
 * @param type what it is on: a topic, a group or a transactional id
 * @param name its name, or what its name begins with
 * @param isPrefix whether the name is a beginning
 * @param operation what may be done
 */
public record AccessRight(
    ResourceType type, String name, boolean isPrefix, AclOperation operation) {

  public AccessRight {
    if (type != ResourceType.TOPIC
        && type != ResourceType.GROUP
        && type != ResourceType.TRANSACTIONAL_ID) {
      throw new IllegalArgumentException(
          "a right on %s, expected one on a topic, a group or a transactional id".formatted(type));
    }
    if (name.isEmpty()) {
      throw new IllegalArgumentException("a right on a %s without a name".formatted(type));
    }
  }

  static AccessRight topic(String name, AclOperation operation) {
    return new AccessRight(ResourceType.TOPIC, name, false, operation);
  }

  static AccessRight topics(String prefix, AclOperation operation) {
    return new AccessRight(ResourceType.TOPIC, prefix, true, operation);
  }

  static AccessRight group(String name, AclOperation operation) {
    return new AccessRight(ResourceType.GROUP, name, false, operation);
  }

  static AccessRight groups(String prefix, AclOperation operation) {
    return new AccessRight(ResourceType.GROUP, prefix, true, operation);
  }

  static AccessRight transactions(String id, AclOperation operation) {
    return new AccessRight(ResourceType.TRANSACTIONAL_ID, id, false, operation);
  }

  static AccessRight transactionsOf(String prefix, AclOperation operation) {
    return new AccessRight(ResourceType.TRANSACTIONAL_ID, prefix, true, operation);
  }

  /** Whether it is on the resource of this type and name. */
  boolean covers(ResourceType otherType, String otherName) {
    return type == otherType && (isPrefix ? otherName.startsWith(name) : otherName.equals(name));
  }

  /** The rule that gives the right to a principal, such as {@code User:teacher}, from anywhere. */
  public AclBinding binding(String principal) {
    return new AclBinding(
        new ResourcePattern(type, name, isPrefix ? PatternType.PREFIXED : PatternType.LITERAL),
        new AccessControlEntry(principal, "*", operation, AclPermissionType.ALLOW));
  }

  /** The command of Kafka's own tools that gives the right to a principal. */
  public String command(String principal) {
    return command("--bootstrap-server …", principal);
  }

  /**
   * The command of Kafka's own tools that gives the right to a principal.
   *
   * @param connection options that say where the cluster is and how to log in there
   * @param principal such as {@code User:teacher}
   */
  public String command(String connection, String principal) {
    return "kafka-acls.sh %s --add --allow-principal '%s' --operation %s --%s '%s'%s"
        .formatted(
            connection,
            principal,
            operation,
            kind().replace(' ', '-'),
            name,
            isPrefix ? " --resource-pattern-type prefixed" : "");
  }

  private String kind() {
    return type.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** The right in words: {@code WRITE on topic prompts}. */
  @Override
  public String toString() {
    return isPrefix
        ? "%s on every %s that begins with %s".formatted(operation, kind(), name)
        : "%s on %s %s".formatted(operation, kind(), name);
  }
}
