package io.logitstream.priors;

import io.logitstream.logits.coding.ContextPrior;
import io.logitstream.platform.kafka.Futures;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.registry.RecordSerializer;
import io.logitstream.schemas.LogitPriorChunk;
import io.logitstream.schemas.TeacherIdentity;
import io.logitstream.schemas.topics.RecordKeys;
import io.logitstream.schemas.topics.Topic;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.zip.CRC32C;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * Writes priors to their topic, in chunks whose keys are the prior's SHA-256 and the chunk's index:
 * publishing the same prior again changes nothing. For one thread.
 */
public final class PriorPublisher {
  /** The most bytes of a prior in one chunk. */
  public static final int MAX_CHUNK_BYTES = 900 << 10;

  private static final int PARTITION = 0;

  private final KafkaClients clients;
  private final String topic;
  private final int chunkBytes;

  public PriorPublisher(KafkaClients clients) {
    this(clients, MAX_CHUNK_BYTES);
  }

  /**
   * @param chunkBytes the most bytes of a chunk, at most {@link #MAX_CHUNK_BYTES}
   */
  PriorPublisher(KafkaClients clients, int chunkBytes) {
    this.clients = clients;
    this.topic = Topic.LOGIT_PRIORS.named(clients.settings().topicPrefix());
    this.chunkBytes = chunkBytes;
  }

  /**
   * Writes a prior, and returns when the brokers have acknowledged all of it.
   *
   * @param teacher whose stream it was learned from
   * @param learnedRecords records that it was learned from
   */
  public void publish(ContextPrior prior, TeacherIdentity teacher, long learnedRecords) {
    try (Producer<String, byte[]> producer = clients.producer(Map.of());
        RecordSerializer serializer = new RecordSerializer(clients.settings())) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (LogitPriorChunk chunk : chunks(prior, teacher, learnedRecords)) {
        sent.add(
            producer.send(
                new ProducerRecord<>(
                    topic,
                    PARTITION,
                    RecordKeys.priorChunk(prior.sha256(), chunk.getIndex()),
                    serializer.serialize(topic, chunk))));
      }
      producer.flush();
      sent.forEach(future -> Futures.await(future, "publish prior " + prior.sha256()));
    }
  }

  List<LogitPriorChunk> chunks(ContextPrior prior, TeacherIdentity teacher, long learnedRecords) {
    byte[] bytes = prior.bytes();
    int count = (bytes.length + chunkBytes - 1) / chunkBytes;
    List<LogitPriorChunk> chunks = new ArrayList<>();
    for (int index = 0; index < count; index++) {
      int start = index * chunkBytes;
      ByteBuffer piece = ByteBuffer.wrap(bytes, start, Math.min(chunkBytes, bytes.length - start));
      chunks.add(
          LogitPriorChunk.newBuilder()
              .setPriorSha256(prior.sha256())
              .setFormatVersion(prior.formatVersion())
              .setTokenizerSha256(teacher.getTokenizerSha256())
              .setVocabularySize(prior.vocabularySize())
              .setIndex(index)
              .setCount(count)
              .setCrc32c(crc32c(piece))
              .setBytes(piece.slice())
              .setTeacherName(teacher.getName())
              .setTeacherRevision(teacher.getRevision())
              .setLearnedRecords(learnedRecords)
              .build());
    }
    return chunks;
  }

  static long crc32c(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate());
    return crc.getValue();
  }
}
