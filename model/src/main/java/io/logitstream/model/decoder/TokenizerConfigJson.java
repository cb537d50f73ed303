package io.logitstream.model.decoder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tokenizer_config.json that goes with a tokenizer.json. Without it transformers takes the
 * tokenizer of a Llama folder for Llama's own, and adds tokens that the model has no weights for.
 */
final class TokenizerConfigJson {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private TokenizerConfigJson() {}

  /** Writes the file for a model's tokenizer. */
  static byte[] write(ModelConfig config, byte[] tokenizerJson) throws IOException {
    JsonNode addedTokens = MAPPER.readTree(tokenizerJson).path("added_tokens");
    ObjectNode json = MAPPER.createObjectNode();
    json.put("tokenizer_class", "PreTrainedTokenizerFast");
    tokenText(addedTokens, config.bosTokenId()).ifPresent(text -> json.put("bos_token", text));
    tokenText(addedTokens, config.eosTokenId()).ifPresent(text -> json.put("eos_token", text));
    json.put("clean_up_tokenization_spaces", false);
    json.put("model_max_length", config.maxPositions());
    return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(json);
  }

  private static Optional<String> tokenText(JsonNode addedTokens, @Nullable Integer id) {
    if (id != null) {
      for (JsonNode token : addedTokens) {
        if (token.path("id").asInt(-1) == id) {
          return Optional.of(token.path("content").asText());
        }
      }
    }
    return Optional.empty();
  }
}
