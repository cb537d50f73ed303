package io.logitstream.model.tokenizer.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** A learned tokenizer as files, byte for byte as the Hugging Face library writes them. */
public final class TokenizerFiles {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final ObjectWriter WRITER = MAPPER.writer(layout());

  private TokenizerFiles() {}

  private static DefaultPrettyPrinter layout() {
    DefaultIndenter lines = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter(
            Separators.createDefaultInstance()
                .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
                .withObjectEmptySeparator("")
                .withArrayEmptySeparator(""));
    printer.indentObjectsWith(lines);
    printer.indentArraysWith(lines);
    return printer;
  }

  /** tokenizer.json. */
  public static byte[] tokenizerJson(BytePairVocabulary vocabulary, TextSplit split) {
    ObjectNode json = MAPPER.createObjectNode();
    json.put("version", "1.0");
    json.putNull("truncation");
    json.putNull("padding");
    ArrayNode added = json.putArray("added_tokens");
    for (int id = 0; id < vocabulary.special().size(); id++) {
      ObjectNode token = added.addObject();
      token.put("id", id);
      token.put("content", vocabulary.special().get(id));
      token.put("single_word", false);
      token.put("lstrip", false);
      token.put("rstrip", false);
      token.put("normalized", false);
      token.put("special", true);
    }
    json.putNull("normalizer");
    json.set("pre_tokenizer", preTokenizer(split));
    json.putNull("post_processor");
    json.set("decoder", byteLevel(true, true));
    json.set("model", model(vocabulary));
    return written(json);
  }

  private static ObjectNode preTokenizer(TextSplit split) {
    if (split.named()) {
      return byteLevel(false, true);
    }
    ObjectNode sequence = MAPPER.createObjectNode();
    sequence.put("type", "Sequence");
    ArrayNode steps = sequence.putArray("pretokenizers");
    ObjectNode cut = steps.addObject();
    cut.put("type", "Split");
    cut.putObject("pattern").put("Regex", split.regex());
    cut.put("behavior", "Isolated");
    cut.put("invert", false);
    steps.add(byteLevel(false, false));
    return sequence;
  }

  private static ObjectNode byteLevel(boolean prefixSpace, boolean cutsWords) {
    ObjectNode json = MAPPER.createObjectNode();
    json.put("type", "ByteLevel");
    json.put("add_prefix_space", prefixSpace);
    json.put("trim_offsets", true);
    json.put("use_regex", cutsWords);
    return json;
  }

  private static ObjectNode model(BytePairVocabulary vocabulary) {
    ObjectNode json = MAPPER.createObjectNode();
    json.put("type", "BPE");
    json.putNull("dropout");
    json.putNull("unk_token");
    json.putNull("continuing_subword_prefix");
    json.putNull("end_of_word_suffix");
    json.put("fuse_unk", false);
    json.put("byte_fallback", false);
    json.put("ignore_merges", false);
    ObjectNode tokens = json.putObject("vocab");
    for (int id = 0; id < vocabulary.tokens().size(); id++) {
      tokens.put(vocabulary.tokens().get(id), id);
    }
    ArrayNode merges = json.putArray("merges");
    for (BytePairVocabulary.Merge merge : vocabulary.merges()) {
      merges.addArray().add(merge.first()).add(merge.second());
    }
    return json;
  }

  /**
   * tokenizer_config.json, for transformers.
   *
   * @param begin the special token that begins a text; null for none
   * @param end the special token that ends a document; null for none
   * @param lengthMax longest sequence, in tokens
   */
  public static byte[] tokenizerConfigJson(
      @Nullable String begin, @Nullable String end, int lengthMax) {
    ObjectNode json = MAPPER.createObjectNode();
    json.put("tokenizer_class", "PreTrainedTokenizerFast");
    if (begin != null) {
      json.put("bos_token", begin);
    }
    if (end != null) {
      json.put("eos_token", end);
    }
    json.put("add_bos_token", false);
    json.put("add_prefix_space", false);
    json.put("clean_up_tokenization_spaces", false);
    json.put("model_max_length", lengthMax);
    return written(json);
  }

  private static byte[] written(ObjectNode json) {
    try {
      return WRITER.writeValueAsBytes(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree in memory cannot fail to be written", e);
    }
  }
}
