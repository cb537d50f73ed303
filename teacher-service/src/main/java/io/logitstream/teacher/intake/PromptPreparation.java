package io.logitstream.teacher.intake;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.RecordPlace;
import io.logitstream.platform.registry.RecordDeserializer;
import io.logitstream.schemas.Prompt;
import io.logitstream.teacher.batching.PromptWindows;
import io.logitstream.teacher.batching.UnscorablePromptException;
import io.logitstream.teacher.batching.Window;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** From the bytes of a record to the windows of a prompt, or to the reason why there are none. */
public final class PromptPreparation
    implements Function<ConsumerRecord<String, byte[]>, PreparedPrompt> {
  private final RecordDeserializer<Prompt> deserializer;
  private final PromptWindows windows;
  private final LogitsLimit limit;
  private final Set<RecordPlace> skips;

  /**
   * @param skips records that an operator condemned: not even looked at
   */
  public PromptPreparation(
      RecordDeserializer<Prompt> deserializer,
      PromptWindows windows,
      LogitsLimit limit,
      Set<RecordPlace> skips) {
    this.deserializer = deserializer;
    this.windows = windows;
    this.limit = limit;
    this.skips = Set.copyOf(skips);
  }

  /**
   * @throws LogitstreamException if the environment, and not the record, is at fault
   */
  @Override
  public PreparedPrompt apply(ConsumerRecord<String, byte[]> read) {
    if (read.value() == null) {
      return new PreparedPrompt.Erasure(read);
    }
    if (skips.contains(new RecordPlace(read.partition(), read.offset()))) {
      return new PreparedPrompt.Condemned(
          read, "operator", new UnscorablePromptException("operator", "teacher.skip names this"));
    }
    try {
      Prompt prompt = deserializer.deserialize(read.topic(), read.value());
      List<Window> cut = windows.of(prompt);
      return new PreparedPrompt.Scorable(read, prompt, cut, limit.bytes(prompt, cut));
    } catch (UnscorablePromptException e) {
      return new PreparedPrompt.Condemned(read, e.code(), e);
    } catch (LogitstreamException e) {
      if (e.kind() != FailureKind.POISON) {
        throw e;
      }
      return new PreparedPrompt.Condemned(read, "malformed-prompt", e);
    }
  }
}
