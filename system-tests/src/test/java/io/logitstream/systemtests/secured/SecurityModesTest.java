package io.logitstream.systemtests.secured;

import static io.logitstream.systemtests.secured.SecuredPipeline.FOLLOWER;
import static io.logitstream.systemtests.secured.SecuredPipeline.INDEXER;
import static io.logitstream.systemtests.secured.SecuredPipeline.PRODUCER;
import static io.logitstream.systemtests.secured.SecuredPipeline.TEACHER;
import static io.logitstream.systemtests.secured.SecuredPipeline.TRAINER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logitstream.checkpoints.CheckpointFollower;
import io.logitstream.lineage.LineageIndex;
import io.logitstream.platform.access.ServiceRights;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.lifecycle.ExitStatus;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.systemtests.secured.SecuredKafka.Identity;
import io.logitstream.teacher.TeacherService;
import io.logitstream.trainer.TrainerProgress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** All services, from prompt to follower, in each of the ways in which a client says who it is. */
@Tag("long")
@Timeout(300)
class SecurityModesTest {
  /** The settings with which a user reaches the broker. */
  private interface Login {
    Map<String, String> of(String user) throws Exception;
  }

  @Test
  void overTlsAlone(@TempDir Path folder) throws Exception {
    try (SecuredPipeline pipeline = new SecuredPipeline(folder, Identity.NONE)) {
      fromPromptToFollower(pipeline, user -> pipeline.kafka().anonymous(), folder);
    }
  }

  @Test
  void overMutualTls(@TempDir Path folder) throws Exception {
    try (SecuredPipeline pipeline = new SecuredPipeline(folder, Identity.CERTIFICATE)) {
      grant(pipeline);
      fromPromptToFollower(
          pipeline,
          user ->
              pipeline.kafka().certificate(pipeline.kafka().certificates().make(user, "-1d", 10)),
          folder);
    }
  }

  @Test
  void withPlain(@TempDir Path folder) throws Exception {
    try (SecuredPipeline pipeline = new SecuredPipeline(folder, Identity.SASL)) {
      grant(pipeline);
      fromPromptToFollower(pipeline, pipeline.kafka()::plain, folder);
    }
  }

  @Test
  void withScram(@TempDir Path folder) throws Exception {
    try (SecuredPipeline pipeline = new SecuredPipeline(folder, Identity.SASL)) {
      for (String user : SecuredPipeline.USERS) {
        pipeline.kafka().addScramUser(pipeline.admin(), user);
      }
      grant(pipeline);
      fromPromptToFollower(pipeline, pipeline.kafka()::scram, folder);
    }
  }

  @Test
  void withOauth(@TempDir Path folder) throws Exception {
    try (SecuredPipeline pipeline = new SecuredPipeline(folder, Identity.SASL)) {
      grant(pipeline);
      fromPromptToFollower(pipeline, pipeline.kafka()::oauth, folder);
    }
  }

  private static void grant(SecuredPipeline pipeline) throws Exception {
    ServiceRights rights = pipeline.services().rights();
    Map.of(
            PRODUCER, rights.producer(Services.SOURCE),
            TEACHER, rights.teacher(Services.GROUP, List.of(Services.RUN)),
            TRAINER, rights.trainer(Services.RUN),
            FOLLOWER, rights.follower(Services.RUN),
            INDEXER, rights.index(Services.INDEX))
        .forEach(
            (user, needed) -> {
              try {
                SecuredKafka.grant(pipeline.admin(), user, needed.rights());
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
  }

  private static void fromPromptToFollower(SecuredPipeline pipeline, Login login, Path folder)
      throws Exception {
    Services services = pipeline.services();
    ServiceRights rights = services.rights();
    Map<String, String> producing = login.of(PRODUCER);
    Map<String, String> scoring = login.of(TEACHER);
    Map<String, String> learning = login.of(TRAINER);
    assertThat(
            Ending.of(
                services.authorized(
                    services.producer(producing, "first"),
                    rights.producer(Services.SOURCE),
                    producing)))
        .isEqualTo(new Ending(ExitStatus.OK, ""));
    TeacherService teacher = services.teacher(scoring);
    StopSignal stop = new StopSignal();
    CompletableFuture<Ending> teaching =
        Ending.later(
            services.authorized(
                teacher, rights.teacher(Services.GROUP, List.of(Services.RUN)), scoring),
            stop);
    await()
        .atMost(Duration.ofSeconds(90))
        .until(
            () ->
                teaching.isDone()
                    || teacher.progress().prompts() + teacher.progress().deadLetters()
                        == Services.PROMPTS);
    TrainerProgress progress = new TrainerProgress();
    assertThat(
            Ending.of(
                services.authorized(
                    services.trainer(learning, progress), rights.trainer(Services.RUN), learning)))
        .isEqualTo(new Ending(ExitStatus.OK, ""));
    stop.request();
    assertThat(teaching.get(3, TimeUnit.MINUTES)).isEqualTo(new Ending(ExitStatus.OK, ""));

    assertThat(followed(services, login.of(FOLLOWER)))
        .hasSize(progress.snapshot().checkpoints().size())
        .hasSizeGreaterThan(1);
    indexes(services, login.of(INDEXER), folder);
  }

  private static List<Long> followed(Services services, Map<String, String> client)
      throws Exception {
    List<Long> given = new ArrayList<>();
    try (CheckpointFollower follower =
        new CheckpointFollower(
            new KafkaClients(services.kafka(client), "follower"),
            Services.RUN,
            "default",
            CheckpointFollower.Beginning.OLDEST)) {
      follower.follow(manifest -> given.add(manifest.getSequence()), true, new StopSignal());
    }
    return given;
  }

  /** Until the index has committed all that there is. */
  private static void indexes(Services services, Map<String, String> client, Path folder)
      throws Exception {
    LineageIndex index = services.index(client, folder.resolve("index"));
    StopSignal stop = new StopSignal();
    CompletableFuture<Ending> indexing =
        Ending.later(
            services.authorized(index, services.rights().index(Services.INDEX), client), stop);
    await()
        .atMost(Duration.ofSeconds(90))
        .until(
            () ->
                indexing.isDone()
                    || services.meters().get("logitstream.index.records.behind").gauge().value()
                        == 0);
    stop.request();
    assertThat(indexing.get(60, TimeUnit.SECONDS)).isEqualTo(new Ending(ExitStatus.OK, ""));
  }
}
