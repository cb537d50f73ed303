package io.logitstream.console.demo;

import io.logitstream.checkpoints.CheckpointReader;
import io.logitstream.console.models.CheckpointModels;
import io.logitstream.console.models.LoadedModel;
import io.logitstream.console.models.WrittenOn;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.Decoder;
import io.logitstream.model.decoder.ModelDirectory;
import io.logitstream.model.generation.SamplingSettings;
import io.logitstream.model.tokenizer.Tokenizer;
import io.logitstream.model.torchscript.TorchEngine;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.schemas.CheckpointManifest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Now and then lets teacher and student write on from the same held-out text. */
final class SampleWriter {
  private static final Logger LOGGER = LoggerFactory.getLogger(SampleWriter.class);

  /** Writing takes computing time from the training. */
  private static final Duration INTERVAL = Duration.ofSeconds(40);

  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final Duration LEAVE = Duration.ofSeconds(15);
  private static final int TOKENS = 40;
  private static final int PROMPT_CHARACTERS = 400;
  private static final SamplingSettings SAMPLING = new SamplingSettings(0.5, 0.9, 1);

  private final Path teacherDirectory;
  private final KafkaClients clients;
  private final Observations observations;
  private final StopSignal stop;
  private final AtomicReference<@Nullable WritingSample> newest = new AtomicReference<>();
  private final Thread thread = new Thread(this::work, "samples");
  private int written;

  SampleWriter(
      Path teacherDirectory, KafkaClients clients, Observations observations, StopSignal stop) {
    this.teacherDirectory = teacherDirectory;
    this.clients = clients;
    this.observations = observations;
    this.stop = stop;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  void join() throws InterruptedException {
    thread.join(LEAVE.toMillis());
  }

  Optional<WritingSample> newest() {
    return Optional.ofNullable(newest.get());
  }

  private void work() {
    try {
      long shownSequence = 0;
      while (!stop.await(LOOK)) {
        CheckpointManifest checkpoint = observations.snapshot(System.nanoTime()).lastCheckpoint();
        List<String> texts = observations.heldOutTexts();
        if (checkpoint == null || checkpoint.getSequence() <= shownSequence || texts.isEmpty()) {
          continue;
        }
        shownSequence = checkpoint.getSequence();
        WritingSample sample =
            write(
                checkpoint,
                WrittenOn.beginning(texts.get(written++ % texts.size()), PROMPT_CHARACTERS));
        if (stop.requested()) {
          return; // cut short
        }
        newest.set(sample);
        if (stop.await(INTERVAL)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | RuntimeException e) {
      // The demo is about the training; it goes on without samples.
      LOGGER.warn("no more samples of writing", e);
    }
  }

  private WritingSample write(CheckpointManifest checkpoint, String prompt) throws IOException {
    ModelDirectory directory = ModelDirectory.open(teacherDirectory);
    LoadedModel teacher =
        new LoadedModel(directory.config(), directory.weights(), directory.tokenizerJson());
    LoadedModel student;
    try (CheckpointReader reader = new CheckpointReader(clients)) {
      student = CheckpointModels.load(reader, checkpoint, false);
    }
    // Threads stay as the services have set them: libtorch shares them across the process.
    TorchEngine engine = TorchEngine.start("auto", 0);
    return new WritingSample(
        prompt,
        continuation(engine, teacher, prompt),
        continuation(engine, student, prompt),
        checkpoint.getStep());
  }

  private String continuation(TorchEngine engine, LoadedModel model, String prompt) {
    try (Tokenizer tokenizer = model.tokenizer();
        Decoder decoder = model.decoder(engine, ComputeType.F32)) {
      return WrittenOn.after(prompt, decoder, tokenizer, TOKENS, SAMPLING, () -> !stop.requested());
    }
  }
}
