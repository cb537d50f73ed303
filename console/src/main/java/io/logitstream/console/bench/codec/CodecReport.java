package io.logitstream.console.bench.codec;

import io.logitstream.logits.SparseLogits;
import io.logitstream.model.torchscript.TorchEngine;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.priors.PriorCodecs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The benchmark of the logit log's codec: publishes the records of two teachers where asked to,
 * reads them back, and measures size, fidelity and speed beside a training step.
 *
 * @param figures the report, to be written as JSON
 * @param holds whether all promises hold
 */
public record CodecReport(Map<String, Object> figures, boolean holds) {
  /** The least windows of the demo's teacher that can be measured: a step trains on them. */
  public static final int LEAST_DEMO_WINDOWS = StepSpeed.BATCH;

  private static final long SEED = 1;

  /** Tokens that are decoded while one is trained on. */
  private static final int LEAD = 40;

  /**
   * What is measured.
   *
   * @param teacher directory of the demo's teacher
   * @param traffic folder with the archives of the demo's traffic
   * @param demoPriorWindows windows of 256 tokens that the demo teacher's prior is learned from
   * @param demoWindows windows of the demo teacher that are measured
   * @param syntheticPriorWindows windows of 2,048 tokens for the synthetic teacher's prior
   * @param syntheticWindows windows of the synthetic teacher that are measured
   * @param publishes whether the records are published first
   * @param replicationFactor copies of the topics that are created
   */
  public record Plan(
      Path teacher,
      Path traffic,
      int demoPriorWindows,
      int demoWindows,
      int syntheticPriorWindows,
      int syntheticWindows,
      boolean publishes,
      short replicationFactor) {}

  /** Runs the benchmark; minutes. */
  public static CodecReport run(KafkaClients clients, Plan plan) throws IOException {
    TorchEngine engine = TorchEngine.start("cpu", 2);
    try (BenchTeacher demo =
            new DemoTeacher(
                engine,
                plan.teacher(),
                plan.traffic(),
                plan.demoPriorWindows(),
                plan.demoWindows());
        SyntheticTeacher synthetic =
            new SyntheticTeacher(SEED, plan.syntheticPriorWindows(), plan.syntheticWindows());
        PriorCodecs priors = new PriorCodecs(clients)) {
      if (plan.publishes()) {
        publish(clients, demo, plan.replicationFactor(), true);
        publish(clients, synthetic, plan.replicationFactor(), false);
      }
      return measure(new CodecBenchmark(clients, priors), engine, demo, synthetic, priors);
    }
  }

  private static void publish(
      KafkaClients clients, BenchTeacher teacher, short replicationFactor, boolean full) {
    try (CodecPublication publication = new CodecPublication(clients, teacher, replicationFactor)) {
      publication.publish(full);
    }
  }

  private static CodecReport measure(
      CodecBenchmark benchmark,
      TorchEngine engine,
      BenchTeacher demo,
      SyntheticTeacher synthetic,
      PriorCodecs priors) {
    PublishedRecords demoRecords = benchmark.read(demo, BenchTopic.SAMPLED);
    PublishedRecords syntheticRecords = benchmark.read(synthetic, BenchTopic.SAMPLED);
    Map<String, Object> figures = new LinkedHashMap<>();
    // Speeds first, while nothing else has filled the memory.
    StepSpeed step = StepSpeed.measure(engine, demoRecords);
    figures.put(
        "trainingStep",
        Map.of(
            "shape", StepSpeed.SHAPE + ", T256 B8",
            "computeType", step.computeType(),
            "threads", step.threads(),
            "tokensPerSecond", step.tokens()));
    Map<String, Object> speeds = new LinkedHashMap<>();
    for (PublishedRecords records : List.of(demoRecords, syntheticRecords)) {
      String name = records.records().get(0).getTeacher().getName();
      CodecSpeed speed = CodecSpeed.measure(records, priors);
      speeds.put(
          name,
          Map.of(
              "encodedTokensPerSecond", speed.encodedTokens(),
              "decodedTokensPerSecond", speed.decodedTokens()));
      if (records == demoRecords) {
        double least = LEAD * step.tokens();
        benchmark.promise("encodedTokensPerSecond", speed.encodedTokens(), least, Double.MAX_VALUE);
        benchmark.promise("decodedTokensPerSecond", speed.decodedTokens(), least, Double.MAX_VALUE);
      }
    }
    figures.put("codec", speeds);
    Map<String, Object> ofDemo = benchmark.measure(demo, demoRecords, 0, 1 / 3.0);
    ofDemo.put("encodings", benchmark.sizes(demo, demoRecords, List.of(BenchTopic.values())));
    QuantisedFull quantised =
        QuantisedFull.measure(
            benchmark.read(demo, BenchTopic.FULL), benchmark.read(demo, BenchTopic.FULL_CODED));
    benchmark.promise("fullCoded.greatestKl", quantised.greatestKl(), 0, QuantisedFull.KL_BOUND);
    ofDemo.put("fullCoded", quantised.figures());
    figures.put("demo-teacher", ofDemo);
    Map<String, Object> ofSynthetic = benchmark.measure(synthetic, syntheticRecords, 9, null);
    ofSynthetic.put(
        "encodings",
        benchmark.sizes(
            synthetic,
            syntheticRecords,
            Stream.of(BenchTopic.values()).filter(topic -> !topic.isFull()).toList()));
    double bigram = bigramBits(synthetic, syntheticRecords);
    ofSynthetic.put("bigramCrossEntropyBits", bigram);
    promiseHardness(benchmark, ofSynthetic, bigram);
    figures.put("synthetic", ofSynthetic);
    figures.put("promises", benchmark.promises());
    figures.put("holds", benchmark.holds());
    return new CodecReport(figures, benchmark.holds());
  }

  /** The synthetic teacher must be as hard as natural text is: each figure within 5 %. */
  private static void promiseHardness(
      CodecBenchmark benchmark, Map<String, Object> figures, double bigramBits) {
    benchmark.promise("synthetic.meanEntropyBits", value(figures, "meanEntropyBits"), 2.945, 3.255);
    benchmark.promise("synthetic.entropyBitsP10", value(figures, "entropyBitsP10"), 0, 0.1);
    benchmark.promise(
        "synthetic.entropyBitsP90", value(figures, "entropyBitsP90"), 6.5, Double.MAX_VALUE);
    benchmark.promise("synthetic.top1Mass", value(figures, "top1Mass"), 0.513, 0.567);
    benchmark.promise("synthetic.top50Mass", value(figures, "top50Mass"), 0.874, 0.966);
    benchmark.promise("synthetic.bigramCrossEntropyBits", bigramBits, 6, Double.MAX_VALUE);
  }

  private static double value(Map<String, Object> figures, String name) {
    return figures.get(name) instanceof Double value ? value : Double.NaN;
  }

  private static double bigramBits(SyntheticTeacher teacher, PublishedRecords published) {
    double bits = 0;
    long tokens = 0;
    for (SparseLogits logits : published.logits()) {
      for (int position = 0; position + 1 < logits.tokens().length; position++) {
        bits += teacher.bigramBits(logits.tokens()[position], logits.tokens()[position + 1]);
        tokens++;
      }
    }
    return bits / tokens;
  }
}
