package io.logitstream.console.bench;

import io.logitstream.checkpoints.CheckpointCommitter;
import io.logitstream.checkpoints.ChunkUploader;
import io.logitstream.checkpoints.LearnedWeights;
import io.logitstream.distillation.loss.ObjectiveSettings;
import io.logitstream.distillation.optimizer.LearningRateSchedule;
import io.logitstream.distillation.optimizer.OptimizerSettings;
import io.logitstream.distillation.step.DistillationStep;
import io.logitstream.distillation.step.TrainingExample;
import io.logitstream.distillation.step.TrainingState;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.Weights;
import io.logitstream.model.torchscript.TorchEngine;
import io.logitstream.platform.kafka.Futures;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.schemas.Artifact;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.ComputeEnvironment;
import io.logitstream.schemas.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToDoubleFunction;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * Times checkpoints while training goes on: each with the trainer's own parts, and in turns with a
 * plain producer that sends the same bytes, beside steps too.
 *
 * <p>What a checkpoint takes from training is the snapshot, and what the steps beside its upload
 * last longer than the steps before it: the processor's share, and the memory's.
 *
 * @param batch what steps are taken on
 * @param steps steps before each checkpoint, which tell how long a step lasts
 * @param checkpoints how many are measured
 */
public record CheckpointBench(
    ModelConfig config, ComputeType computeType, SyntheticBatch batch, int steps, int checkpoints) {
  /** The topic of the plain producer. */
  public static final String PLAIN_TOPIC = "bench-plain";

  private static final String RUN = "bench";
  private static final double LEARNING_RATE = 1e-4;
  private static final int MICRO_BATCH_TOKENS = 4096;
  private static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(30);
  private static final double MS_OF_A_MINUTE = 60_000;
  private static final int WARMUP_STEPS = 3;

  public CheckpointBench {
    if (steps < 1 || checkpoints < 1) {
      throw new IllegalArgumentException(
          "%d steps before each of %d checkpoints, expected at least 1 of each"
              .formatted(steps, checkpoints));
    }
  }

  /** What one checkpoint took. */
  private record Taken(
      double heldMs, double committedMs, double lostMs, double plainMs, double stepMs) {}

  /** Takes steps and checkpoints; what was measured, and what it was measured on. */
  public Map<String, Object> run(TorchEngine engine, KafkaClients clients)
      throws InterruptedException {
    List<TrainingExample> examples = batch.examples(config.vocabularySize(), 1);
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try (TrainingState state =
            TrainingState.initial(engine, config, Weights.initialise(config, 1));
        DistillationStep step =
            new DistillationStep(
                engine,
                config,
                computeType,
                ObjectiveSettings.hardLabels(),
                OptimizerSettings.of(LearningRateSchedule.constant(LEARNING_RATE, 0)),
                MICRO_BATCH_TOKENS);
        ChunkUploader uploader = new ChunkUploader(clients, RUN, 1);
        CheckpointCommitter committer = new CheckpointCommitter(clients, RUN, TRANSACTION_TIMEOUT);
        Producer<String, byte[]> plain = clients.producer(Map.of("linger.ms", 0))) {
      committer.initialise();
      Runnable oneStep = () -> step.run(state, examples);
      for (int i = 0; i < WARMUP_STEPS; i++) {
        oneStep.run();
      }
      List<Taken> taken = new ArrayList<>();
      long bytes = 0;
      // The first one, in which classes are loaded and connections made, does not count.
      for (int sequence = 0; sequence <= checkpoints; sequence++) {
        Writer writer = new Writer(uploader, committer, sequence);
        Taken one = take(state, oneStep, writer, plain, thread);
        bytes = writer.bytes;
        if (sequence > 0) {
          taken.add(one);
        }
      }
      return figures(engine, taken, bytes);
    } finally {
      thread.shutdownNow();
    }
  }

  private Taken take(
      TrainingState state,
      Runnable step,
      Writer writer,
      Producer<String, byte[]> plain,
      ExecutorService thread)
      throws InterruptedException {
    double[] before = new double[steps];
    for (int i = 0; i < steps; i++) {
      before[i] = ms(step);
    }
    double stepMs = Durations.of(before).medianMs();
    long startNanos = System.nanoTime();
    TrainingState.Snapshot snapshot = state.snapshot();
    double heldMs = sinceMs(startNanos);
    Beside written = beside(step, stepMs, thread, () -> writer.write(snapshot));
    Beside sent = beside(step, stepMs, thread, () -> sendPlainly(plain, snapshot));
    return new Taken(heldMs, heldMs + written.ms(), heldMs + written.lostMs(), sent.ms(), stepMs);
  }

  /** How long work took that went on beside steps, and how much longer these lasted. */
  private record Beside(double ms, double lostMs) {}

  private static Beside beside(Runnable step, double stepMs, ExecutorService thread, Runnable work)
      throws InterruptedException {
    Future<Double> took = thread.submit(() -> ms(work));
    double lostMs = 0;
    do {
      lostMs += ms(step) - stepMs;
    } while (!took.isDone());
    try {
      return new Beside(took.get(), lostMs);
    } catch (ExecutionException e) {
      throw new IllegalStateException("what went on beside the steps failed", e.getCause());
    }
  }

  private static void sendPlainly(Producer<String, byte[]> plain, TrainingState.Snapshot snapshot) {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (byte[] bytes : List.of(snapshot.weights(), snapshot.moments())) {
      for (int from = 0; from < bytes.length; from += ChunkUploader.MAX_CHUNK_BYTES) {
        int to = Math.min(bytes.length, from + ChunkUploader.MAX_CHUNK_BYTES);
        byte[] piece = Arrays.copyOfRange(bytes, from, to);
        sent.add(plain.send(new ProducerRecord<>(PLAIN_TOPIC, 0, "piece", piece)));
      }
    }
    plain.flush();
    sent.forEach(piece -> Futures.await(piece, "write " + PLAIN_TOPIC));
  }

  private static double ms(Runnable work) {
    long startNanos = System.nanoTime();
    work.run();
    return sinceMs(startNanos);
  }

  private static double sinceMs(long startNanos) {
    return (System.nanoTime() - startNanos) / 1e6;
  }

  private Map<String, Object> figures(TorchEngine engine, List<Taken> taken, long bytes) {
    Durations committed = durations(taken, Taken::committedMs);
    Durations alone = durations(taken, Taken::plainMs);
    Durations held = durations(taken, Taken::heldMs);
    Durations lost = durations(taken, Taken::lostMs);
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("bench", "checkpoints");
    figures.put("checkpointBytes", bytes);
    held.putInto(figures, "held");
    committed.putInto(figures, "committed");
    alone.putInto(figures, "plainProducer");
    figures.put("megabytesPerSecond", Figures.rounded(bytes / committed.medianMs() / 1e3));
    figures.put("plainMegabytesPerSecond", Figures.rounded(bytes / alone.medianMs() / 1e3));
    lost.putInto(figures, "lost");
    durations(taken, Taken::stepMs).putInto(figures, "step");
    figures.put("heldShareAtOneAMinute", Figures.rounded(held.medianMs() / MS_OF_A_MINUTE));
    figures.put("shareAtOneAMinute", Figures.rounded(lost.medianMs() / MS_OF_A_MINUTE));
    figures.put("worstShareAtOneAMinute", Figures.rounded(lost.quantileMs(1) / MS_OF_A_MINUTE));
    figures.putAll(Figures.environment(engine, computeType));
    figures.put("shape", Figures.shape(config));
    figures.put(
        "settings",
        Map.of(
            "sequences",
            batch.sequences(),
            "positions",
            batch.positions(),
            "steps",
            steps,
            "checkpoints",
            checkpoints));
    return figures;
  }

  private static Durations durations(List<Taken> taken, ToDoubleFunction<Taken> part) {
    return Durations.of(taken.stream().mapToDouble(part).toArray());
  }

  /** Writes one checkpoint as a trainer does: chunks, then the manifest. */
  private final class Writer {
    private final ChunkUploader uploader;
    private final CheckpointCommitter committer;
    private final long sequence;
    private long bytes;

    Writer(ChunkUploader uploader, CheckpointCommitter committer, long sequence) {
      this.uploader = uploader;
      this.committer = committer;
      this.sequence = sequence;
    }

    void write(TrainingState.Snapshot snapshot) {
      List<Artifact> artifacts =
          List.of(
              uploader.upload(LearnedWeights.WEIGHTS, snapshot.weights()),
              uploader.upload(LearnedWeights.MOMENTS, snapshot.moments()));
      bytes = artifacts.stream().mapToLong(Artifact::getLength).sum();
      committer.commit(
          CheckpointManifest.newBuilder()
              .setRun(RUN)
              .setSequence(sequence)
              .setStep(snapshot.step())
              .setIncarnation(1)
              .setParentSequence(sequence == 0 ? null : sequence - 1)
              .setCreatedAt(Instant.EPOCH)
              .setVerdict(Verdict.UNGATED)
              .setArtifacts(artifacts)
              .setCursors(List.of())
              .setTrainedTokens(0)
              .setTrainedRecords(0)
              .setInitialStudentSha256("")
              .setTokenizerSha256("")
              .setAcceptedTeachers(List.of())
              .setSeed(1)
              .setConfiguration(Map.of())
              .setConfigurationSha256("")
              .setEnvironment(new ComputeEnvironment("", computeType.label(), 1, "", ""))
              .setVersion(RUN)
              .setLedgerEntries(0)
              .build(),
          List.of(),
          List.of());
    }
  }
}
