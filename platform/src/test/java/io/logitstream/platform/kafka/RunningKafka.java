package io.logitstream.platform.kafka;

import io.logitstream.embedded.EmbeddedKafka;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A broker and a registry for all tests of this module; each test has a topic prefix of its own.
 */
public final class RunningKafka implements ParameterResolver {
  private static final AtomicInteger PREFIXES = new AtomicInteger();

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == KafkaSettings.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Running running =
        context
            .getRoot()
            .getStore(Namespace.GLOBAL)
            .getOrComputeIfAbsent(Running.class, key -> new Running(), Running.class);
    return new KafkaSettings(
        running.kafka.bootstrapServers(),
        running.kafka.registryUrl(),
        "t%d.".formatted(PREFIXES.incrementAndGet()),
        true,
        Map.of());
  }

  private static final class Running
      implements ExtensionContext.Store.CloseableResource, AutoCloseable {
    private final EmbeddedKafka kafka = EmbeddedKafka.temporary("platform-test");

    @Override
    public void close() {
      kafka.close();
    }
  }
}
