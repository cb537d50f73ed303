package io.logitstream.trainer;

import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.ModelConfigJson;
import io.logitstream.model.decoder.ModelDirectory;
import io.logitstream.model.decoder.Weights;
import io.logitstream.model.safetensors.TensorType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A student of a few thousand parameters, to be trained from scratch. */
final class TinyModel {
  private static final byte[] TOKENIZER = "{}".getBytes(StandardCharsets.UTF_8);

  static final String TOKENIZER_SHA256 = sha256(TOKENIZER);

  private TinyModel() {}

  static Path write(Path directory) throws IOException {
    ModelConfig config =
        new ModelConfig(
            SyntheticTeacher.VOCABULARY, 16, 24, 2, 4, 2, 4, 1e-5, 10_000, true, 64, null, null);
    Files.createDirectories(directory);
    Files.write(directory.resolve("config.json"), ModelConfigJson.write(config, "float32"));
    Files.write(directory.resolve("tokenizer.json"), TOKENIZER);
    return directory;
  }

  /** The same with weights, drawn from a seed: a student that has learned. */
  static Path writeWithWeights(Path directory) throws IOException {
    ModelConfig config =
        ModelConfigJson.parse(Files.readAllBytes(write(directory).resolve("config.json")));
    ModelDirectory.write(
        directory, config, Weights.initialise(config, 7), TensorType.F32, TOKENIZER);
    return directory;
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
