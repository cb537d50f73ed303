package io.logitstream.platform.surroundings;

import io.logitstream.platform.kafka.KafkaClients;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.jspecify.annotations.Nullable;

/** Kafka, which is asked what brokers there are: no right is needed for that. */
final class KafkaCluster implements Surrounding {
  private final KafkaClients clients;
  private final Duration within;
  private volatile @Nullable Admin admin;

  /**
   * @param within how long it may take to answer
   */
  KafkaCluster(KafkaClients clients, Duration within) {
    this.clients = clients;
    this.within = within;
  }

  @Override
  public String name() {
    return "kafka";
  }

  @Override
  public String place() {
    return clients.settings().bootstrapServers() + " (kafka.bootstrap.servers)";
  }

  @Override
  public void ask() throws Exception {
    // Made here, not at the start: names that cannot be resolved now may be later.
    Admin asked = admin == null ? clients.admin() : admin;
    admin = asked;
    DescribeClusterOptions options =
        new DescribeClusterOptions().timeoutMs(Math.toIntExact(within.toMillis()));
    try {
      asked.describeCluster(options).nodes().get(2 * within.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  @Override
  public void close() {
    if (admin != null) {
      admin.close(Duration.ZERO);
    }
  }
}
