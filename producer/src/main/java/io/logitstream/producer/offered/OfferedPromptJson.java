package io.logitstream.producer.offered;

import com.fasterxml.jackson.databind.JsonNode;
import io.logitstream.platform.tracing.TraceContext;
import io.logitstream.producer.source.SourcePath;
import io.logitstream.schemas.ChatMessage;
import io.logitstream.schemas.OriginKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Offered prompts as JSON objects; {@code openapi.json} describes them. A name that is not known is
 * refused: a misspelt one would be lost in silence.
 */
public final class OfferedPromptJson {
  private static final Set<String> NAMES =
      Set.of(
          "key",
          "text",
          "messages",
          "domain",
          "documentGroup",
          "subject",
          "origin",
          "weight",
          "endOfDocument",
          "attributes",
          TraceContext.TRACEPARENT,
          TraceContext.TRACESTATE);

  private static final Set<String> MESSAGE_NAMES = Set.of("role", "content");

  private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,200}");
  private static final int MAX_NAME_CHARACTERS = 1024;
  private static final int MAX_MESSAGES = 1000;
  private static final int MAX_ATTRIBUTES = 64;
  private static final double MAX_WEIGHT = 1e6;

  private final long maxPromptBytes;

  /**
   * @param maxPromptBytes the most UTF-8 bytes of a prompt, attributes included
   */
  public OfferedPromptJson(long maxPromptBytes) {
    this.maxPromptBytes = maxPromptBytes;
  }

  /**
   * Reads a prompt.
   *
   * @throws RefusedPromptException if it is written otherwise or too large
   */
  public OfferedPrompt read(JsonNode node) throws RefusedPromptException {
    if (!node.isObject()) {
      throw malformed("a prompt is %s, expected an object".formatted(kind(node)));
    }
    for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!NAMES.contains(name)) {
        throw malformed(
            "'%s' is none of a prompt's names, which are %s".formatted(name, new TreeSet<>(NAMES)));
      }
    }
    Optional<String> text = text(node, "text", Integer.MAX_VALUE);
    List<ChatMessage> messages = messages(node.path("messages"));
    if (text.isPresent() == !messages.isEmpty() || text.filter(String::isEmpty).isPresent()) {
      throw malformed("expected a non-empty text or messages, and not both");
    }
    OfferedPrompt prompt =
        new OfferedPrompt(
            key(node),
            text,
            messages,
            domain(node),
            text(node, "documentGroup", MAX_NAME_CHARACTERS),
            text(node, "subject", MAX_NAME_CHARACTERS),
            origin(node),
            weight(node),
            flag(node, "endOfDocument", true),
            attributes(node.path("attributes")),
            trace(node));
    if (prompt.bytes() > maxPromptBytes) {
      throw new RefusedPromptException(
          "too-large",
          "a prompt of %d bytes, expected at most %d (intake.max-prompt-bytes)"
              .formatted(prompt.bytes(), maxPromptBytes));
    }
    return prompt;
  }

  /**
   * Checks a key that came beside the prompt.
   *
   * @throws RefusedPromptException if it is no key
   */
  public static String requireKey(String key) throws RefusedPromptException {
    if (!KEY.matcher(key).matches()) {
      throw malformed("a key is 1 to 200 printable ASCII characters without spaces");
    }
    return key;
  }

  private static Optional<String> key(JsonNode node) throws RefusedPromptException {
    Optional<String> key = text(node, "key", MAX_NAME_CHARACTERS);
    return key.isPresent() ? Optional.of(requireKey(key.get())) : key;
  }

  private static Optional<String> domain(JsonNode node) throws RefusedPromptException {
    Optional<String> domain = text(node, "domain", MAX_NAME_CHARACTERS);
    if (domain.isPresent() && !SourcePath.isDomain(domain.get())) {
      throw malformed(
          "domain '%s', expected 1 to 64 letters, digits, '.', '_' or '-'".formatted(domain.get()));
    }
    return domain;
  }

  private static OriginKind origin(JsonNode node) throws RefusedPromptException {
    Optional<String> origin = text(node, "origin", MAX_NAME_CHARACTERS);
    if (origin.isEmpty()) {
      return OriginKind.UNKNOWN;
    }
    return Arrays.stream(OriginKind.values())
        .filter(kind -> kind.name().toLowerCase(Locale.ROOT).equals(origin.get()))
        .findFirst()
        .orElseThrow(
            () ->
                malformed(
                    "origin '%s', expected one of %s"
                        .formatted(
                            origin.get(),
                            Arrays.toString(OriginKind.values()).toLowerCase(Locale.ROOT))));
  }

  private static double weight(JsonNode node) throws RefusedPromptException {
    JsonNode weight = node.path("weight");
    if (weight.isMissingNode() || weight.isNull()) {
      return 1;
    }
    if (!weight.isNumber() || !(weight.doubleValue() >= 0 && weight.doubleValue() <= MAX_WEIGHT)) {
      throw malformed("weight %s, expected a number from 0 to %.0f".formatted(weight, MAX_WEIGHT));
    }
    return weight.doubleValue();
  }

  private static boolean flag(JsonNode node, String name, boolean absent)
      throws RefusedPromptException {
    JsonNode value = node.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return absent;
    }
    if (!value.isBoolean()) {
      throw malformed("%s is %s, expected true or false".formatted(name, kind(value)));
    }
    return value.booleanValue();
  }

  private static Optional<TraceContext> trace(JsonNode node) throws RefusedPromptException {
    Optional<String> parent = text(node, TraceContext.TRACEPARENT, MAX_NAME_CHARACTERS);
    Optional<String> state = text(node, TraceContext.TRACESTATE, MAX_NAME_CHARACTERS);
    if (parent.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(TraceContext.of(parent.get(), state));
    } catch (IllegalArgumentException e) {
      throw malformed(String.valueOf(e.getMessage()));
    }
  }

  private static Map<String, String> attributes(JsonNode node) throws RefusedPromptException {
    Map<String, String> attributes = new TreeMap<>();
    if (node.isMissingNode() || node.isNull()) {
      return attributes;
    }
    if (!node.isObject() || node.size() > MAX_ATTRIBUTES) {
      throw malformed(
          "attributes are %s with %d entries, expected an object with at most %d"
              .formatted(kind(node), node.size(), MAX_ATTRIBUTES));
    }
    for (Map.Entry<String, JsonNode> attribute : node.properties()) {
      if (!attribute.getValue().isTextual()) {
        throw malformed(
            "attribute '%s' is %s, expected a string"
                .formatted(attribute.getKey(), kind(attribute.getValue())));
      }
      attributes.put(attribute.getKey(), attribute.getValue().textValue());
    }
    return attributes;
  }

  private static List<ChatMessage> messages(JsonNode node) throws RefusedPromptException {
    List<ChatMessage> messages = new ArrayList<>();
    if (node.isMissingNode() || node.isNull()) {
      return messages;
    }
    if (!node.isArray() || node.isEmpty() || node.size() > MAX_MESSAGES) {
      throw malformed(
          "messages are %s with %d entries, expected an array of 1 to %d"
              .formatted(kind(node), node.size(), MAX_MESSAGES));
    }
    for (JsonNode message : node) {
      checkMessageNames(message);
      Optional<String> role = text(message, "role", MAX_NAME_CHARACTERS);
      if (role.isEmpty() || role.get().isEmpty()) {
        throw malformed("a message has no role");
      }
      messages.add(new ChatMessage(role.get(), content(message.path("content"))));
    }
    return messages;
  }

  /** What a message says beside its content, such as calls of tools, would be lost in silence. */
  private static void checkMessageNames(JsonNode message) throws RefusedPromptException {
    for (Map.Entry<String, JsonNode> entry : message.properties()) {
      JsonNode value = entry.getValue();
      boolean saysNothing = value.isNull() || (value.isContainerNode() && value.isEmpty());
      if (!MESSAGE_NAMES.contains(entry.getKey()) && !saysNothing) {
        throw malformed(
            "a message has '%s', supported are %s"
                .formatted(entry.getKey(), new TreeSet<>(MESSAGE_NAMES)));
      }
    }
  }

  /** A string, or parts of which all are text: what else a part may be has no place in a log. */
  private static String content(JsonNode node) throws RefusedPromptException {
    if (node.isTextual()) {
      return node.textValue();
    }
    if (!node.isArray()) {
      throw malformed(
          "a message's content is %s, expected a string or parts".formatted(kind(node)));
    }
    StringBuilder content = new StringBuilder();
    for (JsonNode part : node) {
      if (!part.path("type").asText().equals("text") || !part.path("text").isTextual()) {
        throw malformed(
            "a message has a part of type '%s', supported is text"
                .formatted(part.path("type").asText()));
      }
      content.append(part.path("text").textValue());
    }
    return content.toString();
  }

  private static Optional<String> text(JsonNode node, String name, int maxCharacters)
      throws RefusedPromptException {
    JsonNode value = node.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isTextual()) {
      throw malformed("%s is %s, expected a string".formatted(name, kind(value)));
    }
    if (value.textValue().length() > maxCharacters) {
      throw malformed(
          "%s has %d characters, expected at most %d"
              .formatted(name, value.textValue().length(), maxCharacters));
    }
    return Optional.of(value.textValue());
  }

  private static String kind(JsonNode node) {
    return node.isMissingNode() ? "absent" : node.getNodeType().name().toLowerCase(Locale.ROOT);
  }

  private static RefusedPromptException malformed(String message) {
    return new RefusedPromptException("malformed", message);
  }
}
