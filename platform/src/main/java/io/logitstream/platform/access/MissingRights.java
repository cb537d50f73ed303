package io.logitstream.platform.access;

import static java.util.stream.Collectors.toSet;

import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.Futures;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdNotFoundException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.Nullable;

/**
 * Which of the rights that a service needs a cluster does not give to who asks.
 *
 * <p>A client is not told which operation it was refused, and is refused late: a right to write
 * dead letters with the first of them. So the cluster is asked what may be done with each resource.
 * Brokers answer that to who may describe it; who may not, may do nothing with it.
 */
final class MissingRights {
  /** Ends a name that only begins: who may describe this, has a rule about the beginning. */
  private static final String ANY = "any";

  /** A resource that is not there yet, or is there already, or a broker that cannot say. */
  private static final Set<Class<?>> UNKNOWN =
      Set.of(
          InvalidReplicationFactorException.class,
          PolicyViolationException.class,
          TopicExistsException.class,
          UnknownTopicOrPartitionException.class,
          GroupIdNotFoundException.class,
          TransactionalIdNotFoundException.class,
          UnsupportedVersionException.class);

  private MissingRights() {}

  /**
   * Asks the cluster. What it does not know, such as the operations on a topic that is not there
   * yet, does not count as missing.
   *
   * @throws LogitstreamException RETRYABLE if no broker answers; CONFIGURATION if it refuses who
   *     asks
   */
  static List<AccessRight> find(Admin admin, List<AccessRight> needed) {
    // Who may describe a topic's settings may not therefore describe the topic.
    List<AccessRight> settings = needed.stream().filter(MissingRights::isOnSettings).toList();
    List<AccessRight> creations = needed.stream().filter(MissingRights::isCreation).toList();
    List<AccessRight> others =
        needed.stream().filter(right -> !isOnSettings(right) && !isCreation(right)).toList();
    var configs = admin.describeConfigs(resources(settings)).values();
    var created =
        admin
            .createTopics(
                names(creations, ResourceType.TOPIC).stream()
                    .map(name -> new NewTopic(name, Optional.of(1), Optional.empty()))
                    .toList(),
                new CreateTopicsOptions().validateOnly(true))
            .values();
    var topics =
        admin
            .describeTopics(
                names(others, ResourceType.TOPIC),
                new DescribeTopicsOptions().includeAuthorizedOperations(true))
            .topicNameValues();
    var groups =
        admin
            .describeConsumerGroups(
                names(others, ResourceType.GROUP),
                new DescribeConsumerGroupsOptions().includeAuthorizedOperations(true))
            .describedGroups();
    Set<String> ids = names(others, ResourceType.TRANSACTIONAL_ID);
    var transactions = admin.describeTransactions(ids);

    Set<AccessRight> missing = new HashSet<>();
    Answers ofSettings = new Answers(settings, missing);
    Answers ofCreations = new Answers(creations, missing);
    Answers ofOthers = new Answers(others, missing);
    configs.forEach((topic, answer) -> ofSettings.topic(topic.name(), answer, config -> null));
    created.forEach((name, answer) -> ofCreations.topic(name, answer, none -> null));
    topics.forEach(
        (name, answer) -> ofOthers.topic(name, answer, TopicDescription::authorizedOperations));
    groups.forEach(
        (name, answer) ->
            ofOthers.group(name, answer, ConsumerGroupDescription::authorizedOperations));
    // Brokers do not tell what may be done with a transactional id.
    ids.forEach(id -> ofOthers.transactions(id, transactions.description(id), any -> null));
    return needed.stream().filter(missing::contains).toList();
  }

  private static boolean isOnSettings(AccessRight right) {
    return right.type() == ResourceType.TOPIC && right.operation() == AclOperation.DESCRIBE_CONFIGS;
  }

  private static boolean isCreation(AccessRight right) {
    return right.type() == ResourceType.TOPIC && right.operation() == AclOperation.CREATE;
  }

  private static List<ConfigResource> resources(List<AccessRight> rights) {
    return names(rights, ResourceType.TOPIC).stream()
        .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
        .toList();
  }

  private static Set<String> names(List<AccessRight> needed, ResourceType type) {
    return needed.stream()
        .filter(right -> right.type() == type)
        .map(right -> right.isPrefix() ? right.name() + ANY : right.name())
        .collect(toSet());
  }

  /**
   * What the brokers answer about rights.
   *
   * @param needed the rights that they are asked about
   * @param missing gets those that they do not give
   */
  private record Answers(List<AccessRight> needed, Set<AccessRight> missing) {
    <T> void topic(
        String name, Future<T> answer, Function<T, @Nullable Set<AclOperation>> operations) {
      add(ResourceType.TOPIC, name, TopicAuthorizationException.class, answer, operations);
    }

    <T> void group(
        String name, Future<T> answer, Function<T, @Nullable Set<AclOperation>> operations) {
      add(ResourceType.GROUP, name, GroupAuthorizationException.class, answer, operations);
    }

    <T> void transactions(
        String id, Future<T> answer, Function<T, @Nullable Set<AclOperation>> operations) {
      add(
          ResourceType.TRANSACTIONAL_ID,
          id,
          TransactionalIdAuthorizationException.class,
          answer,
          operations);
    }

    /** Operations of null are not known. */
    private <T> void add(
        ResourceType type,
        String name,
        Class<? extends AuthorizationException> refusal,
        Future<T> answer,
        Function<T, @Nullable Set<AclOperation>> operations) {
      List<AccessRight> here = needed.stream().filter(right -> right.covers(type, name)).toList();
      try {
        Set<AclOperation> may =
            operations.apply(Futures.await(answer, "ask for the rights of this service"));
        if (may != null) {
          here.stream().filter(right -> !may.contains(right.operation())).forEach(missing::add);
        }
      } catch (LogitstreamException e) {
        Throwable cause = e.getCause();
        if (refusal.isInstance(cause)) {
          missing.addAll(here);
        } else if (cause == null || !UNKNOWN.contains(cause.getClass())) {
          throw e;
        }
      }
    }
  }
}
