package io.logitstream.console.commands;

import io.logitstream.console.bench.SyntheticBatch;
import io.logitstream.model.decoder.ModelConfig;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What a step that is timed trains on. */
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class BenchBatchOptions {
  @Option(
      names = "--sequences",
      paramLabel = "B",
      defaultValue = "8",
      description = "Sequences of a step, a record each (default: ${DEFAULT-VALUE}).")
  private int sequences;

  @Option(
      names = "--positions",
      paramLabel = "T",
      defaultValue = "256",
      description = "Positions of a sequence (default: ${DEFAULT-VALUE}).")
  private int positions;

  @Option(
      names = "--encoding",
      paramLabel = "labels|sampled|full",
      defaultValue = "sampled",
      description = "What the teacher's records carry (default: ${DEFAULT-VALUE}).")
  private SyntheticBatch.Encoding encoding;

  @Option(
      names = "--ids",
      paramLabel = "N",
      defaultValue = "32",
      description = "Ids of a sampled position (default: ${DEFAULT-VALUE}).")
  private int ids;

  SyntheticBatch.Encoding encoding() {
    return encoding;
  }

  /**
   * The model that is trained on it.
   *
   * @throws ParameterException if the numbers are not positive, or it has not so many ids
   */
  ModelConfig config(BenchShapeOptions shape, CommandSpec spec) throws IOException {
    if (sequences < 1 || positions < 1) {
      throw new ParameterException(spec.commandLine(), "counts must be positive");
    }
    ModelConfig config = shape.config(positions);
    if (ids < 1 || ids > config.vocabularySize()) {
      throw new ParameterException(spec.commandLine(), "--ids must lie within the vocabulary");
    }
    return config;
  }

  SyntheticBatch batch() {
    return new SyntheticBatch(encoding, sequences, positions, ids);
  }
}
