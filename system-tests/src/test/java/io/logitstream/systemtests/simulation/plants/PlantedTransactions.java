package io.logitstream.systemtests.simulation.plants;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A producer of transactions that are kept until they are committed, so that a plant can send
 * something else.
 */
abstract class PlantedTransactions implements Interception {
  private final Supplier<Producer<String, byte[]>> producers;
  private final List<ProducerRecord<String, byte[]>> records = new ArrayList<>();
  private Producer<String, byte[]> producer;

  /**
   * @param producers makes producers of the same transactional id
   */
  PlantedTransactions(Supplier<Producer<String, byte[]>> producers) {
    this.producers = producers;
    this.producer = producers.get();
  }

  @SuppressWarnings("unchecked")
  final Producer<String, byte[]> asProducer() {
    return Interception.of(Producer.class, producer, this);
  }

  /** The producer that is written with now. */
  final Producer<String, byte[]> producer() {
    return producer;
  }

  /** Begins with another producer, which fences the one before. */
  final void renew() {
    producer = producers.get();
    producer.initTransactions();
  }

  /** Sends a transaction that has begun, and commits it. */
  abstract void commit(List<ProducerRecord<String, byte[]>> transaction);

  @Override
  @SuppressWarnings("unchecked")
  public final @Nullable Object intercept(String method, Object[] arguments, Call call)
      throws Throwable {
    return switch (method) {
      case "initTransactions" -> {
        producer.initTransactions();
        yield null;
      }
      case "beginTransaction" -> {
        records.clear();
        producer.beginTransaction();
        yield null;
      }
      case "send" -> {
        records.add((ProducerRecord<String, byte[]>) arguments[0]);
        yield CompletableFuture.completedFuture(null);
      }
      case "flush" -> null;
      case "commitTransaction" -> {
        List<ProducerRecord<String, byte[]>> transaction = List.copyOf(records);
        records.clear();
        commit(transaction);
        yield null;
      }
      case "abortTransaction" -> {
        producer.abortTransaction();
        yield null;
      }
      case "partitionsFor" -> producer.partitionsFor((String) arguments[0]);
      default -> call.proceed();
    };
  }
}
