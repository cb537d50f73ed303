package io.logitstream.console.bench.codec;

import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.Decoder;
import io.logitstream.model.decoder.ModelDirectory;
import io.logitstream.model.tokenizer.Tokenizer;
import io.logitstream.model.torchscript.TorchEngine;
import io.logitstream.schemas.TeacherIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The demo's teacher on the demo's traffic: source files, in an order fixed by a seed. A file's
 * windows are all for the prior or all measured.
 */
final class DemoTeacher implements BenchTeacher {
  private static final int POSITIONS = 256;
  private static final int MOST_WINDOWS_A_FILE = 8;
  private static final int BATCH = 16;
  private static final int ORDER_SEED = 5;

  private final TeacherIdentity identity;
  private final Decoder decoder;
  private final List<int[]> windows = new ArrayList<>();
  private final List<String> origins = new ArrayList<>();
  private final int priorWindows;

  /**
   * @param directory the model
   * @param traffic folder with archives of source files
   */
  DemoTeacher(
      TorchEngine engine, Path directory, Path traffic, int priorWindows, int measuredWindows)
      throws IOException {
    ModelDirectory model = ModelDirectory.open(directory);
    this.priorWindows = priorWindows;
    this.identity =
        new TeacherIdentity(
            "demo-teacher",
            model.weightsSha256().substring(0, 12),
            model.weightsSha256(),
            model.tokenizerSha256(),
            model.config().vocabularySize());
    try (Tokenizer tokenizer = Tokenizer.fromJson(model.tokenizerJson(), model.config())) {
      cut(texts(traffic), tokenizer, priorWindows + measuredWindows);
    }
    if (windows.size() < priorWindows + measuredWindows) {
      throw new IOException(
          "the archives in %s have %d windows of %d tokens, expected %d"
              .formatted(traffic, windows.size(), POSITIONS + 1, priorWindows + measuredWindows));
    }
    engine.enterThread();
    this.decoder = Decoder.load(engine, model.config(), model.weights(), ComputeType.F32);
  }

  private record Text(String name, String content) {}

  private static List<Text> texts(Path traffic) throws IOException {
    List<Text> texts = new ArrayList<>();
    try (Stream<Path> files = Files.walk(traffic)) {
      for (Path archive :
          files.filter(file -> file.toString().endsWith(".jar")).sorted().toList()) {
        try (ZipFile zip = new ZipFile(archive.toFile())) {
          for (ZipEntry entry : Collections.list(zip.entries())) {
            if (entry.getName().endsWith(".java") || entry.getName().endsWith(".scala")) {
              byte[] bytes = zip.getInputStream(entry).readAllBytes();
              texts.add(new Text(entry.getName(), new String(bytes, StandardCharsets.UTF_8)));
            }
          }
        }
      }
    }
    Collections.shuffle(texts, new Random(ORDER_SEED));
    return texts;
  }

  /** Files in turn; the one that would be cut by the border of the prior's windows is cut there. */
  private void cut(List<Text> texts, Tokenizer tokenizer, int wanted) {
    for (Text text : texts) {
      int[] tokens = tokenizer.encode(text.content());
      boolean isForPrior = windows.size() < priorWindows;
      int room = (isForPrior ? priorWindows : wanted) - windows.size();
      int windowsOfFile =
          Math.min(room, Math.min(MOST_WINDOWS_A_FILE, (tokens.length - 1) / POSITIONS));
      for (int index = 0; index < windowsOfFile; index++) {
        int start = index * POSITIONS;
        windows.add(Arrays.copyOfRange(tokens, start, start + POSITIONS + 1));
        origins.add("%s#%d".formatted(text.name(), index));
      }
      if (windows.size() == wanted) {
        return;
      }
    }
  }

  @Override
  public TeacherIdentity identity() {
    return identity;
  }

  @Override
  public int windowPositions() {
    return POSITIONS;
  }

  @Override
  public int priorWindows() {
    return priorWindows;
  }

  @Override
  public int windows() {
    return windows.size();
  }

  @Override
  public String origin(int window) {
    return origins.get(window);
  }

  @Override
  public void score(int first, int end, PositionConsumer consumer) {
    for (int start = first; start < end; start += BATCH) {
      List<int[]> batch = windows.subList(start, Math.min(end, start + BATCH));
      List<Decoder.Position> positions = new ArrayList<>();
      for (int sequence = 0; sequence < batch.size(); sequence++) {
        for (int position = 0; position < POSITIONS; position++) {
          positions.add(new Decoder.Position(sequence, position));
        }
      }
      int offsetOfBatch = start;
      decoder.score(
          batch.toArray(int[][]::new),
          positions,
          1f,
          (row, probabilities, offset, entropy, label) ->
              consumer.accept(
                  offsetOfBatch + row / POSITIONS,
                  batch.get(row / POSITIONS),
                  row % POSITIONS,
                  probabilities,
                  offset));
    }
  }

  @Override
  public void close() {
    decoder.close();
  }
}
