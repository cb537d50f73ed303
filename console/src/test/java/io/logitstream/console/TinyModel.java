package io.logitstream.console;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.ModelDirectory;
import io.logitstream.model.decoder.Weights;
import io.logitstream.model.safetensors.TensorType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A model small enough for tests, with a token for every byte. */
final class TinyModel {
  private static final int BYTES = 256;

  private TinyModel() {}

  static ModelConfig config() {
    return new ModelConfig(BYTES + 1, 32, 64, 2, 4, 2, 8, 1e-5, 10_000, true, 256, 256, 256);
  }

  /** Writes a Hugging Face directory whose weights a seed decides. */
  static Path write(Path directory, long seed) throws IOException {
    ModelDirectory.write(
        directory, config(), Weights.initialise(config(), seed), TensorType.F32, tokenizerJson());
    return directory;
  }

  private static byte[] tokenizerJson() throws IOException {
    Map<String, Integer> vocabulary = new LinkedHashMap<>();
    for (int value = 0; value < BYTES; value++) {
      vocabulary.put(written(value), value);
    }
    vocabulary.put("<|end|>", BYTES);
    Map<String, Object> byteLevel =
        Map.of(
            "type",
            "ByteLevel",
            "add_prefix_space",
            false,
            "trim_offsets",
            true,
            "use_regex",
            true);
    Map<String, Object> tokenizer = new LinkedHashMap<>();
    tokenizer.put("version", "1.0");
    tokenizer.put(
        "added_tokens",
        List.of(
            Map.of(
                "id",
                BYTES,
                "content",
                "<|end|>",
                "single_word",
                false,
                "lstrip",
                false,
                "rstrip",
                false,
                "normalized",
                false,
                "special",
                true)));
    tokenizer.put("pre_tokenizer", byteLevel);
    tokenizer.put("decoder", byteLevel);
    tokenizer.put("model", Map.of("type", "BPE", "vocab", vocabulary, "merges", List.of()));
    return new ObjectMapper().writeValueAsBytes(tokenizer);
  }

  /** GPT-2's printable stand-in for a byte. */
  private static String written(int value) {
    boolean printable =
        (value >= '!' && value <= '~')
            || (value >= 0xA1 && value <= 0xAC)
            || (value >= 0xAE && value <= 0xFF);
    if (printable) {
      return String.valueOf((char) value);
    }
    int before = 0;
    for (int other = 0; other < value; other++) {
      boolean otherPrintable =
          (other >= '!' && other <= '~')
              || (other >= 0xA1 && other <= 0xAC)
              || (other >= 0xAE && other <= 0xFF);
      before += otherPrintable ? 0 : 1;
    }
    return String.valueOf((char) (BYTES + before));
  }
}
