package io.logitstream.producer.intake;

import io.logitstream.platform.kafka.PromptPartitioner;
import io.logitstream.platform.registry.RecordSerializer;
import io.logitstream.platform.tracing.TraceContext;
import io.logitstream.producer.offered.OfferedPrompt;
import io.logitstream.producer.source.SourcedPrompt;
import io.logitstream.schemas.Origin;
import io.logitstream.schemas.OriginKind;
import io.logitstream.schemas.Prompt;
import io.logitstream.schemas.SourcePosition;
import io.logitstream.schemas.topics.RecordKeys;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Prompts and positions of one source as records of their topics. For one thread. */
final class PromptRecords {
  /** Whatever partitions the topic may have got: a source's records are read in their order. */
  private static final int POSITIONS_PARTITION = 0;

  private static final Origin HUMAN = Origin.newBuilder().setKind(OriginKind.HUMAN).build();

  private final String source;
  private final String promptsTopic;
  private final int promptPartitions;
  private final String positionsTopic;
  private final RecordSerializer serializer;
  private final boolean startTraces;

  /**
   * @param startTraces whether a prompt that comes without a trace context begins a trace
   */
  PromptRecords(
      String source,
      String promptsTopic,
      int promptPartitions,
      String positionsTopic,
      RecordSerializer serializer,
      boolean startTraces) {
    this.source = source;
    this.promptsTopic = promptsTopic;
    this.promptPartitions = promptPartitions;
    this.positionsTopic = positionsTopic;
    this.serializer = serializer;
    this.startTraces = startTraces;
  }

  ProducerRecord<String, byte[]> prompt(SourcedPrompt prompt, long index, Instant now) {
    String promptId = RecordKeys.promptId(source, prompt.place());
    Prompt value =
        Prompt.newBuilder()
            .setPromptId(promptId)
            .setText(prompt.text())
            .setEndOfDocument(prompt.endOfDocument())
            .setSource(source)
            .setSourcePosition(prompt.place())
            .setSourceIndex(index)
            .setDocumentGroup(prompt.documentGroup())
            .setHeldOut(prompt.heldOut())
            .setDomain(prompt.domain())
            .setOrigin(HUMAN)
            .setCreatedAt(now)
            .build();
    return record(value, Optional.empty());
  }

  /**
   * An offered prompt.
   *
   * @param promptId its identity
   * @param place where it came from, as people read it
   */
  ProducerRecord<String, byte[]> offered(
      OfferedPrompt prompt,
      String promptId,
      String place,
      String domain,
      String documentGroup,
      boolean heldOut,
      long index,
      Instant now) {
    Prompt value =
        Prompt.newBuilder()
            .setPromptId(promptId)
            .setText(prompt.text().orElse(null))
            .setMessages(prompt.messages())
            .setEndOfDocument(prompt.endOfDocument())
            .setSource(source)
            .setSourcePosition(place)
            .setSourceIndex(index)
            .setIdempotencyKey(prompt.key().orElse(null))
            .setDocumentGroup(documentGroup)
            .setHeldOut(heldOut)
            .setSubject(prompt.subject().orElse(null))
            .setDomain(domain)
            .setOrigin(Origin.newBuilder().setKind(prompt.origin()).build())
            .setWeight(prompt.weight())
            .setCreatedAt(now)
            .setAttributes(prompt.attributes())
            .build();
    return record(value, prompt.trace());
  }

  private ProducerRecord<String, byte[]> record(Prompt value, Optional<TraceContext> came) {
    ProducerRecord<String, byte[]> record =
        new ProducerRecord<>(
            promptsTopic,
            PromptPartitioner.partition(value.getPromptId(), promptPartitions),
            value.getPromptId(),
            serializer.serialize(promptsTopic, value));
    Optional<TraceContext> begun =
        startTraces
            // With the time: the same source may be read into another cluster too.
            ? Optional.of(TraceContext.beginning(value.getPromptId() + " " + value.getCreatedAt()))
            : Optional.empty();
    came.or(() -> begun).ifPresent(trace -> trace.writeTo(record.headers()));
    return record;
  }

  /** What an idempotency key stands for. */
  ProducerRecord<String, byte[]> key(SourcePosition key) {
    return new ProducerRecord<>(
        positionsTopic,
        POSITIONS_PARTITION,
        RecordKeys.idempotencyKey(source, String.valueOf(key.getIdempotencyKey())),
        serializer.serialize(positionsTopic, key));
  }

  /** Forgets an idempotency key. */
  ProducerRecord<String, byte[]> forgotten(String key) {
    return new ProducerRecord<>(
        positionsTopic, POSITIONS_PARTITION, RecordKeys.idempotencyKey(source, key), null);
  }

  ProducerRecord<String, byte[]> position(SourcePosition position) {
    return new ProducerRecord<>(
        positionsTopic,
        POSITIONS_PARTITION,
        source,
        serializer.serialize(positionsTopic, position));
  }
}
