package io.logitstream.producer.intake;

import io.logitstream.platform.kafka.PromptPartitioner;
import io.logitstream.platform.registry.RecordSerializer;
import io.logitstream.producer.source.SourcedPrompt;
import io.logitstream.schemas.Origin;
import io.logitstream.schemas.OriginKind;
import io.logitstream.schemas.Prompt;
import io.logitstream.schemas.SourcePosition;
import io.logitstream.schemas.topics.RecordKeys;
import java.time.Instant;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Prompts and positions of one source as records of their topics. For one thread. */
final class PromptRecords {
  private static final Origin HUMAN = Origin.newBuilder().setKind(OriginKind.HUMAN).build();

  private final String source;
  private final String promptsTopic;
  private final int promptPartitions;
  private final String positionsTopic;
  private final RecordSerializer serializer;

  PromptRecords(
      String source,
      String promptsTopic,
      int promptPartitions,
      String positionsTopic,
      RecordSerializer serializer) {
    this.source = source;
    this.promptsTopic = promptsTopic;
    this.promptPartitions = promptPartitions;
    this.positionsTopic = positionsTopic;
    this.serializer = serializer;
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
    return new ProducerRecord<>(
        promptsTopic,
        PromptPartitioner.partition(promptId, promptPartitions),
        promptId,
        serializer.serialize(promptsTopic, value));
  }

  ProducerRecord<String, byte[]> position(SourcePosition position) {
    return new ProducerRecord<>(
        positionsTopic, source, serializer.serialize(positionsTopic, position));
  }
}
