package io.logitstream.console.commands;

import io.logitstream.console.bench.LoopBench;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.torchscript.TorchEngine;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.TopicSettings;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.platform.lifecycle.ExitStatus;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Times the trainer's loop over a full topic. */
@Command(
    name = "loop",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Times the trainer itself over a topic that is full, on a broker in this process (a temporary"
          + " folder), and in turns with it the same steps on the same windows from memory:"
          + " waitShare, the share of the loop's time in which it waited for data; tokensPerSecond"
          + " beside fromMemoryTokensPerSecond; timeRatio of each round, below 1 where the loop is"
          + " faster; sameWeights, that both students end alike, bit for bit. Samples are coded"
          + " under a prior, as the teacher service writes them. No checkpoint and no evaluation"
          + " falls into what is timed: bench checkpoints tells what those take.",
      "Exit code 0 says that waitShare is below 0.05 and the weights are the same, 3 that they are"
          + " not.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream bench loop",
      "  logitstream bench loop --encoding full --rounds 3",
      "  logitstream bench loop --model demo-student --steps 100",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class BenchLoopCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private BenchBatchOptions batch;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "How often both are timed; who went first goes second in the next round (default:"
              + " ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      defaultValue = "3",
      description = "Steps of each before those that count (default: ${DEFAULT-VALUE}).")
  private int warmup;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "20",
      description = "Steps of each that count (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Mixin private BenchShapeOptions shape;

  @Override
  public Integer call() throws Exception {
    check(rounds >= 1 && warmup >= 1 && steps >= 1, "counts must be positive");
    ModelConfig config = batch.config(shape, spec);
    TorchEngine engine = shape.start();
    LoopBench bench =
        new LoopBench(
            config,
            shape.computeType(engine),
            shape.device(),
            shape.threads(),
            batch.batch(),
            rounds,
            warmup,
            steps);
    try (BenchKafka kafka = BenchKafka.start();
        TemporaryFolder student = TemporaryFolder.create("logitstream-bench-student")) {
      KafkaClients clients = kafka.clients();
      TopicSettings topics = new TopicSettings("", 1, (short) 1);
      try (Admin admin = clients.admin()) {
        Topics.create(admin, topics.pipeline());
      }
      LoopBench.Outcome outcome = bench.run(engine, clients, topics, student.path());
      spec.commandLine().getOut().println(OutputOption.json(outcome.figures()));
      return (outcome.holds() ? ExitStatus.OK : ExitStatus.REFUTED).code();
    }
  }

  private void check(boolean holds, String message) {
    if (!holds) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }
}
