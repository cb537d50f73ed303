package io.logitstream.producer.offered;

import io.logitstream.platform.tracing.TraceContext;
import io.logitstream.schemas.ChatMessage;
import io.logitstream.schemas.OriginKind;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A prompt that a client offers.
 *
 * @param key the client's idempotency key: offered again with it, it is the same prompt
 * @param text the text; empty where it is a conversation
 * @param messages the conversation; none where it is a text
 * @param domain kind of traffic; empty for the source's default
 * @param documentGroup unit of held-out membership; empty: the prompt is a group of its own
 * @param subject whom the data is about, for erasure
 * @param origin who wrote it
 * @param weight factor on the losses of its tokens
 * @param endOfDocument whether an end-of-text token follows
 * @param attributes carried along
 * @param trace the trace that it belongs to: beside the prompt, not a part of its content
 */
public record OfferedPrompt(
    Optional<String> key,
    Optional<String> text,
    List<ChatMessage> messages,
    Optional<String> domain,
    Optional<String> documentGroup,
    Optional<String> subject,
    OriginKind origin,
    double weight,
    boolean endOfDocument,
    Map<String, String> attributes,
    Optional<TraceContext> trace) {

  public OfferedPrompt {
    messages = List.copyOf(messages);
    attributes = Map.copyOf(attributes);
    if (text.isPresent() == !messages.isEmpty()) {
      throw new IllegalArgumentException("expected a text or messages, and not both");
    }
  }

  /** This prompt under another key. */
  public OfferedPrompt withKey(String another) {
    return with(Optional.of(another), trace);
  }

  /** This prompt in a trace, unless it is in one. */
  public OfferedPrompt orTrace(Optional<TraceContext> another) {
    return with(key, trace.or(() -> another));
  }

  private OfferedPrompt with(Optional<String> anotherKey, Optional<TraceContext> anotherTrace) {
    return new OfferedPrompt(
        anotherKey,
        text,
        messages,
        domain,
        documentGroup,
        subject,
        origin,
        weight,
        endOfDocument,
        attributes,
        anotherTrace);
  }

  /** UTF-8 bytes of everything in it but the trace. */
  public long bytes() {
    long bytes = length(key) + length(text) + length(domain) + length(documentGroup);
    bytes += length(subject);
    for (ChatMessage message : messages) {
      bytes += length(message.getRole()) + length(message.getContent());
    }
    for (Map.Entry<String, String> attribute : attributes.entrySet()) {
      bytes += length(attribute.getKey()) + length(attribute.getValue());
    }
    return bytes;
  }

  /**
   * SHA-256 (hex) of everything but the key and the trace: the same key must come with the same
   * content.
   */
  public String contentSha256() {
    MessageDigest digest = sha256();
    add(digest, text.orElse("\0"));
    for (ChatMessage message : messages) {
      add(digest, message.getRole());
      add(digest, message.getContent());
    }
    add(digest, domain.orElse("\0"));
    add(digest, documentGroup.orElse("\0"));
    add(digest, subject.orElse("\0"));
    add(digest, "%s %s %s".formatted(origin, weight, endOfDocument));
    new TreeMap<>(attributes)
        .forEach(
            (name, value) -> {
              add(digest, name);
              add(digest, value);
            });
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void add(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
    digest.update(bytes);
  }

  private static long length(Optional<String> text) {
    return text.map(OfferedPrompt::length).orElse(0L);
  }

  private static long length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
