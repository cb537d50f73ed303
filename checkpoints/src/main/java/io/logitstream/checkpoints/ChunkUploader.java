package io.logitstream.checkpoints;

import io.logitstream.platform.kafka.Futures;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.PromptPartitioner;
import io.logitstream.platform.registry.RecordSerializer;
import io.logitstream.schemas.Artifact;
import io.logitstream.schemas.CheckpointChunk;
import io.logitstream.schemas.ChunkRange;
import io.logitstream.schemas.topics.RecordKeys;
import io.logitstream.schemas.topics.Topic;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * Writes artifacts in chunks with an idempotent producer, outside any transaction: a manifest that
 * names them is committed only after all of them are acknowledged. Every upload has keys of its
 * own, so that compaction never takes a chunk of an older checkpoint away. For one thread.
 */
public final class ChunkUploader implements AutoCloseable {
  /** The most bytes of an artifact in one chunk. */
  public static final int MAX_CHUNK_BYTES = 900 << 10;

  private static final int MAX_IN_FLIGHT = 16;

  private final String run;
  private final long incarnation;
  private final String topic;
  private final int partition;
  private final Producer<String, byte[]> producer;
  private final RecordSerializer serializer;
  private long uploads;

  /**
   * @param run the run whose artifacts are written
   * @param incarnation which start of the run's trainer this is: no other start may use it
   */
  public ChunkUploader(KafkaClients clients, String run, long incarnation) {
    this.run = run;
    this.incarnation = incarnation;
    this.topic = Topic.CHECKPOINT_CHUNKS.named(clients.settings().topicPrefix());
    this.producer = clients.producer(Map.of("linger.ms", 0));
    this.partition = PromptPartitioner.partition(run, producer.partitionsFor(topic).size());
    this.serializer = new RecordSerializer(clients.settings());
  }

  /**
   * Writes an artifact, and waits until the last chunk is acknowledged.
   *
   * @param name weights, moments, config.json …
   * @return where it lies, for the manifest
   */
  public Artifact upload(String name, byte[] bytes) {
    try {
      return upload(name, new ByteArrayInputStream(bytes), bytes.length);
    } catch (IOException e) {
      throw new UncheckedIOException("an array in memory cannot fail to be read", e);
    }
  }

  /**
   * As {@link #upload(String, byte[])}, from a stream, with a bounded number of chunks in memory.
   *
   * @param length number of bytes that the stream has
   * @throws IOException if the stream fails or ends before that
   */
  public Artifact upload(String name, InputStream bytes, long length) throws IOException {
    String upload = Long.toString(++uploads);
    int count = Math.toIntExact(Math.max(1, (length + MAX_CHUNK_BYTES - 1) / MAX_CHUNK_BYTES));
    MessageDigest digest = Digests.sha256();
    ArrayDeque<Future<RecordMetadata>> inFlight = new ArrayDeque<>();
    Acknowledged acknowledged = new Acknowledged("write artifact %s of %s".formatted(name, run));
    long left = length;
    for (int index = 0; index < count; index++) {
      byte[] piece = bytes.readNBytes((int) Math.min(left, MAX_CHUNK_BYTES));
      if (piece.length < Math.min(left, MAX_CHUNK_BYTES)) {
        throw new EOFException(
            "artifact %s ends %d bytes early, expected %d"
                .formatted(name, left - piece.length, length));
      }
      left -= piece.length;
      digest.update(piece);
      inFlight.add(producer.send(chunk(name, upload, index, count, piece)));
      if (inFlight.size() >= MAX_IN_FLIGHT) {
        acknowledged.await(inFlight.remove());
      }
    }
    producer.flush();
    inFlight.forEach(acknowledged::await);
    return Artifact.newBuilder()
        .setName(name)
        .setLength(length)
        .setSha256(Digests.hex(digest))
        .setUpload(upload)
        .setIncarnation(incarnation)
        .setChunks(List.of(new ChunkRange(partition, acknowledged.first, acknowledged.last, count)))
        .build();
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(10));
    serializer.close();
  }

  private ProducerRecord<String, byte[]> chunk(
      String name, String upload, int index, int count, byte[] piece) {
    CheckpointChunk chunk =
        CheckpointChunk.newBuilder()
            .setRun(run)
            .setIncarnation(incarnation)
            .setUpload(upload)
            .setArtifact(name)
            .setIndex(index)
            .setCount(count)
            .setCrc32c(Digests.crc32c(piece))
            .setBytes(ByteBuffer.wrap(piece))
            .build();
    return new ProducerRecord<>(
        topic,
        partition,
        RecordKeys.checkpointChunk(run, incarnation, upload, index),
        serializer.serialize(topic, chunk));
  }

  /** The offsets of the chunks that the broker has, in order. */
  private static final class Acknowledged {
    private final String what;
    private long first = -1;
    private long last = -1;

    Acknowledged(String what) {
      this.what = what;
    }

    void await(Future<RecordMetadata> sent) {
      long offset = Futures.await(sent, what).offset();
      first = first < 0 ? offset : first;
      last = offset;
    }
  }
}
