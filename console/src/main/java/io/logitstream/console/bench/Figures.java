package io.logitstream.console.bench;

import io.logitstream.console.ProcessMemory;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.torchscript.TorchEngine;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the figures of all benchmarks have in common. */
final class Figures {
  private static final MathContext DIGITS = new MathContext(5);

  private Figures() {}

  /** A figure in five digits: more is noise. */
  static double rounded(double value) {
    return Double.isFinite(value) ? new BigDecimal(value).round(DIGITS).doubleValue() : value;
  }

  /** The model's sizes, as papers name them. */
  static Map<String, Object> shape(ModelConfig config) {
    Map<String, Object> shape = new LinkedHashMap<>();
    shape.put("layers", config.layers());
    shape.put("hiddenSize", config.hiddenSize());
    shape.put("attentionHeads", config.attentionHeads());
    shape.put("keyValueHeads", config.keyValueHeads());
    shape.put("headSize", config.headSize());
    shape.put("intermediateSize", config.intermediateSize());
    shape.put("vocabularySize", config.vocabularySize());
    shape.put("tiedEmbeddings", config.tiedEmbeddings());
    shape.put("parameters", config.parameters());
    return shape;
  }

  /** What it was measured on. */
  static Map<String, Object> environment(TorchEngine engine, ComputeType computeType) {
    Map<String, Object> environment = new LinkedHashMap<>();
    environment.put("device", engine.deviceName());
    environment.put("computeType", computeType.label());
    environment.put("threads", engine.threads());
    environment.put("libtorch", engine.libtorchVersion());
    ProcessMemory.peakBytes().ifPresent(bytes -> environment.put("peakMemoryBytes", bytes));
    return environment;
  }
}
