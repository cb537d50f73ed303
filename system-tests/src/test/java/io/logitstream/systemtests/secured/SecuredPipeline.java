package io.logitstream.systemtests.secured;

import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.TopicSettings;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.platform.registry.SchemaRegistration;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;

/**
 * A pipeline with a prefix on a secured broker: topics are there, and schemas are registered, at a
 * registry behind TLS that asks for a password. Services may register nothing.
 */
final class SecuredPipeline implements AutoCloseable {
  static final String PREFIX = "team.";
  static final String PRODUCER = "producer";
  static final String TEACHER = "teacher";
  static final String TRAINER = "trainer";
  static final String INDEXER = "indexer";
  static final String FOLLOWER = "follower";
  static final List<String> USERS = List.of(PRODUCER, TEACHER, TRAINER, INDEXER, FOLLOWER);

  private final SecuredKafka kafka;
  private final SecuredRegistry registry;
  private final Services services;
  private final Admin admin;

  SecuredPipeline(Path folder, SecuredKafka.Identity identity) throws Exception {
    kafka = new SecuredKafka(folder, identity, USERS);
    registry = new SecuredRegistry(kafka);
    services = services(Map.of());
    admin = new KafkaClients(services.kafka(kafka.superUser()), "admin").admin();
    create(PREFIX, services);
  }

  private void create(String prefix, Services pipeline) {
    Topics.create(admin, new TopicSettings(prefix, 2, (short) 1).pipeline());
    SchemaRegistration.register(pipeline.kafka(kafka.superUser()));
  }

  /** Services of which some settings differ. */
  Services services(Map<String, String> others) {
    Map<String, String> settings = new HashMap<>();
    settings.put("kafka.bootstrap.servers", kafka.bootstrapServers());
    settings.put("registry.url", registry.url());
    settings.put("registry.basic-auth", SecuredRegistry.USER_INFO);
    settings.put("registry.auto-register", "false");
    registry.trust().forEach((name, value) -> settings.put("registry.client." + name, value));
    settings.put("topics.prefix", PREFIX);
    settings.put("topics.partitions", "2");
    settings.putAll(others);
    return new Services(settings);
  }

  SecuredKafka kafka() {
    return kafka;
  }

  Services services() {
    return services;
  }

  /** Makes another pipeline on the same cluster. */
  Services another(String prefix) {
    Services another = services(Map.of("topics.prefix", prefix));
    create(prefix, another);
    return another;
  }

  /** A client of who may do everything. */
  Admin admin() {
    return admin;
  }

  @Override
  public void close() {
    admin.close();
    registry.close();
    kafka.close();
  }
}
