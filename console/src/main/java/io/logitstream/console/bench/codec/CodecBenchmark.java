package io.logitstream.console.bench.codec;

import io.logitstream.logits.SampledLogits;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.priors.PriorCodecs;
import io.logitstream.schemas.TeacherLogits;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads published records back, measures them, and says which of the codec's promises hold. */
final class CodecBenchmark {
  /** Positions of a window whose distributions are looked at: evenly spread. */
  private static final int POSITIONS_OF_A_WINDOW = 256;

  private final KafkaClients clients;
  private final PriorCodecs priors;
  private final List<Promise> promises = new ArrayList<>();

  /**
   * Something that must hold.
   *
   * @param name what it is about
   * @param found what was measured
   * @param least the least that is allowed
   * @param most the most that is allowed
   */
  record Promise(String name, double found, double least, double most) {
    boolean holds() {
      return found >= least && found <= most;
    }
  }

  CodecBenchmark(KafkaClients clients, PriorCodecs priors) {
    this.clients = clients;
    this.priors = priors;
  }

  PublishedRecords read(BenchTeacher teacher, BenchTopic topic) {
    String prefix = clients.settings().topicPrefix();
    return PublishedRecords.read(
        clients, topic.named(prefix, teacher.identity().getName()), priors);
  }

  void promise(String name, double found, double least, double most) {
    promises.add(new Promise(name, found, least, most));
  }

  /**
   * Measures a teacher's records; their promises are {@code mostBytes} a token, all included,
   * Kafka's framing within a tenth of that, and a gradient that varies no more than that of 50
   * draws.
   *
   * @param share promises a share of the reference's bytes; null where {@code mostBytes} counts
   */
  Map<String, Object> measure(
      BenchTeacher teacher, PublishedRecords coded, double mostBytes, @Nullable Double share) {
    String name = teacher.identity().getName();
    Fidelity fidelity = fidelity(teacher, coded);
    double limit = share == null ? mostBytes : share * fidelity.referenceBytes();
    promise(name + ".bytesPerToken", coded.bytesPerToken(), 0, limit);
    promise(name + ".framing", coded.logBytesPerToken() / coded.bytesPerToken(), 0, 1.1);
    promise(
        name + ".gradientVariance", fidelity.measuredVariance(), 0, fidelity.referenceVariance());
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("vocabularySize", teacher.identity().getVocabularySize());
    figures.put("records", coded.records().size());
    figures.put("positionsPerRecord", teacher.windowPositions());
    figures.put("sampleSize", coded.records().get(0).getSampleSize());
    figures.put("meanEntropyBits", fidelity.meanEntropy());
    figures.put("entropyBitsP10", fidelity.entropyQuantile(0.1));
    figures.put("entropyBitsP90", fidelity.entropyQuantile(0.9));
    figures.put("top1Mass", fidelity.topMass(1));
    figures.put("top50Mass", fidelity.topMass(50));
    figures.put("gradientVariance", fidelity.measuredVariance());
    figures.put("gradientVarianceExpected", fidelity.systematicVariance());
    figures.put("references", fidelity.references());
    figures.put("shareOfReference", coded.bytesPerToken() / fidelity.referenceBytes());
    return figures;
  }

  private static Fidelity fidelity(BenchTeacher teacher, PublishedRecords coded) {
    Fidelity fidelity =
        new Fidelity(
            teacher.identity().getVocabularySize(),
            coded.records().size() * teacher.windowPositions());
    int first = teacher.priorWindows();
    int stride = Math.max(1, teacher.windowPositions() / POSITIONS_OF_A_WINDOW);
    Map<String, SampledLogits> byPrompt = new LinkedHashMap<>();
    for (int index = 0; index < coded.records().size(); index++) {
      TeacherLogits record = coded.records().get(index);
      byPrompt.put(record.getPromptId(), (SampledLogits) coded.logits().get(index));
    }
    teacher.score(
        first,
        teacher.windows(),
        (window, tokens, position, probabilities, offset) -> {
          SampledLogits sampled = byPrompt.get(WindowSamples.promptId(window));
          if (sampled == null) {
            throw new IllegalStateException(
                "window %d is not on the topic: publish anew, under another topics.prefix"
                    .formatted(window));
          }
          if (position % stride == 0) {
            fidelity.add(probabilities, offset, sampled, position);
          }
        });
    return fidelity;
  }

  /** Sizes of the records of each encoding. */
  Map<String, Object> sizes(BenchTeacher teacher, PublishedRecords coded, List<BenchTopic> topics) {
    Map<String, Object> sizes = new LinkedHashMap<>();
    for (BenchTopic topic : topics) {
      PublishedRecords records = topic == BenchTopic.SAMPLED ? coded : read(teacher, topic);
      sizes.put(
          topic.name().toLowerCase(Locale.ROOT).replace('_', '-'),
          Map.of(
              "bytesPerToken", records.bytesPerToken(),
              "payloadBytesPerToken", records.payloadBytesPerToken(),
              "logBytesPerToken", records.logBytesPerToken()));
    }
    return sizes;
  }

  /** Whether all promises hold. */
  boolean holds() {
    return promises.stream().allMatch(Promise::holds);
  }

  /** The promises as a report tells of them. */
  List<Map<String, Object>> promises() {
    List<Map<String, Object>> told = new ArrayList<>();
    for (Promise promise : promises) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("name", promise.name());
      line.put("found", promise.found());
      if (promise.least() > 0) {
        line.put("least", promise.least());
      }
      if (promise.most() < Double.MAX_VALUE) {
        line.put("most", promise.most());
      }
      line.put("holds", promise.holds());
      told.add(line);
    }
    return told;
  }
}
