package io.logitstream.console.logging;

import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A line of the log as an object of JSON: time, level, thread, logger and exception as logback
 * writes them, and beside them the message, what the process is, and what was being worked on where
 * the code says so ({@link org.slf4j.MDC}).
 *
 * <pre>
 * {"timestamp":1764146074875,"level":"WARN","threadName":"trainer","loggerName":"io…DeadLetters",
 *  "message":"…","run":"first","service":"trainer","topic":"teacher-logits","traceId":"4bf9…",
 *  "step":36,"partition":2,"offset":65}
 * </pre>
 */
final class JsonLines extends JsonEncoder {
  private static final List<String> TEXTS = List.of("topic", "traceId");
  private static final List<String> NUMBERS = List.of("step", "partition", "offset");

  private final Map<String, String> members;

  /**
   * Lines of one process.
   *
   * @param members what every line says beside its message, by name
   */
  JsonLines(Map<String, String> members) {
    this.members = new TreeMap<>(members);
    setWithSequenceNumber(false);
    setWithNanoseconds(false);
    setWithContext(false);
    setWithMarkers(false);
    setWithMDC(false);
    setWithKVPList(false);
    setWithArguments(false);
    setWithMessage(false);
  }

  /** Goes behind the members that logback writes, of which there are some in every line. */
  @Override
  protected void appendCustomFields(StringBuilder line, ILoggingEvent event) {
    text(line, "message", event.getFormattedMessage());
    members.forEach((name, value) -> text(line, name, value));
    Map<String, String> context = event.getMDCPropertyMap();
    for (String name : TEXTS) {
      if (context.containsKey(name)) {
        text(line, name, context.get(name));
      }
    }
    for (String name : NUMBERS) {
      if (context.containsKey(name)) {
        line.append(",\"").append(name).append("\":").append(context.get(name));
      }
    }
  }

  private static void text(StringBuilder line, String name, String value) {
    line.append(",\"").append(name).append("\":\"");
    JsonStringEncoder.getInstance().quoteAsString(value, line);
    line.append('"');
  }
}
