package io.logitstream.platform.tracing;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Names a record to what is logged on this thread until it is closed: the fields {@code topic},
 * {@code partition}, {@code offset} and, where the record has one, {@code traceId}.
 */
public final class LoggedRecord implements AutoCloseable {
  private final Map<String, @Nullable String> before = new HashMap<>();

  private LoggedRecord() {}

  /** Names a record. */
  public static LoggedRecord of(ConsumerRecord<?, ?> read) {
    LoggedRecord logged = new LoggedRecord();
    logged.put("topic", read.topic());
    logged.put("partition", Integer.toString(read.partition()));
    logged.put("offset", Long.toString(read.offset()));
    TraceContext.of(read.headers()).ifPresent(trace -> logged.put("traceId", trace.traceId()));
    return logged;
  }

  private void put(String name, String value) {
    before.put(name, MDC.get(name));
    MDC.put(name, value);
  }

  @Override
  public void close() {
    before.forEach(
        (name, value) -> {
          if (value == null) {
            MDC.remove(name);
          } else {
            MDC.put(name, value);
          }
        });
  }
}
