package io.logitstream.systemtests.secured;

import static io.logitstream.systemtests.secured.SecuredPipeline.TRAINER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import java.util.stream.StreamSupport;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A client that Kafka throttles only gets slower. */
@Tag("long")
@Timeout(300)
class QuotaTest {
  private static final Ending DONE = new Ending(ExitStatus.OK, "");
  private static final double BYTES_PER_SECOND = 2_000_000;

  @Test
  void aTrainerOverItsQuotaStillPublishesEveryCheckpoint(@TempDir Path folder) throws Exception {
    try (SecuredPipeline pipeline = new SecuredPipeline(folder, SecuredKafka.Identity.SASL)) {
      Services services = pipeline.services();
      Map<String, String> superUser = pipeline.kafka().superUser();
      assertThat(Ending.of(services.producer(superUser, "first"))).isEqualTo(DONE);
      score(services, superUser);
      SecuredKafka.grant(
          pipeline.admin(), TRAINER, services.rights().trainer(Services.RUN).rights());
      pipeline
          .admin()
          .alterClientQuotas(
              List.of(
                  new ClientQuotaAlteration(
                      new ClientQuotaEntity(Map.of(ClientQuotaEntity.USER, TRAINER)),
                      List.of(
                          new ClientQuotaAlteration.Op("producer_byte_rate", BYTES_PER_SECOND)))))
          .all()
          .get();

      TrainerProgress progress = new TrainerProgress();
      CompletableFuture<Ending> training =
          Ending.later(
              services.trainer(pipeline.kafka().plain(TRAINER), progress), new StopSignal());
      await()
          .atMost(Duration.ofSeconds(120))
          .until(() -> training.isDone() || isThrottled(services));

      assertThat(training).isNotDone();
      assertThat(training.get(180, TimeUnit.SECONDS)).isEqualTo(DONE);
      assertThat(progress.snapshot().checkpoints()).hasSizeGreaterThan(1);
    }
  }

  private static void score(Services services, Map<String, String> client) throws Exception {
    TeacherService teacher = services.teacher(client);
    StopSignal stop = new StopSignal();
    CompletableFuture<Ending> teaching = Ending.later(teacher, stop);
    await()
        .atMost(Duration.ofSeconds(90))
        .until(
            () ->
                teaching.isDone()
                    || teacher.progress().prompts() + teacher.progress().deadLetters()
                        == Services.PROMPTS);
    stop.request();
    assertThat(teaching.get(3, TimeUnit.MINUTES)).isEqualTo(DONE);
  }

  private static boolean isThrottled(Services services) {
    return services.meters().getMeters().stream()
        .filter(meter -> meter.getId().getName().endsWith("produce.throttle.time.max"))
        .flatMap(meter -> StreamSupport.stream(meter.measure().spliterator(), false))
        .anyMatch(measurement -> measurement.getValue() > 0);
  }
}
