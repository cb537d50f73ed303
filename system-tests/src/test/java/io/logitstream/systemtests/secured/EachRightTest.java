package io.logitstream.systemtests.secured;

import static io.logitstream.systemtests.secured.SecuredPipeline.FOLLOWER;
import static io.logitstream.systemtests.secured.SecuredPipeline.INDEXER;
import static io.logitstream.systemtests.secured.SecuredPipeline.PRODUCER;
import static io.logitstream.systemtests.secured.SecuredPipeline.TEACHER;
import static io.logitstream.systemtests.secured.SecuredPipeline.TRAINER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logitstream.checkpoints.CheckpointFollower;
import io.logitstream.platform.access.AccessRight;
import io.logitstream.platform.access.NeededRights;
import io.logitstream.platform.access.ServiceRights;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.TopicSettings;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.platform.lifecycle.ExitStatus;
import io.logitstream.platform.lifecycle.Service;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.schemas.topics.TopicSpecification;
import io.logitstream.teacher.TeacherService;
import io.logitstream.trainer.TrainerProgress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each right of the guide, taken away in turn: the service says that it lacks this one, and without
 * being asked beforehand it is refused, so that no right is printed which nothing needs. In the
 * order of the data, because what one service leaves is what the next one works on.
 */
@Tag("long")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(900)
class EachRightTest {
  /** A service that was not refused until then does not need the right. */
  private static final Duration REFUSED_WITHIN = Duration.ofSeconds(40);

  private SecuredPipeline pipeline;
  private SecuredKafka kafka;
  private Services services;
  private ServiceRights rights;
  private Path folder;
  private int made;

  @BeforeAll
  void start(@TempDir Path temporary) throws Exception {
    folder = temporary;
    pipeline = new SecuredPipeline(temporary, SecuredKafka.Identity.SASL);
    kafka = pipeline.kafka();
    services = pipeline.services();
    rights = services.rights();
  }

  @AfterAll
  void stop() {
    pipeline.close();
  }

  @Test
  @Order(1)
  void ofAProducer() throws Exception {
    // Who goes on reads where it stood.
    publish();
    each(
        PRODUCER,
        rights.producer(Services.SOURCE),
        right -> false,
        () -> services.producer(kafka.plain(PRODUCER), "batch-" + made++));
  }

  @Test
  @Order(2)
  void ofATeacher() throws Exception {
    // A prior is read once there is one, and written once enough was learnt.
    Predicate<AccessRight> isLate =
        right ->
            right.name().endsWith("logit-priors")
                && right.operation() != AclOperation.DESCRIBE_CONFIGS;
    each(
        TEACHER,
        rights.teacher(Services.GROUP, List.of(Services.RUN)),
        isLate,
        () -> {
          publish();
          return services.teacher(kafka.plain(TEACHER));
        });
  }

  @Test
  @Order(3)
  void ofATeacherThatIsAtWork() throws Exception {
    NeededRights needed = rights.teacher(Services.GROUP, List.of(Services.RUN));
    for (ResourceType type :
        List.of(ResourceType.TOPIC, ResourceType.GROUP, ResourceType.TRANSACTIONAL_ID)) {
      AccessRight taken =
          needed.rights().stream()
              .filter(right -> right.type() == type)
              .filter(right -> right.operation() != AclOperation.DESCRIBE)
              .filter(
                  right -> type != ResourceType.TOPIC || right.name().endsWith("teacher-logits"))
              .findFirst()
              .orElseThrow();
      SecuredKafka.grant(pipeline.admin(), TEACHER, needed.rights());
      TeacherService teacher = services.teacher(kafka.plain(TEACHER));
      CompletableFuture<Ending> teaching =
          Ending.later(
              services.authorized(teacher, needed, kafka.plain(TEACHER)), new StopSignal());
      publish();
      await()
          .atMost(Duration.ofSeconds(90))
          .until(() -> teaching.isDone() || teacher.progress().prompts() > 0);
      SecuredKafka.revoke(pipeline.admin(), TEACHER, List.of(taken));
      publish();

      Ending ending = teaching.get(90, TimeUnit.SECONDS);

      assertThat(ending.status()).as("%s: %s", taken, ending).isEqualTo(ExitStatus.USAGE);
      assertThat(ending.message()).contains("1 right is missing").contains(taken.toString());
      SecuredKafka.revoke(pipeline.admin(), TEACHER, needed.rights());
    }
  }

  @Test
  @Order(4)
  void ofATrainer() throws Exception {
    // Dead letters and followers are needed on days that this test does not see, and the run's
    // group
    // by who looks at its lag: training goes on without.
    Predicate<AccessRight> isLate =
        right ->
            (right.name().endsWith(".dlq") && right.operation() == AclOperation.WRITE)
                || right.type() == ResourceType.GROUP;
    TeacherService teacher = services.teacher(kafka.plain(SecuredKafka.SUPER_USER));
    StopSignal stop = new StopSignal();
    CompletableFuture<Ending> teaching = Ending.later(teacher, stop);
    publishScored(teacher);
    SecuredKafka.grant(pipeline.admin(), TRAINER, rights.trainer(Services.RUN).rights());
    // A run that goes on reads what it wrote.
    assertThat(Ending.of(services.trainer(kafka.plain(TRAINER), new TrainerProgress())).status())
        .isEqualTo(ExitStatus.OK);

    each(
        TRAINER,
        rights.trainer(Services.RUN),
        isLate,
        () -> {
          publishScored(teacher);
          return services.trainer(kafka.plain(TRAINER), new TrainerProgress());
        });
    stop.request();
    assertThat(teaching.get(3, TimeUnit.MINUTES).status()).isEqualTo(ExitStatus.OK);
  }

  @Test
  @Order(5)
  void ofAFollower() throws Exception {
    // Only with --export does it read the weights.
    Predicate<AccessRight> isLate = right -> right.name().endsWith("checkpoint-chunks");
    each(FOLLOWER, rights.follower(Services.RUN), isLate, this::follower);
  }

  @Test
  @Order(6)
  void ofAnIndex() throws Exception {
    each(
        INDEXER,
        rights.index(Services.INDEX),
        right -> false,
        () -> services.index(kafka.plain(INDEXER), Files.createTempDirectory(folder, "index")));
  }

  /** On one of the topics: they are alike, and each try creates all of them. */
  @Test
  @Order(7)
  void ofWhoCreatesTopics() throws Exception {
    for (AclOperation operation :
        List.of(AclOperation.CREATE, AclOperation.DESCRIBE, AclOperation.DESCRIBE_CONFIGS)) {
      String prefix = operation + ".";
      NeededRights needed = new ServiceRights(prefix).topics();
      AccessRight taken =
          needed.rights().stream()
              .filter(right -> right.name().equals(prefix + "prompts"))
              .filter(right -> right.operation() == operation)
              .findFirst()
              .orElseThrow();
      List<AccessRight> others = new ArrayList<>(needed.rights());
      others.remove(taken);
      SecuredKafka.grant(pipeline.admin(), PRODUCER, others);
      Service creation = stop -> create(prefix);

      // Controllers learn of a right a moment after it is granted.
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> Ending.of(creation).message().contains(taken.name()));
      assertThat(Ending.of(creation).status()).as("without %s", taken).isEqualTo(ExitStatus.USAGE);
      SecuredKafka.grant(pipeline.admin(), PRODUCER, List.of(taken));
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> Ending.of(creation).equals(new Ending(ExitStatus.OK, "")));
    }
  }

  private void create(String prefix) {
    try (Admin admin = new KafkaClients(services.kafka(kafka.plain(PRODUCER)), "topics").admin()) {
      List<TopicSpecification> topics = new TopicSettings(prefix, 1, (short) 1).pipeline();
      Topics.create(admin, topics);
      Topics.verify(admin, topics);
    }
  }

  private Service follower() {
    return stop -> {
      KafkaClients clients = new KafkaClients(services.kafka(kafka.plain(FOLLOWER)), "follower");
      try (CheckpointFollower follower =
          new CheckpointFollower(
              clients, Services.RUN, "default", CheckpointFollower.Beginning.OLDEST)) {
        follower.follow(manifest -> {}, true, stop);
      }
    };
  }

  /** Makes a service. */
  private interface Making {
    Service make() throws Exception;
  }

  private void each(String user, NeededRights needed, Predicate<AccessRight> isLate, Making making)
      throws Exception {
    SecuredKafka.grant(pipeline.admin(), user, needed.rights());
    for (AccessRight right : needed.rights()) {
      SecuredKafka.revoke(pipeline.admin(), user, List.of(right));
      names(user, needed, right, making);
      if (!isLate.test(right)) {
        isRefused(right, making.make());
      }
      SecuredKafka.grant(pipeline.admin(), user, List.of(right));
    }
    SecuredKafka.revoke(pipeline.admin(), user, needed.rights());
  }

  private void names(String user, NeededRights needed, AccessRight right, Making making)
      throws Exception {
    // Of what is not there yet nobody is told what may be done with it: the service meets it.
    boolean isMet = right.type() == ResourceType.TOPIC && right.isPrefix();
    Service service = isMet ? making.make() : stop -> {};
    Ending ending = Ending.of(services.authorized(service, needed, kafka.plain(user)));

    assertThat(ending.status()).as("without %s", right).isEqualTo(ExitStatus.USAGE);
    assertThat(ending.message())
        .as("without %s", right)
        .contains(isMet ? "missing:" : "1 right is missing")
        .contains(right.toString())
        .contains(right.command("User:…"));
  }

  private void isRefused(AccessRight right, Service service) throws Exception {
    StopSignal stop = new StopSignal();
    CompletableFuture<Ending> ending = Ending.later(service, stop);
    try {
      assertThat(ending.get(REFUSED_WITHIN.toSeconds(), TimeUnit.SECONDS).status())
          .as("without %s, not asked beforehand", right)
          .isEqualTo(ExitStatus.USAGE);
    } catch (TimeoutException e) {
      throw new AssertionError("nothing needed " + right, e);
    } finally {
      stop.request();
    }
  }

  /** Nine more prompts, of which a teacher has taken every one. */
  private void publishScored(TeacherService teacher) {
    long before = taken(teacher);
    publish();
    await().atMost(Duration.ofSeconds(90)).until(() -> taken(teacher) >= before + Services.PROMPTS);
  }

  private static long taken(TeacherService teacher) {
    return teacher.progress().prompts() + teacher.progress().deadLetters();
  }

  /** Nine more prompts. */
  private void publish() {
    assertThat(
            Ending.of(services.producer(kafka.plain(SecuredKafka.SUPER_USER), "more-" + made++))
                .status())
        .isEqualTo(ExitStatus.OK);
  }
}
