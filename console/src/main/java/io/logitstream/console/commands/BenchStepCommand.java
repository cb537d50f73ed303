package io.logitstream.console.commands;

import io.logitstream.console.bench.StepBench;
import io.logitstream.console.bench.SyntheticBatch;
import io.logitstream.distillation.loss.ObjectiveSettings;
import io.logitstream.distillation.loss.SoftMix;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.torchscript.TorchEngine;
import io.logitstream.platform.lifecycle.ExitStatus;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Times training steps. */
@Command(
    name = "step",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Times whole training steps (forward, loss, backward, AdamW) on sequences from memory:"
          + " stepMsMedian, tokensPerSecond, matmulPeakGflops, utilisation (the step's arithmetic"
          + " over that peak), peakMemoryBytes.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream bench step",
      "  logitstream bench step --encoding full --loss 'jensen-shannon(0.5)'",
      "  logitstream bench step --shape 'L4 d896 H14 KV2 ff4864 V151936' --sequences 1"
          + " --positions 4096 --steps 3 --recompute-layers",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class BenchStepCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private BenchBatchOptions batch;

  @Option(
      names = "--loss",
      paramLabel = "LOSS",
      defaultValue = "forward-kl",
      description = "The soft loss, as loss.soft (default: ${DEFAULT-VALUE}).")
  private String loss;

  @Option(
      names = "--soft-weight",
      paramLabel = "SHARE",
      defaultValue = "0.9",
      description = "Share of the soft loss, as loss.soft-weight (default: ${DEFAULT-VALUE}).")
  private double softWeight;

  @Option(
      names = "--micro-batch-tokens",
      paramLabel = "N",
      defaultValue = "4096",
      description = "Positions of a micro-batch (default: ${DEFAULT-VALUE}).")
  private int microBatchTokens;

  @Option(
      names = "--recompute-layers",
      description = "Compute layers again in the backward pass, as train.recompute-layers.")
  private boolean recompute;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      defaultValue = "3",
      description = "Steps before those that count (default: ${DEFAULT-VALUE}).")
  private int warmup;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "20",
      description = "Steps that count (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Mixin private BenchShapeOptions shape;

  @Override
  public Integer call() throws IOException {
    check(steps >= 1 && warmup >= 0, "counts must be positive");
    ModelConfig config = batch.config(shape, spec);
    ObjectiveSettings objective =
        new ObjectiveSettings(
            batch.encoding() == SyntheticBatch.Encoding.LABELS ? 0 : softWeight,
            1,
            SoftMix.parse(loss),
            Optional.empty());
    TorchEngine engine = shape.start();
    Map<String, Object> figures =
        new StepBench(
                config,
                shape.computeType(engine),
                batch.batch(),
                objective,
                microBatchTokens,
                recompute,
                warmup,
                steps)
            .run(engine);
    spec.commandLine().getOut().println(OutputOption.json(figures));
    return ExitStatus.OK.code();
  }

  private void check(boolean holds, String message) {
    if (!holds) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }
}
