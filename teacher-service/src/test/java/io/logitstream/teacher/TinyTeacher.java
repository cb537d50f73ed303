package io.logitstream.teacher;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.ModelDirectory;
import io.logitstream.model.decoder.Weights;
import io.logitstream.model.safetensors.TensorType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A random model over bytes: token 0 begins a text, 1 ends it, byte b is one of the others. */
public final class TinyTeacher {
  public static final ModelConfig CONFIG =
      new ModelConfig(258, 16, 32, 1, 2, 1, 8, 1e-5, 10_000, true, 1 << 16, 0, 1);

  private TinyTeacher() {}

  public static Path withWeights(Path directory) {
    try {
      ModelDirectory.write(
          directory, CONFIG, Weights.initialise(CONFIG, 7), TensorType.F32, tokenizerJson());
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static Path withoutWeights(Path directory) {
    try {
      withWeights(directory);
      Files.delete(directory.resolve("model.safetensors"));
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static byte[] tokenizerJson() {
    ObjectMapper json = new ObjectMapper();
    ObjectNode root = json.createObjectNode();
    root.put("version", "1.0");
    special(root.withArrayProperty("added_tokens").addObject(), 0, "<|begin|>");
    special(root.withArrayProperty("added_tokens").addObject(), 1, "<|end|>");
    ObjectNode splitting = root.putObject("pre_tokenizer").put("type", "ByteLevel");
    splitting.put("add_prefix_space", false).put("trim_offsets", true).put("use_regex", true);
    root.putObject("decoder")
        .put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", true)
        .put("use_regex", true);
    ObjectNode model = root.putObject("model").put("type", "BPE");
    ObjectNode vocabulary = model.putObject("vocab");
    vocabulary.put("<|begin|>", 0).put("<|end|>", 1);
    int stand = 256;
    for (int value = 0; value < 256; value++) {
      boolean printable =
          value >= '!' && value <= '~' || value >= 0xa1 && value <= 0xac || value >= 0xae;
      int letter = printable ? value : stand++;
      vocabulary.put(Character.toString(letter), value + 2);
    }
    model.putArray("merges");
    return root.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void special(ObjectNode token, int id, String content) {
    token.put("id", id).put("content", content).put("special", true);
    for (String flag : new String[] {"single_word", "lstrip", "rstrip", "normalized"}) {
      token.put(flag, false);
    }
  }
}
