package io.logitstream.platform.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** A consumer whose own metrics are meters until it is closed. */
final class MeteredConsumer extends KafkaConsumer<String, byte[]> {
  private final MetricsRefresh refresh = new MetricsRefresh();
  private final @Nullable KafkaClientMetrics metrics;

  MeteredConsumer(Map<String, Object> config, @Nullable MeterRegistry meters) {
    super(config, new KeyDeserializer(), new ByteArrayDeserializer());
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
  @Deprecated
  public void close(Duration timeout) {
    unbind();
    super.close(timeout);
  }

  @Override
  public void close(CloseOptions options) {
    unbind();
    super.close(options);
  }

  private void unbind() {
    refresh.close();
    if (metrics != null) {
      metrics.close();
    }
  }
}
