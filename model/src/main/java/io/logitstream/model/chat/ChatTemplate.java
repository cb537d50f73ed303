package io.logitstream.model.chat;

import io.logitstream.model.jinja.JinjaException;
import io.logitstream.model.jinja.JinjaTemplate;
import io.logitstream.model.jinja.Text;
import io.logitstream.model.jinja.Value;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model's chat template, rendered as {@code apply_chat_template} of {@code transformers} does
 * without tools. Contents of messages are marked in the text, so that they stay characters whatever
 * they spell. Thread-safe.
 */
public final class ChatTemplate {
  private final JinjaTemplate template;
  private final Map<String, Value> tokens;
  private final String generationPrompt;

  private ChatTemplate(JinjaTemplate template, Map<String, Value> tokens) {
    this.template = template;
    this.tokens = tokens;
    this.generationPrompt = findGenerationPrompt();
  }

  /**
   * Reads a template.
   *
   * @param source Jinja
   * @param namedTokens spellings of tokens by the names that the template knows them by, such as
   *     {@code bos_token}
   * @throws ChatTemplateException if it is none, or has what is not supported
   */
  public static ChatTemplate parse(String source, Map<String, String> namedTokens) {
    Map<String, Value> tokens = new HashMap<>();
    namedTokens.forEach((name, spelling) -> tokens.put(name, Value.of(spelling)));
    try {
      return new ChatTemplate(JinjaTemplate.parse(source), Map.copyOf(tokens));
    } catch (JinjaException e) {
      throw new ChatTemplateException("the chat template, " + e.getMessage(), e);
    }
  }

  /**
   * The text of a conversation. The content of the turn at index i has the mark i + 1.
   *
   * @param at what {@code strftime_now} tells, in UTC
   * @throws ChatTemplateException if the template refuses the conversation or fails on it
   */
  public Text render(List<Turn> turns, boolean addGenerationPrompt, Instant at) {
    List<Value> messages = new ArrayList<>();
    for (Turn turn : turns) {
      Value content =
          turn.content().isEmpty()
              ? Value.of("")
              : Text.marked(turn.content(), messages.size() + 1);
      Map<String, Value> message = new LinkedHashMap<>();
      message.put("role", Value.of(turn.role()));
      message.put("content", content);
      messages.add(new Value.Mapping(message));
    }
    Map<String, Value> names = new HashMap<>(tokens);
    names.put("messages", new Value.Sequence(messages));
    names.put("add_generation_prompt", Value.of(addGenerationPrompt));
    names.put("tools", Value.NONE);
    names.put("documents", Value.NONE);
    try {
      return template.render(names, at.atZone(ZoneOffset.UTC));
    } catch (JinjaException e) {
      throw new ChatTemplateException("the chat template, " + e.getMessage(), e);
    }
  }

  /** Whether the template itself says, with {@code generation} blocks, what a model writes. */
  boolean marksGeneration() {
    return template.marksGeneration();
  }

  /**
   * What the template writes before a model answers; empty where it writes nothing, or where that
   * cannot be told.
   */
  String generationPrompt() {
    return generationPrompt;
  }

  private String findGenerationPrompt() {
    List<Turn> question = List.of(new Turn("user", "?"));
    try {
      String without = render(question, false, Instant.EPOCH).toString();
      String with = render(question, true, Instant.EPOCH).toString();
      return with.startsWith(without) ? with.substring(without.length()) : "";
    } catch (ChatTemplateException e) {
      // It asks for more than one question; its turns are then found by their contents alone.
      return "";
    }
  }
}
