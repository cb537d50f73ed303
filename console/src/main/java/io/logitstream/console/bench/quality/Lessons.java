package io.logitstream.console.bench.quality;

import io.logitstream.distillation.step.PositionRange;
import io.logitstream.distillation.step.TrainingExample;
import io.logitstream.logits.CodedLogitsCodec;
import io.logitstream.logits.Labels;
import io.logitstream.logits.SampledLogits;
import io.logitstream.logits.SparseLogits;
import io.logitstream.logits.SparseLogitsCodec;
import io.logitstream.logits.SystematicSampler;
import io.logitstream.logits.TopKLogits;
import io.logitstream.logits.TopKSelector;
import io.logitstream.logits.coding.ContextPrior;
import io.logitstream.logits.coding.PriorLearner;
import io.logitstream.schemas.LogitsEncoding;
import io.logitstream.teacher.scoring.ScoringTask;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Turns what the teacher said into what a student reads, by way of the payload that would be on the
 * log: every method starts from the same distribution. One thread.
 */
final class Lessons {
  private static final String REVISION = "bench-quality";
  private static final int MAX_TOKENS = QualityTexts.POSITIONS + 1;

  private final CodedLogitsCodec codec;
  private final SystematicSampler sampler;
  private final int vocabularySize;
  private final int topK;

  /**
   * What a student reads of a window.
   *
   * @param payloadBytes size of its payload
   */
  record Lesson(TrainingExample example, int payloadBytes) {}

  Lessons(ContextPrior prior, int sampleSize, int topK) {
    this.vocabularySize = prior.vocabularySize();
    this.codec = new CodedLogitsCodec(prior);
    this.sampler = new SystematicSampler(vocabularySize, sampleSize);
    this.topK = topK;
  }

  /** A prior that is learned from samples of the teacher's distributions. */
  static ContextPrior learnPrior(List<ScoredText> texts, int vocabularySize, int sampleSize) {
    PriorLearner learner = new PriorLearner(vocabularySize);
    SystematicSampler sampler = new SystematicSampler(vocabularySize, sampleSize);
    for (ScoredText text : texts) {
      learner.add(CodedLogitsCodec.sequence(sample(text, sampler), spans(text)));
    }
    return learner.build();
  }

  /** The lesson of a method. */
  Lesson lesson(TeachingMethod method, ScoredText text) {
    return switch (method) {
      case LABELS -> plain(text, LogitsEncoding.LABELS, new Labels(text.logits().tokens()));
      case TOP_K -> {
        TopKLogits top = TopKSelector.select(text.logits(), topK);
        yield packed(text, LogitsEncoding.TOP_K, top, codec.encode(top, spans(text)));
      }
      case SAMPLED -> {
        SampledLogits sampled = sample(text, sampler);
        yield packed(text, LogitsEncoding.SAMPLED, sampled, codec.encode(sampled, spans(text)));
      }
      case FULL -> plain(text, LogitsEncoding.FULL, text.logits());
    };
  }

  /** A window with every logit, as students are evaluated on it. */
  static TrainingExample whole(ScoredText text) {
    return example(text, text.logits());
  }

  private Lesson plain(ScoredText text, LogitsEncoding encoding, SparseLogits logits) {
    byte[] payload = SparseLogitsCodec.encode(logits);
    SparseLogits read =
        SparseLogitsCodec.decode(
            encoding,
            SparseLogitsCodec.VERSION,
            ByteBuffer.wrap(payload),
            vocabularySize,
            MAX_TOKENS);
    return new Lesson(example(text, read), payload.length);
  }

  /** Coded where that can be, as a teacher writes it. */
  private Lesson packed(
      ScoredText text, LogitsEncoding encoding, SparseLogits logits, Optional<byte[]> coded) {
    return coded
        .map(
            payload ->
                new Lesson(
                    example(text, codec.decode(ByteBuffer.wrap(payload), MAX_TOKENS).logits()),
                    payload.length))
        .orElseGet(() -> plain(text, encoding, logits));
  }

  private static SampledLogits sample(ScoredText text, SystematicSampler sampler) {
    ScoringTask task = text.text().task();
    return sampler.sample(
        text.logits(), spans(text), task.promptId(), task.window().index(), REVISION);
  }

  private static int[] spans(ScoredText text) {
    return text.text().task().window().trained().stream()
        .flatMapToInt(range -> IntStream.of(range.start(), range.end()))
        .toArray();
  }

  private static TrainingExample example(ScoredText text, SparseLogits logits) {
    return new TrainingExample(
        logits.tokens(),
        text.text().task().window().trained().stream()
            .map(range -> new PositionRange(range.start(), range.end()))
            .toList(),
        1,
        text.text().domain(),
        logits,
        1f,
        List.of());
  }
}
