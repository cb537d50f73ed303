package io.logitstream.console.commands;

import io.logitstream.console.bench.CheckpointBench;
import io.logitstream.console.bench.SyntheticBatch;
import io.logitstream.model.torchscript.TorchEngine;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.TopicSettings;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.platform.lifecycle.ExitStatus;
import io.logitstream.schemas.topics.CleanupPolicy;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.schemas.topics.TopicSpecification;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Times checkpoints. */
@Command(
    name = "checkpoints",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Times checkpoints while training steps go on, on a broker in this process (a temporary"
          + " folder): megabytesPerSecond from the snapshot to the commit, beside"
          + " plainMegabytesPerSecond of a producer that sends the same bytes plainly; heldMs, for"
          + " which training waits; lostMs, which is that and what the steps beside the upload"
          + " last longer; heldShareAtOneAMinute and shareAtOneAMinute, of a minute.",
      "The broker shares this machine with the training, which costs steps more and takes no"
          + " network: with a broker elsewhere the share is smaller, and the speed another.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream bench checkpoints",
      "  logitstream bench checkpoints --model demo-student --checkpoints 10",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class BenchCheckpointsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--sequences",
      paramLabel = "B",
      defaultValue = "8",
      description = "Sequences of a step (default: ${DEFAULT-VALUE}).")
  private int sequences;

  @Option(
      names = "--positions",
      paramLabel = "T",
      defaultValue = "256",
      description = "Positions of a sequence (default: ${DEFAULT-VALUE}).")
  private int positions;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "10",
      description = "Steps before each checkpoint (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--checkpoints",
      paramLabel = "N",
      defaultValue = "8",
      description = "Checkpoints that count (default: ${DEFAULT-VALUE}).")
  private int checkpoints;

  @Mixin private BenchShapeOptions shape;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (sequences < 1 || positions < 1 || steps < 1 || checkpoints < 1) {
      throw new ParameterException(spec.commandLine(), "counts must be positive");
    }
    TorchEngine engine = shape.start();
    CheckpointBench bench =
        new CheckpointBench(
            shape.config(positions),
            shape.computeType(engine),
            new SyntheticBatch(SyntheticBatch.Encoding.LABELS, sequences, positions, 1),
            steps,
            checkpoints);
    try (BenchKafka kafka = BenchKafka.start()) {
      KafkaClients clients = kafka.clients();
      createTopics(clients);
      spec.commandLine().getOut().println(OutputOption.json(bench.run(engine, clients)));
    }
    return ExitStatus.OK.code();
  }

  private static void createTopics(KafkaClients clients) {
    TopicSettings topics = new TopicSettings("", 1, (short) 1);
    TopicSpecification chunks = topics.specification(Topic.CHECKPOINT_CHUNKS);
    try (Admin admin = clients.admin()) {
      Topics.create(
          admin,
          List.of(
              chunks,
              topics.specification(Topic.CHECKPOINTS),
              topics.specification(Topic.TRAINING_LEDGER),
              new TopicSpecification(
                  CheckpointBench.PLAIN_TOPIC,
                  1,
                  (short) 1,
                  CleanupPolicy.DELETE,
                  Optional.of(Duration.ofDays(1)),
                  chunks.maxMessageBytes())));
    }
  }
}
