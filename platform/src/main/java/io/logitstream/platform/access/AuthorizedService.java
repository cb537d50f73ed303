package io.logitstream.platform.access;

import io.logitstream.platform.Causes;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.lifecycle.RetryPolicy;
import io.logitstream.platform.lifecycle.Service;
import io.logitstream.platform.lifecycle.StopSignal;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.resource.ResourceType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A service that does not begin without the rights that it will need, and that names them when they
 * are taken away later. Kafka's own refusals name neither the operation nor, often, the resource.
 */
public final class AuthorizedService implements Service {
  private static final Logger LOGGER = LoggerFactory.getLogger(AuthorizedService.class);
  private static final String COMPONENT = "rights";
  private final Service service;
  private final NeededRights needed;
  private final KafkaClients clients;
  private final Health health;
  private final RandomGenerator random;

  /**
   * @param needed what the service needs
   * @param clients clients as the service's own
   * @param health told while a broker is waited for
   * @param random spreads the attempts of many processes
   */
  public AuthorizedService(
      Service service,
      NeededRights needed,
      KafkaClients clients,
      Health health,
      RandomGenerator random) {
    this.service = service;
    this.needed = needed;
    this.clients = clients;
    this.health = health;
    this.random = random;
  }

  /**
   * Runs the service.
   *
   * @throws LogitstreamException CONFIGURATION naming each right that is missing, with the command
   *     that grants it
   */
  @Override
  public void run(StopSignal stop) throws Exception {
    health.ready(COMPONENT, false, "asks the broker for this service's rights");
    List<AccessRight> missing;
    try {
      missing =
          RetryPolicy.patient()
              .call(
                  "start (%s)".formatted(clients.settings().lookedFor()),
                  this::missing,
                  stop::await,
                  random);
    } finally {
      health.gone(COMPONENT);
    }
    if (!missing.isEmpty()) {
      throw new LogitstreamException(FailureKind.CONFIGURATION, needed.report(missing));
    }
    try {
      service.run(stop);
    } catch (Exception e) {
      Optional<AuthorizationException> refusal = Causes.first(e, AuthorizationException.class);
      if (refusal.isPresent()) {
        throw named(e, refusal.get());
      }
      throw e;
    }
  }

  private List<AccessRight> missing() {
    try (Admin admin = clients.admin()) {
      return MissingRights.find(admin, needed.rights());
    }
  }

  private Exception named(Exception failure, AuthorizationException refusal) {
    List<AccessRight> found;
    try {
      found = missing();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
      found = List.of();
    }
    // Where the brokers cannot say what is missing, their refusal says what it may be.
    List<AccessRight> candidates =
        needed.rights().stream().filter(right -> concerns(refusal, right)).toList();
    if (found.isEmpty() && candidates.isEmpty()) {
      LOGGER.warn("the broker refused what 'logitstream acls {}' does not list", needed.command());
      return failure;
    }
    LogitstreamException named =
        new LogitstreamException(
            FailureKind.CONFIGURATION,
            "%s; %s"
                .formatted(
                    failure.getMessage(),
                    found.isEmpty() ? needed.reportSome(candidates) : needed.report(found)));
    // Not its cause: what is to be done about a refusal of this kind in general is said already.
    named.addSuppressed(failure);
    return named;
  }

  private static boolean concerns(AuthorizationException refusal, AccessRight right) {
    if (refusal instanceof GroupAuthorizationException group && group.groupId() != null) {
      return right.covers(ResourceType.GROUP, group.groupId());
    }
    if (refusal instanceof TopicAuthorizationException topics) {
      return topics.unauthorizedTopics().stream()
          .anyMatch(topic -> right.covers(ResourceType.TOPIC, topic));
    }
    return refusal instanceof TransactionalIdAuthorizationException
        && right.type() == ResourceType.TRANSACTIONAL_ID;
  }
}
