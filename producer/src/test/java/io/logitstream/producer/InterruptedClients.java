package io.logitstream.producer;

import io.logitstream.platform.kafka.ClientSource;
import io.logitstream.schemas.topics.Topic;
import io.micrometer.core.instrument.MeterRegistry;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Kafka's own clients; something happens once in the middle of a transaction, when its prompts were
 * sent and its position was not.
 */
public final class InterruptedClients implements ClientSource {
  private final ClientSource network = ClientSource.network();
  private final AtomicReference<Runnable> next = new AtomicReference<>(() -> {});

  /** What happens in the next transaction. */
  public void next(Runnable happening) {
    next.set(happening);
  }

  @Override
  public Consumer<String, byte[]> consumer(
      Map<String, Object> config, @Nullable MeterRegistry meters) {
    return network.consumer(config, meters);
  }

  @Override
  @SuppressWarnings("unchecked")
  public Producer<String, byte[]> producer(
      Map<String, Object> config, @Nullable MeterRegistry meters) {
    Producer<String, byte[]> producer = network.producer(config, meters);
    return (Producer<String, byte[]>)
        Proxy.newProxyInstance(
            Producer.class.getClassLoader(),
            new Class<?>[] {Producer.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("send")
                  && arguments[0] instanceof ProducerRecord<?, ?> record
                  && record.topic().equals(Topic.SOURCE_POSITIONS.named(""))) {
                next.getAndSet(() -> {}).run();
              }
              try {
                return method.invoke(producer, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Override
  public Admin admin(Map<String, Object> config) {
    return network.admin(config);
  }
}
