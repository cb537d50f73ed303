package io.logitstream.systemtests.secured;

import static io.logitstream.systemtests.secured.SecuredPipeline.FOLLOWER;
import static io.logitstream.systemtests.secured.SecuredPipeline.TEACHER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logitstream.platform.access.AccessRight;
import io.logitstream.platform.access.NeededRights;
import io.logitstream.platform.access.ServiceRights;
import io.logitstream.platform.lifecycle.ExitStatus;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.teacher.TeacherService;
import io.logitstream.trainer.TrainerProgress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pipelines with prefixes of their own on one cluster and one registry. */
@Tag("long")
@Timeout(300)
class TwoPipelinesTest {
  private static final Ending DONE = new Ending(ExitStatus.OK, "");

  /**
   * The same source, the same keys, the same run: only the prefix and the teachers' group differ.
   */
  @Test
  void eachSeesItsOwnRecordsAloneAndItsUsersMayTouchNoOther(@TempDir Path folder) throws Exception {
    try (SecuredPipeline first = new SecuredPipeline(folder, SecuredKafka.Identity.SASL)) {
      String user = FOLLOWER;
      Services second = first.another("other.").withGroup("others");
      SecuredKafka kafka = first.kafka();
      SecuredKafka.grant(first.admin(), TEACHER, all(first.services()));
      SecuredKafka.grant(first.admin(), user, all(second));
      Scoring ofFirst = new Scoring(first.services().teacher(kafka.plain(TEACHER)));
      Scoring ofSecond = new Scoring(second.teacher(kafka.plain(user)));

      assertThat(Ending.of(first.services().producer(kafka.plain(TEACHER), "same")))
          .isEqualTo(DONE);
      ofFirst.awaitAll();
      assertThat(Ending.of(second.producer(kafka.plain(user), "same"))).isEqualTo(DONE);
      ofSecond.awaitAll();
      ofFirst.end();
      ofSecond.end();

      // One of the prompts is condemned, and the others are a window each.
      assertThat(trained(first.services(), kafka.plain(TEACHER))).isEqualTo(Services.PROMPTS - 1);
      assertThat(trained(second, kafka.plain(user))).isEqualTo(Services.PROMPTS - 1);
      for (NeededRights foreign : rights(second)) {
        Ending refused =
            Ending.of(
                second.authorized(
                    stop -> {
                      throw new AssertionError("the service began");
                    },
                    foreign,
                    kafka.plain(TEACHER)));
        assertThat(refused.status()).isEqualTo(ExitStatus.USAGE);
        assertThat(refused.message()).contains("on topic other.");
      }
    }
  }

  /** A teacher at work. */
  private static final class Scoring {
    private final TeacherService teacher;
    private final StopSignal stop = new StopSignal();
    private final CompletableFuture<Ending> ending;

    Scoring(TeacherService teacher) {
      this.teacher = teacher;
      this.ending = Ending.later(teacher, stop);
    }

    void awaitAll() {
      await()
          .atMost(Duration.ofSeconds(90))
          .until(() -> ending.isDone() || taken() >= Services.PROMPTS);
    }

    void end() throws Exception {
      stop.request();
      assertThat(ending.get(3, TimeUnit.MINUTES)).isEqualTo(DONE);
      assertThat(taken()).isEqualTo(Services.PROMPTS);
    }

    private long taken() {
      return teacher.progress().prompts() + teacher.progress().deadLetters();
    }
  }

  /** Trains until there is nothing more, and returns the number of records. */
  private static long trained(Services services, Map<String, String> client) {
    TrainerProgress progress = new TrainerProgress();
    assertThat(Ending.of(services.trainer(client, progress))).isEqualTo(DONE);
    return progress.snapshot().trainedRecords();
  }

  private static List<AccessRight> all(Services services) {
    return rights(services).stream()
        .flatMap(needed -> needed.rights().stream())
        .distinct()
        .toList();
  }

  private static List<NeededRights> rights(Services services) {
    ServiceRights rights = services.rights();
    return List.of(
        rights.producer(Services.SOURCE),
        rights.teacher(services.group(), List.of(Services.RUN)),
        rights.trainer(Services.RUN));
  }
}
