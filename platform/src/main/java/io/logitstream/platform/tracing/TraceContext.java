package io.logitstream.platform.tracing;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Where something belongs in distributed traces: W3C Trace Context, in the headers {@code
 * traceparent} and {@code tracestate} of HTTP requests and of Kafka records. It is handed on as it
 * came: a service that records no spans of its own must not change it.
 *
 * @param traceparent VERSION-TRACEID-PARENTID-FLAGS, in lower-case hex
 * @param tracestate what tracing systems add for themselves; empty for nothing
 * @see <a href="https://www.w3.org/TR/trace-context/">W3C Trace Context</a>
 */
public record TraceContext(String traceparent, Optional<String> tracestate) {
  /** The header of the trace and its parent. */
  public static final String TRACEPARENT = "traceparent";

  /** The header of what tracing systems add. */
  public static final String TRACESTATE = "tracestate";

  /** What is kept of a tracestate at most, as the recommendation asks for. */
  private static final int MAX_STATE_CHARACTERS = 512;

  /** A later version may add fields behind these. */
  private static final Pattern PARENT =
      Pattern.compile(
          "(?!ff)(?<version>[0-9a-f]{2})-(?<trace>(?!0{32})[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}"
              + "-[0-9a-f]{2}(?<more>-[\\x21-\\x7e]{0,200})?");

  private static final Pattern STATE = Pattern.compile("[\\x20-\\x7e\\t]+");
  private static final String SAMPLED = "01";

  public TraceContext {
    if (!isParent(traceparent)) {
      throw new IllegalArgumentException(
          ("traceparent '%s', expected VERSION-TRACEID-PARENTID-FLAGS in lower-case hex, as in"
                  + " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
              .formatted(traceparent));
    }
  }

  /** The context of two headers; none where the first is none. */
  public static Optional<TraceContext> parse(
      @Nullable String traceparent, @Nullable String tracestate) {
    return traceparent == null || !isParent(traceparent)
        ? Optional.empty()
        : Optional.of(of(traceparent, Optional.ofNullable(tracestate)));
  }

  /**
   * The context of two headers. A tracestate that is too long or has other characters than it may
   * is left out.
   *
   * @throws IllegalArgumentException if the first is none
   */
  public static TraceContext of(String traceparent, Optional<String> tracestate) {
    return new TraceContext(
        traceparent,
        tracestate
            .filter(state -> state.length() <= MAX_STATE_CHARACTERS)
            .filter(state -> STATE.matcher(state).matches()));
  }

  /** The context that a record came with; none where it has none that is right. */
  public static Optional<TraceContext> of(Headers headers) {
    return parse(text(headers, TRACEPARENT), text(headers, TRACESTATE));
  }

  /**
   * A sampled trace of its own, for what came without one: the same identity has the same trace, so
   * that a repetition makes no second one.
   *
   * @param identity unique to what begins the trace
   */
  public static TraceContext beginning(String identity) {
    String hex = HexFormat.of().formatHex(sha256("trace " + identity));
    return new TraceContext(
        "00-%s-%s-%s".formatted(hex.substring(0, 32), hex.substring(32, 48), SAMPLED),
        Optional.empty());
  }

  /** The trace's id, 32 digits of lower-case hex. */
  public String traceId() {
    return traceparent.substring(3, 35);
  }

  /** Puts it into a record's headers, in the place of what is there. */
  public void writeTo(Headers headers) {
    headers.remove(TRACEPARENT);
    headers.remove(TRACESTATE);
    headers.add(TRACEPARENT, traceparent.getBytes(StandardCharsets.UTF_8));
    tracestate.ifPresent(state -> headers.add(TRACESTATE, state.getBytes(StandardCharsets.UTF_8)));
  }

  private static boolean isParent(String text) {
    Matcher matcher = PARENT.matcher(text);
    return matcher.matches()
        && (matcher.group("more") == null || !matcher.group("version").equals("00"));
  }

  private static @Nullable String text(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    return header == null || header.value() == null
        ? null
        : new String(header.value(), StandardCharsets.UTF_8);
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
