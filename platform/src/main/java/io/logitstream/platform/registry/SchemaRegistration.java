package io.logitstream.platform.registry;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.avro.AvroSchemaUtils;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.schemas.topics.Topic;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;

/** Registers the schemas of a pipeline's topics and holds their successors to compatibility. */
public final class SchemaRegistration {
  /** Every later schema must read, and be read by, every earlier one. */
  private static final String COMPATIBILITY = "FULL_TRANSITIVE";

  private SchemaRegistration() {}

  /**
   * Registers the value schema of every topic as TOPIC-value, after setting the subject's
   * compatibility level. What is registered already is left.
   *
   * @return schema ids by subject, in the order of the topics
   * @throws LogitstreamException RETRYABLE if the registry does not answer, CONFIGURATION if it
   *     refuses a schema
   */
  public static Map<String, Integer> register(KafkaSettings settings) {
    Map<String, Integer> ids = new LinkedHashMap<>();
    SchemaRegistryClient registry = RegistryClients.client(settings);
    try {
      for (Topic topic : Topic.values()) {
        String subject = topic.named(settings.topicPrefix()) + "-value";
        try {
          registry.updateCompatibility(subject, COMPATIBILITY);
          ids.put(subject, registry.register(subject, new AvroSchema(published(topic))));
        } catch (IOException | RestClientException e) {
          throw RegistryFailures.registration(
              "register the schema of " + subject, settings.registryUrl(), e);
        }
      }
    } finally {
      Registries.close(registry);
    }
    return ids;
  }

  /** The schema that the serializer registers: without the properties that only Java reads. */
  private static Schema published(Topic topic) {
    return AvroSchemaUtils.getSchema(
        new GenericData.Record(topic.valueSchema()), false, false, true);
  }
}
