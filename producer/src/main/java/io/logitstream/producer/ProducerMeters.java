package io.logitstream.producer;

import io.logitstream.producer.source.SkipReason;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collection;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The producer's progress as meters. */
final class ProducerMeters {
  private static final String PREFIX = "logitstream.producer.";

  private ProducerMeters() {}

  static void bind(ProducerProgress progress, Collection<String> domains, MeterRegistry meters) {
    for (String domain : domains) {
      FunctionCounter.builder(PREFIX + "prompts", progress, p -> p.prompts(domain))
          .description("Committed prompts")
          .tag("domain", domain)
          .register(meters);
    }
    for (SkipReason reason : SkipReason.values()) {
      FunctionCounter.builder(
              PREFIX + "documents.skipped", progress, p -> p.skippedDocuments(reason))
          .description("Documents that gave no prompt")
          .tag("reason", reason.name().toLowerCase(Locale.ROOT))
          .register(meters);
    }
    count(
        progress,
        meters,
        "prompts.held.out",
        "Committed prompts that are evaluation data",
        ProducerProgress::heldOutPrompts);
    count(
        progress,
        meters,
        "characters",
        "Characters of the committed prompts",
        ProducerProgress::characters);
    count(
        progress, meters, "transactions", "Committed transactions", ProducerProgress::transactions);
    Gauge.builder(PREFIX + "next.index", progress, ProducerProgress::nextIndex)
        .description("Place in the source's order of the next prompt")
        .register(meters);
  }

  private static void count(
      ProducerProgress progress,
      MeterRegistry meters,
      String name,
      String description,
      ToDoubleFunction<ProducerProgress> value) {
    FunctionCounter.builder(PREFIX + name, progress, value)
        .description(description)
        .register(meters);
  }
}
