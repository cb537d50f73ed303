package io.logitstream.systemtests.secured;

import static io.logitstream.systemtests.secured.SecuredPipeline.PRODUCER;
import static io.logitstream.systemtests.secured.SecuredPipeline.TEACHER;
import static io.logitstream.systemtests.secured.SecuredPipeline.TRAINER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.logitstream.platform.access.AccessRight;
import io.logitstream.platform.access.NeededRights;
import io.logitstream.platform.access.ServiceRights;
import io.logitstream.platform.lifecycle.ExitStatus;
import io.logitstream.platform.lifecycle.Service;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.teacher.TeacherService;
import io.logitstream.trainer.TrainerProgress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.acl.AclOperation;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The services against a cluster with mutual TLS, SASL, an authorizer, a registry behind TLS and a
 * password, schemas registered beforehand, and a prefix of topics: with the rights that {@code
 * logitstream acls} prints, and with less.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(600)
class SecuredKafkaTest {
  private SecuredPipeline pipeline;
  private SecuredKafka kafka;
  private Services services;
  private ServiceRights rights;
  private Path folder;

  @BeforeAll
  void start(@TempDir Path temporary) throws Exception {
    folder = temporary;
    pipeline = new SecuredPipeline(folder, SecuredKafka.Identity.SASL);
    kafka = pipeline.kafka();
    services = pipeline.services();
    rights = services.rights();
    kafka.addScramUser(pipeline.admin(), TEACHER);
  }

  @AfterAll
  void stop() {
    pipeline.close();
  }

  @Test
  void theServicesWorkWithTheRightsThatArePrintedAlone() throws Exception {
    grant(PRODUCER, rights.producer(Services.SOURCE));
    grant(TEACHER, rights.teacher(Services.GROUP, List.of(Services.RUN)));
    grant(TRAINER, rights.trainer(Services.RUN));

    assertThat(Ending.of(producer(kafka.plain(PRODUCER)))).isEqualTo(done());
    TeacherService teacher = services.teacher(kafka.scram(TEACHER));
    StopSignal stop = new StopSignal();
    CompletableFuture<Ending> teaching =
        Ending.later(
            services.authorized(
                teacher,
                rights.teacher(Services.GROUP, List.of(Services.RUN)),
                kafka.scram(TEACHER)),
            stop);
    await()
        .atMost(Duration.ofMinutes(3))
        .until(
            () ->
                teaching.isDone()
                    || teacher.progress().prompts() + teacher.progress().deadLetters()
                        == Services.PROMPTS);
    stop.request();
    assertThat(teaching.get(3, TimeUnit.MINUTES)).isEqualTo(done());
    assertThat(teacher.progress().deadLetters()).isEqualTo(1);
    TrainerProgress progress = new TrainerProgress();
    assertThat(
            Ending.of(
                services.authorized(
                    services.trainer(kafka.oauth(TRAINER), progress),
                    rights.trainer(Services.RUN),
                    kafka.oauth(TRAINER))))
        .isEqualTo(done());

    assertThat(progress.snapshot().latestStep()).isPresent();
    assertThat(progress.snapshot().checkpoints()).hasSizeGreaterThan(1);
    revoke(PRODUCER, rights.producer(Services.SOURCE));
    revoke(TEACHER, rights.teacher(Services.GROUP, List.of(Services.RUN)));
    revoke(TRAINER, rights.trainer(Services.RUN));
  }

  @Test
  void aServiceWithoutRightsNamesAllThatItNeeds() {
    namesAll(
        rights.producer(Services.SOURCE),
        needed -> services.authorized(never(), needed, kafka.plain(PRODUCER)));
    namesAll(
        rights.teacher(Services.GROUP, List.of(Services.RUN)),
        needed -> services.authorized(never(), needed, kafka.scram(TEACHER)));
    namesAll(
        rights.trainer(Services.RUN),
        needed -> services.authorized(never(), needed, kafka.oauth(TRAINER)));
  }

  private interface Guarding {
    Service guard(NeededRights needed);
  }

  private static void namesAll(NeededRights needed, Guarding guarding) {
    Ending ending = Ending.of(guarding.guard(needed));

    assertThat(ending.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(ending.message())
        .contains("%d rights are missing".formatted(needed.rights().size()))
        .contains("logitstream acls " + needed.command());
    for (AccessRight right : needed.rights()) {
      assertThat(ending.message()).contains(right.toString()).contains(right.command("User:…"));
    }
  }

  @Test
  void aServiceThatLacksARightNamesThisOneAlone() throws Exception {
    NeededRights needed = rights.teacher(Services.GROUP, List.of(Services.RUN));
    AccessRight deadLetters =
        needed.rights().stream()
            .filter(right -> right.name().endsWith("prompts.dlq"))
            .filter(right -> right.operation() == AclOperation.WRITE)
            .findFirst()
            .orElseThrow();
    grant(TEACHER, needed);
    SecuredKafka.revoke(pipeline.admin(), TEACHER, List.of(deadLetters));

    Ending ending = Ending.of(services.authorized(never(), needed, kafka.scram(TEACHER)));

    revoke(TEACHER, needed);
    assertThat(ending.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(ending.message())
        .isEqualTo(
            """
            1 right is missing:
              WRITE on topic team.prompts.dlq
                grant it: kafka-acls.sh --bootstrap-server … --add --allow-principal 'User:…' --operation WRITE --topic 'team.prompts.dlq'
              'logitstream acls teacher --name teachers --set backpressure.groups=run --principal User:…' prints all that are needed""");
  }

  @Test
  void aWrongPasswordEndsAServiceWithAMessage() {
    refused(
        change(kafka.plain(PRODUCER), "sasl.jaas.config", "secret"), "SaslAuthenticationException");
    refused(
        change(kafka.scram(TEACHER), "sasl.jaas.config", "secret"), "SaslAuthenticationException");
    refused(
        change(kafka.oauth(TRAINER), "sasl.oauthbearer.client.credentials.client.secret", "secret"),
        "invalid_client",
        "kafka.sasl.");
  }

  @Test
  void aWrongPasswordOfTheRegistryEndsAServiceWithAMessage() throws Exception {
    refusedByRegistry(
        Map.of("registry.basic-auth", "registry:wrong"), "Unauthorized", "registry.basic-auth");
  }

  /** Kafka itself does not start with such a certificate; it goes on with one that expires. */
  @Test
  void anExpiredCertificateOfTheBrokerEndsAServiceWithAMessage() throws Exception {
    refusedByServer(
        kafka.certificates().make("expired", "-30d", 10),
        "CertificateExpiredException: NotAfter",
        "the broker's certificate has expired");
  }

  @Test
  void aCertificateOfAnotherHostEndsAServiceWithAMessage() throws Exception {
    refusedByServer(
        elsewhere(),
        "No subject alternative names matching IP address 127.0.0.1",
        "the broker's certificate is for another host",
        "kafka.bootstrap.servers");
  }

  @Test
  void anExpiredCertificateOfAClientEndsAServiceWithAMessage() throws Exception {
    Map<String, String> client = new HashMap<>(kafka.plain(PRODUCER));
    client.put("ssl.keystore.location", kafka.certificates().make("late", "-30d", 10).toString());

    refused(client, "the broker refuses this client's certificate", "kafka.ssl.keystore.");
  }

  @Test
  void aRegistryThatNobodyTrustsEndsAServiceWithAMessage() throws Exception {
    Certificates strangers = new Certificates(Files.createDirectory(folder.resolve("strangers")));

    refusedByRegistry(
        Map.of(
            "registry.client.schema.registry.ssl.truststore.location",
            strangers.trustStore().toString()),
        "no TLS with the schema registry at https://127.0.0.1:",
        "registry.client.schema.registry.ssl.truststore.");
  }

  /** Confluent's client itself takes it. */
  @Test
  void aRegistryWithTheCertificateOfAnotherHostEndsAServiceWithAMessage() throws Exception {
    HttpsServer server = server(elsewhere());
    try {
      refusedByRegistry(
          Map.of("registry.url", "https://127.0.0.1:" + server.getAddress().getPort()),
          "the registry's certificate is for another host",
          "registry.url");
    } finally {
      server.stop(0);
    }
  }

  private void refusedByRegistry(Map<String, String> others, String... expected) throws Exception {
    grant(PRODUCER, rights.producer(Services.SOURCE));

    Ending ending = Ending.of(pipeline.services(others).producer(kafka.plain(PRODUCER), "refused"));

    revoke(PRODUCER, rights.producer(Services.SOURCE));
    assertThat(ending.status()).as(ending.message()).isEqualTo(ExitStatus.USAGE);
    assertThat(ending.message()).contains(expected);
  }

  private Path elsewhere() throws Exception {
    return kafka.certificates().makeFor("elsewhere", "dns:elsewhere.example");
  }

  private static HttpsServer server(Path keyStore) throws Exception {
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    server.setHttpsConfigurator(new HttpsConfigurator(Certificates.context(keyStore)));
    server.start();
    return server;
  }

  private void refusedByServer(Path keyStore, String... expected) throws Exception {
    HttpsServer server = server(keyStore);
    Map<String, String> client = new HashMap<>(kafka.plain(PRODUCER));
    client.put("bootstrap.servers", "127.0.0.1:" + server.getAddress().getPort());
    try {
      refused(client, expected);
    } finally {
      server.stop(0);
    }
  }

  private void refused(Map<String, String> client, String... expected) {
    Ending ending =
        Ending.of(services.authorized(never(), rights.producer(Services.SOURCE), client));

    assertThat(ending.status()).as(ending.message()).isEqualTo(ExitStatus.USAGE);
    assertThat(ending.message()).contains(expected);
  }

  private static Map<String, String> change(Map<String, String> client, String name, String part) {
    UnaryOperator<String> wrong = value -> value.replace(part, "wrong");
    Map<String, String> changed = new HashMap<>(client);
    changed.computeIfPresent(name, (key, value) -> wrong.apply(value));
    return changed;
  }

  private Service producer(Map<String, String> client) {
    return services.authorized(
        services.producer(client, "first"), rights.producer(Services.SOURCE), client);
  }

  private static Service never() {
    return stop -> {
      throw new AssertionError("the service began");
    };
  }

  private static Ending done() {
    return new Ending(ExitStatus.OK, "");
  }

  private void grant(String user, NeededRights needed) throws Exception {
    SecuredKafka.grant(pipeline.admin(), user, needed.rights());
  }

  private void revoke(String user, NeededRights needed) throws Exception {
    SecuredKafka.revoke(pipeline.admin(), user, needed.rights());
  }
}
