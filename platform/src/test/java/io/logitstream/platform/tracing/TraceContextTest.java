package io.logitstream.platform.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceContextTest {
  private static final String TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String PARENT = "00-" + TRACE_ID + "-00f067aa0ba902b7-01";

  @Test
  void aContextIsReadFromHeadersAndWrittenInThePlaceOfAnother() {
    Headers came = new RecordHeaders();
    came.add("traceparent", bytes(PARENT));
    came.add("tracestate", bytes("a=1,b=2"));
    Headers record = new RecordHeaders();
    record.add("traceparent", bytes("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"));
    record.add("tracestate", bytes("c=3"));
    record.add("another", bytes("stays"));

    TraceContext trace = TraceContext.of(came).orElseThrow();
    trace.writeTo(record);

    assertThat(trace.traceId()).isEqualTo(TRACE_ID);
    assertThat(record)
        .extracting(Header::key)
        .containsExactly("another", "traceparent", "tracestate");
    assertThat(TraceContext.of(record)).contains(trace);
    assertThat(trace.tracestate()).contains("a=1,b=2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "none",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\n"
      })
  void whatIsNoTraceparentIsNoContext(String text) {
    assertThat(TraceContext.parse(text, null)).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TraceContext.of(text, Optional.empty()))
        .withMessageContaining("expected VERSION-TRACEID-PARENTID-FLAGS");
  }

  @Test
  void aLaterVersionMayHaveMoreFieldsAndIsHandedOnWhole() {
    String later = "cc-" + TRACE_ID + "-00f067aa0ba902b7-01-what-the-future";

    assertThat(TraceContext.parse(later, null).orElseThrow().traceparent()).isEqualTo(later);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "with\nline", "\u00e9=1"})
  void aTracestateThatIsNoneIsLeftOut(String state) {
    assertThat(TraceContext.parse(PARENT, state).orElseThrow().tracestate()).isEmpty();
  }

  @Test
  void aTracestateIsKeptUpTo512Characters() {
    String longest = "a=" + "x".repeat(510);

    assertThat(TraceContext.parse(PARENT, longest).orElseThrow().tracestate()).contains(longest);
    assertThat(TraceContext.parse(PARENT, longest + "x").orElseThrow().tracestate()).isEmpty();
  }

  @Test
  void aHeaderWithoutAValueIsNoContext() {
    Headers headers = new RecordHeaders();
    headers.add("traceparent", null);

    assertThat(TraceContext.of(headers)).isEmpty();
  }

  @Test
  void theSameBeginningIsTheSameTraceAndAnotherIsAnother() {
    TraceContext first = TraceContext.beginning("prompt 1");

    assertThat(TraceContext.beginning("prompt 1")).isEqualTo(first);
    assertThat(TraceContext.beginning("prompt 2").traceId()).isNotEqualTo(first.traceId());
    assertThat(first.traceparent()).endsWith("-01");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
