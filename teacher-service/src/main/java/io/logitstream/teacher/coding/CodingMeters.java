package io.logitstream.teacher.coding;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicLong;

/** What is measured about priors and what is coded under them. */
final class CodingMeters {
  private final Counter coded;
  private final Counter plain;
  private final Counter unlearned;
  private final Counter published;
  private final Counter adopted;
  private final Counter failed;
  private final AtomicLong learnedRecords = new AtomicLong();

  CodingMeters(MeterRegistry meters) {
    coded = payloads(meters, "coded");
    plain = payloads(meters, "plain");
    unlearned =
        Counter.builder("logitstream.teacher.prior.unlearned")
            .description("Windows that no prior was learned from, because learning was behind")
            .register(meters);
    published = priors(meters, "published");
    adopted = priors(meters, "adopted");
    failed = priors(meters, "failed");
    Gauge.builder("logitstream.teacher.prior.records", learnedRecords, AtomicLong::get)
        .description("Records that the current prior was learned from; 0 while there is none")
        .register(meters);
  }

  private static Counter payloads(MeterRegistry meters, String coding) {
    return Counter.builder("logitstream.teacher.payloads")
        .description("Payloads of sampled logits")
        .tag("coding", coding)
        .register(meters);
  }

  private static Counter priors(MeterRegistry meters, String what) {
    return Counter.builder("logitstream.teacher.priors")
        .description("Priors that were learned and published, found on the topic, or failed")
        .tag("outcome", what)
        .register(meters);
  }

  void coded() {
    coded.increment();
  }

  void plain() {
    plain.increment();
  }

  void unlearned() {
    unlearned.increment();
  }

  void published(long records) {
    published.increment();
    learnedRecords.set(records);
  }

  void adopted(long records) {
    adopted.increment();
    learnedRecords.set(records);
  }

  void failed() {
    failed.increment();
  }
}
