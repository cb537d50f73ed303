package io.logitstream.platform.registry;

import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaSettings;
import java.io.IOException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Records to bytes in the Confluent wire format, by Confluent's own serializer: a zero byte, the
 * schema's id, the Avro datum. For one thread at a time.
 */
public final class RecordSerializer implements AutoCloseable {
  private final String url;
  private final SchemaRegistryClient registry;
  private final KafkaAvroSerializer serializer;

  public RecordSerializer(KafkaSettings settings) {
    url = settings.registryUrl();
    registry = RegistryClients.client(settings);
    serializer = new KafkaAvroSerializer(registry);
    serializer.configure(RegistryClients.config(settings), false);
  }

  /**
   * The bytes of a record.
   *
   * @param topic the topic that they are for: its subject is TOPIC-value
   * @throws LogitstreamException RETRYABLE if the registry does not answer, CONFIGURATION if it
   *     refuses the schema, FATAL if the record is not whole
   */
  public byte[] serialize(String topic, SpecificRecord record) {
    try {
      return serializer.serialize(topic, record);
    } catch (SerializationException | TimeoutException e) {
      String name = record.getSchema().getName();
      if (RegistryFailures.answer(e) == null && !(e.getCause() instanceof IOException)) {
        throw new LogitstreamException(
            FailureKind.FATAL,
            "could not serialize a %s for topic %s: %s"
                .formatted(name, topic, e.getCause() == null ? e : e.getCause()),
            e);
      }
      throw RegistryFailures.registration(
          "find or register schema %s of topic %s".formatted(name, topic), url, e);
    }
  }

  @Override
  public void close() {
    serializer.close();
    Registries.close(registry);
  }
}
