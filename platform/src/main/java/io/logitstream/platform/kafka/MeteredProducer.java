package io.logitstream.platform.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** A producer whose own metrics are meters until it is closed. */
final class MeteredProducer extends KafkaProducer<String, byte[]> {
  private final MetricsRefresh refresh = new MetricsRefresh();
  private final @Nullable KafkaClientMetrics metrics;

  MeteredProducer(Map<String, Object> config, @Nullable MeterRegistry meters) {
    super(config, new KeySerializer(), new ByteArraySerializer());
    metrics =
        meters == null
            ? null
            : new KafkaClientMetrics(this, Tags.empty(), refresh.thread(), MetricsRefresh.EVERY);
    if (metrics != null && meters != null) {
      metrics.bindTo(meters);
    }
  }

  @Override
  public void close() {
    unbind();
    super.close();
  }

  @Override
  public void close(Duration timeout) {
    unbind();
    super.close(timeout);
  }

  private void unbind() {
    refresh.close();
    if (metrics != null) {
      metrics.close();
    }
  }
}
