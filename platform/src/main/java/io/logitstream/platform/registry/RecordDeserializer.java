package io.logitstream.platform.registry;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import io.logitstream.platform.Causes;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.Incompatibility;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * Bytes in the Confluent wire format to records, by Confluent's own deserializer. The bytes are
 * walked through before anything is allocated for them: lengths that they do not have, and bytes
 * after the datum, are found there. For one thread at a time.
 *
 * @param <T> class of the records
 */
public final class RecordDeserializer<T extends SpecificRecord> implements AutoCloseable {
  private static final int HEADER_BYTES = 1 + Integer.BYTES;

  private final String url;
  private final Class<T> type;
  private final Schema readerSchema;
  private final SchemaRegistryClient registry;
  private final KafkaAvroDeserializer deserializer;

  public RecordDeserializer(KafkaSettings settings, Class<T> type) {
    this.url = settings.registryUrl();
    this.type = type;
    this.readerSchema = SpecificData.get().getSchema(type);
    this.registry = RegistryClients.client(settings);
    this.deserializer = new KafkaAvroDeserializer(registry);
    Map<String, Object> config = new HashMap<>(RegistryClients.config(settings));
    config.put("specific.avro.reader", true);
    deserializer.configure(config, false);
  }

  /**
   * The record that bytes stand for.
   *
   * @param topic the topic that they were read from
   * @param bytes the value as read; null, a tombstone, is no record
   * @throws LogitstreamException POISON for bytes that are no such record; RETRYABLE if the
   *     registry does not answer or does not know the schema's id (yet)
   */
  public T deserialize(String topic, byte @Nullable [] bytes) {
    if (bytes == null) {
      throw poison("no value (a tombstone), expected a " + type.getSimpleName(), null);
    }
    Schema writer = writerSchema(topic, bytes);
    try {
      DatumWalk.check(writer, bytes, HEADER_BYTES);
    } catch (RuntimeException e) {
      throw poison(unreadable(writer, bytes, e), e);
    }
    try {
      return type.cast(deserializer.deserialize(topic, bytes, readerSchema));
    } catch (RuntimeException e) {
      // It looks the schema up once more, by subject: a registry that went away between the two
      // condemns no record.
      if (RegistryFailures.answer(e) != null || RegistryFailures.isUnreachable(e)) {
        throw RegistryFailures.lookup("look up a schema of topic " + topic, url, e);
      }
      throw poison(unreadable(writer, bytes, e), e);
    }
  }

  /** Damaged bytes and a schema that no damage explains ask for different people. */
  private String unreadable(Schema writer, byte[] bytes, RuntimeException failure) {
    List<Incompatibility> differences =
        SchemaCompatibility.checkReaderWriterCompatibility(readerSchema, writer)
            .getResult()
            .getIncompatibilities();
    if (differences.isEmpty()) {
      return "a value that is no whole %s: %s"
          .formatted(type.getSimpleName(), rootMessage(failure));
    }
    Incompatibility first = differences.get(0);
    return "a value of schema %d (%s), expected one that this build's %s can be read from (%s at %s: %s): another application, or a registry without FULL_TRANSITIVE, let it be written"
        .formatted(
            ByteBuffer.wrap(bytes, 1, Integer.BYTES).getInt(),
            writer.getFullName(),
            type.getSimpleName(),
            first.getType(),
            first.getLocation(),
            first.getMessage());
  }

  @Override
  public void close() {
    deserializer.close();
    Registries.close(registry);
  }

  private Schema writerSchema(String topic, byte[] bytes) {
    if (bytes.length < HEADER_BYTES || bytes[0] != 0) {
      throw poison(
          "%d bytes that begin with %s, expected the Confluent wire format (a zero byte, then a schema id)"
              .formatted(bytes.length, bytes.length == 0 ? "nothing" : bytes[0]),
          null);
    }
    int id = ByteBuffer.wrap(bytes, 1, Integer.BYTES).getInt();
    String what = "look up schema %d of topic %s".formatted(id, topic);
    try {
      if (registry.getSchemaById(id) instanceof AvroSchema schema) {
        return schema.rawSchema();
      }
      throw poison("schema %d, which is not Avro".formatted(id), null);
    } catch (IOException | RestClientException e) {
      throw RegistryFailures.lookup(what, url, e);
    }
  }

  private static LogitstreamException poison(String found, @Nullable Throwable cause) {
    return new LogitstreamException(FailureKind.POISON, "found " + found, cause);
  }

  /** The innermost message: the causes say more than what wraps them, where they say anything. */
  private static String rootMessage(Throwable failure) {
    String message = failure.toString();
    for (Throwable cause : Causes.of(failure)) {
      message = cause.getMessage() == null ? message : cause.getMessage();
    }
    return message;
  }
}
