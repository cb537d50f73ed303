package io.logitstream.systemtests;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.ConfigurationLayers;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.TopicSettings;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.producer.ProducerSettings;
import io.logitstream.producer.PromptProducer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;

/**
 * Fills a pipeline's prompts within the test's own process: what is not at stake need not start
 * one.
 */
final class Filling {
  private static final double AS_FAST_AS_IT_GOES = 10_000;

  private Filling() {}

  /** Creates the topics and publishes every document. */
  static void fill(Pipeline pipeline) throws Exception {
    createTopics(pipeline);
    publish(pipeline, "documents", AS_FAST_AS_IT_GOES);
  }

  static void createTopics(Pipeline pipeline) {
    try (Admin admin = pipeline.clients().admin()) {
      Topics.create(
          admin,
          new TopicSettings(pipeline.kafka().topicPrefix(), pipeline.partitions(), (short) 1)
              .pipeline());
    }
  }

  /**
   * Publishes every document at a pace.
   *
   * @param source the documents' name: they are other prompts under another one
   */
  static void publish(Pipeline pipeline, String source, double promptsPerSecond) throws Exception {
    Map<String, String> settings = new HashMap<>(pipeline.producing(source, promptsPerSecond));
    settings.putAll(pipeline.connection());
    Configuration configuration =
        Configuration.load(ProducerSettings.SETTINGS, ConfigurationLayers.of(settings));
    new PromptProducer(
            ProducerSettings.from(configuration), new SimpleMeterRegistry(), new Health())
        .run(new StopSignal());
  }
}
