package io.logitstream.systemtests.simulation.log;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeConfigsResult;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.GroupResults;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsResult;
import org.apache.kafka.clients.admin.ListGroupsResult;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.internals.KafkaFutureImpl;
import org.jspecify.annotations.Nullable;

/**
 * What services ask an admin client for. Kafka's interface has a hundred methods more; to call one
 * of them fails, by its name.
 */
public final class SimulatedAdmin {
  private static final Node NODE = new Node(0, "simulated", 1);

  private final Network network;
  private final SimulatedBroker broker;
  private final long timeoutNanos;

  SimulatedAdmin(Network network, SimulatedBroker broker, Map<String, Object> config) {
    this.network = network;
    this.broker = broker;
    this.timeoutNanos = SimulatedProducer.nanos(config, "default.api.timeout.ms", 60_000);
  }

  /** As Kafka's interface. */
  Admin client() {
    return (Admin)
        Proxy.newProxyInstance(
            Admin.class.getClassLoader(), new Class<?>[] {Admin.class}, this::invoke);
  }

  private @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
      throws Throwable {
    if (method.getName().equals("close") || method.getDeclaringClass() == Object.class) {
      return null;
    }
    try {
      return SimulatedAdmin.class
          .getMethod(method.getName(), method.getParameterTypes())
          .invoke(this, arguments);
    } catch (NoSuchMethodException e) {
      if (method.isDefault()) {
        return java.lang.reflect.InvocationHandler.invokeDefault(proxy, method, arguments);
      }
      throw new UnsupportedOperationException("no simulated service calls " + method, e);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private <T> KafkaFuture<T> answer(String what, Supplier<T> answer) {
    try {
      return KafkaFuture.completedFuture(network.ask(what, timeoutNanos, answer));
    } catch (ApiException e) {
      KafkaFutureImpl<T> failed = new KafkaFutureImpl<>();
      failed.completeExceptionally(e);
      return failed;
    }
  }

  /** Topics as they stand. */
  public DescribeTopicsResult describeTopics(Collection<String> names) {
    Map<String, KafkaFuture<TopicDescription>> byName = new HashMap<>();
    KafkaFuture<Boolean> reached = answer("describeTopics", () -> true);
    names.forEach(
        name ->
            byName.put(
                name,
                reached.isCompletedExceptionally()
                    ? reached.thenApply(ok -> describe(name))
                    : local(() -> describe(name))));
    return new DescribeTopicsResult(null, byName) {};
  }

  private static <T> KafkaFuture<T> local(Supplier<T> answer) {
    try {
      return KafkaFuture.completedFuture(answer.get());
    } catch (ApiException e) {
      KafkaFutureImpl<T> failed = new KafkaFutureImpl<>();
      failed.completeExceptionally(e);
      return failed;
    }
  }

  private TopicDescription describe(String name) {
    SimulatedBroker.Topic topic = broker.topic(name);
    List<TopicPartitionInfo> partitions =
        IntStream.range(0, topic.partitions().size())
            .mapToObj(
                partition -> new TopicPartitionInfo(partition, NODE, List.of(NODE), List.of(NODE)))
            .toList();
    return new TopicDescription(name, false, partitions, null, topic.id());
  }

  /** Settings of topics. */
  public DescribeConfigsResult describeConfigs(Collection<ConfigResource> resources) {
    Map<ConfigResource, KafkaFuture<Config>> configs = new HashMap<>();
    KafkaFuture<Boolean> reached = answer("describeConfigs", () -> true);
    resources.forEach(
        resource ->
            configs.put(
                resource,
                reached.thenApply(
                    ok ->
                        new Config(
                            settings(resource.name()).entrySet().stream()
                                .map(entry -> new ConfigEntry(entry.getKey(), entry.getValue()))
                                .toList()))));
    return new DescribeConfigsResult(configs) {};
  }

  /** As the broker fills in what was not set. */
  private Map<String, String> settings(String topic) {
    Map<String, String> settings = new HashMap<>(broker.topic(topic).settings());
    settings.putIfAbsent("retention.bytes", "-1");
    return settings;
  }

  /** The groups that have committed offsets. */
  public ListGroupsResult listGroups() {
    try {
      network.ask("listGroups", timeoutNanos, () -> true);
    } catch (ApiException e) {
      return GroupResults.groups(List.of(e));
    }
    return GroupResults.groups(
        broker.groups().names().stream()
            .<Object>map(
                group -> new GroupListing(group, Optional.empty(), "consumer", Optional.empty()))
            .toList());
  }

  /** The offsets that a group has committed. */
  public ListConsumerGroupOffsetsResult listConsumerGroupOffsets(String group) {
    return GroupResults.offsets(
        group,
        answer(
            "listConsumerGroupOffsets",
            () ->
                new HashMap<TopicPartition, org.apache.kafka.clients.consumer.OffsetAndMetadata>(
                    broker.committed(group))));
  }
}
