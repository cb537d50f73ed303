package io.logitstream.console.bench.teacher;

import io.logitstream.console.bench.TextFolders;
import io.logitstream.console.models.LoadedModel;
import io.logitstream.console.models.WrittenOn;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.Decoder;
import io.logitstream.model.decoder.ModelDirectory;
import io.logitstream.model.generation.SamplingSettings;
import io.logitstream.model.scoring.TextScore;
import io.logitstream.model.scoring.TextScorer;
import io.logitstream.model.tokenizer.Tokenizer;
import io.logitstream.model.torchscript.TorchEngine;
import io.logitstream.producer.source.SourceDocument;
import io.logitstream.producer.source.SourceTexts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Measures a teacher beside {@code xz -9e} and a 5-gram on text that is new to all three. */
public final class TeacherQualityBench {
  private static final String SOURCE = "bench-teacher-quality";
  private static final int ORDER = 5;
  private static final int PROMPT_CHARACTERS = 400;
  private static final double TEMPERATURE = 0.8;
  private static final double TOP_P = 0.95;

  /** What stands before a text for the 5-gram where the tokenizer has no token for it. */
  private static final int NO_TOKEN = -1;

  private final TeacherQualityPlan plan;
  private final Consumer<String> news;

  /**
   * @param news hears of each part that is done
   */
  public TeacherQualityBench(TeacherQualityPlan plan, Consumer<String> news) {
    this.plan = plan;
    this.news = news;
  }

  /** Measures all of it; takes minutes. */
  public TeacherQualityReport run(TorchEngine engine, ComputeType computeType) throws IOException {
    ModelDirectory directory = ModelDirectory.open(plan.teacher());
    LoadedModel model =
        new LoadedModel(directory.config(), directory.weights(), directory.tokenizerJson());
    List<SourceDocument> traffic = new ArrayList<>();
    forEachDocument(plan.traffic(), traffic::add);
    List<MeasuredText> texts = MeasuredText.everyNth(traffic, plan.every());
    List<Overlap> overlaps = overlaps(traffic, texts);
    news.accept("near-duplicates are counted");
    List<TeacherStanding> standings = new ArrayList<>();
    List<TeacherQualityReport.Sample> samples = new ArrayList<>();
    long trainingTokens;
    try (Tokenizer tokenizer = model.tokenizer();
        Decoder decoder = model.decoder(engine, computeType)) {
      KneserNey fiveGram = learn(tokenizer);
      trainingTokens = fiveGram.tokens();
      news.accept("the 5-gram has learned from %,d tokens".formatted(trainingTokens));
      for (MeasuredText text : texts) {
        standings.add(measure(text, decoder, tokenizer, fiveGram));
        samples.add(sample(text, decoder, tokenizer));
        news.accept("%s is measured".formatted(text.domain()));
      }
    }
    return new TeacherQualityReport(
        plan,
        directory.weightsSha256(),
        model.config(),
        computeType,
        trainingTokens,
        standings,
        overlaps,
        samples);
  }

  private List<Overlap> overlaps(List<SourceDocument> traffic, List<MeasuredText> texts)
      throws IOException {
    NearDuplicates duplicates = new NearDuplicates(plan.heldOut());
    forEachDocument(plan.training(), duplicates::addTraining);
    traffic.forEach(duplicates::addTraffic);
    Set<String> measured = new HashSet<>();
    texts.forEach(text -> measured.addAll(text.names()));
    return duplicates.overlaps(measured);
  }

  /** The same texts as the teacher's, in the same tokens. */
  private KneserNey learn(Tokenizer tokenizer) throws IOException {
    KneserNey model = new KneserNey(ORDER, tokenizer.vocabularySize());
    int begin = tokenizer.bos().orElse(NO_TOKEN);
    forEachDocument(
        plan.training(),
        document -> {
          IntStream ids = Arrays.stream(tokenizer.encode(document.text()));
          if (tokenizer.eos().isPresent()) {
            ids = IntStream.concat(ids, IntStream.of(tokenizer.eos().getAsInt()));
          }
          model.learn(ids.toArray(), begin);
        });
    return model;
  }

  private static TeacherStanding measure(
      MeasuredText measured, Decoder decoder, Tokenizer tokenizer, KneserNey fiveGram) {
    String text = measured.text();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    TextScore score = new TextScorer(decoder, tokenizer).score(text);
    int[] ids = tokenizer.encode(text);
    // Without a token for the beginning the teacher is not asked for the first one.
    int first = tokenizer.bos().isPresent() ? 0 : 1;
    int foretold = bytes.length - (first == 0 ? 0 : tokenizer.utf8Length(ids[0]));
    return new TeacherStanding(
        measured.domain(),
        measured.documents().size(),
        foretold,
        ids.length - first,
        score.bitsPerByte(),
        8.0 * XzSize.of(bytes) / bytes.length,
        fiveGram.bits(ids, first, tokenizer.bos().orElse(NO_TOKEN)) / foretold);
  }

  private TeacherQualityReport.Sample sample(
      MeasuredText text, Decoder decoder, Tokenizer tokenizer) {
    SourceDocument document = text.documents().get(0);
    String prompt = passage(document.text());
    return new TeacherQualityReport.Sample(
        text.domain(),
        document.name(),
        prompt,
        WrittenOn.after(
            prompt,
            decoder,
            tokenizer,
            plan.sampleTokens(),
            new SamplingSettings(TEMPERATURE, TOP_P, plan.sampleSeed()),
            () -> true));
  }

  /** Lines from the middle of a text, where code is; of a short one, its beginning. */
  private static String passage(String text) {
    int line = text.indexOf('\n', text.length() / 2) + 1;
    boolean isLong = text.length() - line >= PROMPT_CHARACTERS;
    return WrittenOn.beginning(isLong ? text.substring(line) : text, PROMPT_CHARACTERS);
  }

  private void forEachDocument(Path folder, Consumer<SourceDocument> consumer) throws IOException {
    SourceTexts.forEachDocument(
        TextFolders.source(
            SOURCE, TextFolders.domains(folder), 1, Integer.MAX_VALUE, plan.heldOut()),
        (document, reason, found) ->
            news.accept("passed over %s: it %s".formatted(document, found)),
        consumer);
  }
}
