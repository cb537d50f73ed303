package io.logitstream.producer.http;

import io.logitstream.producer.intake.Receipt;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** The meters of an HTTP intake. Safe for all threads. */
final class IntakeMeters {
  private static final String PREFIX = "logitstream.intake.";

  private final MeterRegistry meters;
  private final Map<Receipt.Outcome, Counter> outcomes = new EnumMap<>(Receipt.Outcome.class);
  private final Timer commit;

  IntakeMeters(MeterRegistry meters, Supplier<Number> queued) {
    this.meters = meters;
    for (Receipt.Outcome outcome : Receipt.Outcome.values()) {
      outcomes.put(
          outcome,
          Counter.builder(PREFIX + "prompts")
              .description("Offered prompts by what became of them")
              .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
              .register(meters));
    }
    this.commit =
        Timer.builder(PREFIX + "commit")
            .description("From a batch's start to its acknowledgement, waits for a broker included")
            .register(meters);
    Gauge.builder(PREFIX + "queue", queued)
        .description("Prompts that wait or are being published")
        .register(meters);
  }

  void refused(String code) {
    Counter.builder(PREFIX + "refused")
        .description("Prompts and requests that were refused")
        .tag("code", code)
        .register(meters)
        .increment();
  }

  void published(List<Receipt> receipts, Duration took) {
    commit.record(took);
    for (Receipt receipt : receipts) {
      Counter counter = outcomes.get(receipt.outcome());
      if (counter != null) {
        counter.increment();
      }
    }
  }

  long count(Receipt.Outcome outcome) {
    Counter counter = outcomes.get(outcome);
    return counter == null ? 0 : (long) counter.count();
  }
}
