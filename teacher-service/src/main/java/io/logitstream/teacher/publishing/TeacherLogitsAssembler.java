package io.logitstream.teacher.publishing;

import io.logitstream.schemas.Prompt;
import io.logitstream.schemas.TeacherIdentity;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.TrainedSpan;
import io.logitstream.teacher.batching.PositionRange;
import io.logitstream.teacher.batching.Window;
import io.logitstream.teacher.coding.PayloadEncoder;
import io.logitstream.teacher.intake.PreparedPrompt;
import io.logitstream.teacher.scoring.ScoredWindow;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Puts together what is published about a window: all of the prompt that training needs. */
public final class TeacherLogitsAssembler {
  private final TeacherIdentity teacher;
  private final Optional<String> computeType;
  private final PayloadEncoder payloads;
  private final InstantSource clock;

  /**
   * @param computeType number type of the teacher's matrix products; empty where nothing is scored
   */
  public TeacherLogitsAssembler(
      TeacherIdentity teacher,
      Optional<String> computeType,
      PayloadEncoder payloads,
      InstantSource clock) {
    this.teacher = teacher;
    this.computeType = computeType;
    this.payloads = payloads;
    this.clock = clock;
  }

  /** The record of a scored window of a prompt. */
  public TeacherLogits assemble(
      PreparedPrompt.Scorable scorable, Window window, ScoredWindow scored) {
    Prompt prompt = scorable.prompt();
    TeacherLogits.Builder record =
        TeacherLogits.newBuilder()
            .setPromptId(prompt.getPromptId())
            .setWindow(window.index())
            .setWindows(scorable.windows().size())
            .setTeacher(teacher)
            .setSpans(spans(window, scored))
            .setTemperature(scored.temperature())
            .setSource(prompt.getSource())
            .setSourcePosition(prompt.getSourcePosition())
            .setPromptPartition(scorable.read().partition())
            .setPromptOffset(scorable.read().offset())
            .setDocumentGroup(prompt.getDocumentGroup())
            .setHeldOut(prompt.getHeldOut())
            .setSubject(prompt.getSubject())
            .setDomain(prompt.getDomain())
            .setOrigin(prompt.getOrigin())
            .setWeight(prompt.getWeight())
            .setComputeType(computeType.orElse(null))
            .setCreatedAt(prompt.getCreatedAt())
            .setScoredAt(clock.instant().truncatedTo(ChronoUnit.MILLIS))
            .setAttributes(Map.copyOf(prompt.getAttributes()));
    payloads.encodeInto(record, scored.logits());
    return record.build();
  }

  private static List<TrainedSpan> spans(Window window, ScoredWindow scored) {
    List<TrainedSpan> spans = new ArrayList<>();
    for (int index = 0; index < window.trained().size(); index++) {
      PositionRange range = window.trained().get(index);
      int at = index;
      Float entropySum = scored.entropySums().map(sums -> sums[at]).orElse(null);
      spans.add(new TrainedSpan(range.start(), range.end(), entropySum, 1.0));
    }
    return spans;
  }
}
