package io.logitstream.systemtests;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;

/** What the broker knows of one producer's transactions. */
final class TransactionWatch {
  private static final Duration LONG = Duration.ofSeconds(60);

  private static final Duration ON_ITS_WAY = Duration.ofSeconds(1);

  private final Admin admin;
  private final String transactionalId;

  private TransactionWatch(Admin admin, String transactionalId) {
    this.admin = admin;
    this.transactionalId = transactionalId;
  }

  /** Waits for the first producer whose transactional id begins so; there must be one alone. */
  static TransactionWatch ofOnly(Admin admin, String prefix) {
    List<String> ids = await().atMost(LONG).until(() -> ids(admin, prefix), is -> !is.isEmpty());
    if (ids.size() != 1) {
      throw new IllegalStateException("producers %s, expected one".formatted(ids));
    }
    return new TransactionWatch(admin, ids.get(0));
  }

  private static List<String> ids(Admin admin, String prefix)
      throws ExecutionException, InterruptedException {
    return admin.listTransactions().all().get().stream()
        .map(TransactionListing::transactionalId)
        .filter(id -> id.startsWith(prefix))
        .toList();
  }

  /** Whether a transaction is open, and nobody has asked to commit or to abort it. */
  boolean isOpen() throws ExecutionException, InterruptedException {
    return state() == TransactionState.ONGOING;
  }

  /** Stops the producer's process in the middle of a transaction that it does not commit. */
  void pauseWithin(ServiceProcess process) {
    await()
        .atMost(LONG)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(1))
        .until(
            () -> {
              if (!isOpen()) {
                return false;
              }
              process.pause();
              if (staysUncommitted()) {
                return true;
              }
              process.resume();
              return false;
            });
  }

  /** A commit that was on its way when the process was stopped may still arrive. */
  private boolean staysUncommitted() throws ExecutionException, InterruptedException {
    long startNanos = System.nanoTime();
    while (System.nanoTime() - startNanos < ON_ITS_WAY.toNanos()) {
      switch (state()) {
        case ONGOING -> {}
        case PREPARE_ABORT, PREPARE_EPOCH_FENCE, COMPLETE_ABORT -> {
          return true;
        }
        default -> {
          return false;
        }
      }
    }
    return true;
  }

  private TransactionState state() throws ExecutionException, InterruptedException {
    return admin
        .describeTransactions(List.of(transactionalId))
        .description(transactionalId)
        .get()
        .state();
  }
}
