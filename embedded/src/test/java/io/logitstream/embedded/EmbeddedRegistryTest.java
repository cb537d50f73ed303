package io.logitstream.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.NullNode;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedRegistryTest {

  private static final AvroSchema ONE_FIELD = schema("{'name':'a','type':'string'}");
  private static final AvroSchema WITH_DEFAULT =
      schema("{'name':'a','type':'string'},{'name':'b','type':'int','default':0}");
  private static final AvroSchema WITHOUT_DEFAULT =
      schema("{'name':'a','type':'string'},{'name':'c','type':'int'}");

  private static EmbeddedBroker broker;
  private EmbeddedRegistry registry;
  private SchemaRegistryClient client;

  @BeforeAll
  static void startBroker(@TempDir Path folder) {
    broker = EmbeddedBroker.start(new EmbeddedBrokerSettings(folder, 0));
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @BeforeEach
  void startRegistry() {
    registry = EmbeddedRegistry.start(broker.bootstrapServers(), 0);
    client = client();
  }

  @AfterEach
  void stopRegistry() throws Exception {
    client.close();
    registry.close();
  }

  @Test
  void aRegisteredSchemaIsFoundByIdAndBySubject() throws Exception {
    int id = client.register("found/by id", ONE_FIELD);
    assertThat(client.register("found elsewhere", ONE_FIELD)).isEqualTo(id);
    SchemaRegistryClient other = client();
    assertThat(other.getSchemaById(id)).isEqualTo(ONE_FIELD);
    assertThat(other.getId("found/by id", ONE_FIELD)).isEqualTo(id);
    assertThat(other.getLatestSchemaMetadata("found/by id").getVersion()).isEqualTo(1);
    assertThat(other.getAllSubjectsById(id)).contains("found/by id", "found elsewhere");
    assertThat(other.getAllSubjects()).contains("found/by id", "found elsewhere");
  }

  @Test
  void aRestartKeepsIdsVersionsAndLevels() throws Exception {
    int first = client.register("kept", ONE_FIELD);
    int second = client.register("kept", WITH_DEFAULT);
    client.updateCompatibility("kept", "FULL_TRANSITIVE");
    stopRegistry();
    startRegistry();
    assertThat(client.getAllVersions("kept")).containsExactly(1, 2);
    assertThat(client.getId("kept", ONE_FIELD)).isEqualTo(first);
    assertThat(client.getId("kept", WITH_DEFAULT)).isEqualTo(second);
    assertThat(client.getCompatibility("kept")).isEqualTo("FULL_TRANSITIVE");
    int third = client.register("fresh after the restart", schema("{'name':'z','type':'long'}"));
    assertThat(third).isGreaterThan(Math.max(first, second));
  }

  @Test
  void anIncompatibleSchemaIsRefusedByTheDefaultLevel() throws Exception {
    client.register("guarded", ONE_FIELD);
    assertThat(client.getCompatibility("")).isEqualTo("BACKWARD");
    assertThat(client.testCompatibility("guarded", WITH_DEFAULT)).isTrue();
    assertThat(client.testCompatibility("guarded", WITHOUT_DEFAULT)).isFalse();
    assertRefused(409, 409, () -> client.register("guarded", WITHOUT_DEFAULT));
    client.updateCompatibility("guarded", "NONE");
    client.register("guarded", WITHOUT_DEFAULT);
    assertThat(client.getAllVersions("guarded")).containsExactly(1, 2);
  }

  @Test
  void deletionIsSoftFirstAndThenForGood() throws Exception {
    int id = client.register("deleted", ONE_FIELD);
    assertRefused(404, 40405, () -> client.deleteSubject("deleted", true));
    assertThat(client.deleteSubject("deleted")).containsExactly(1);
    assertRefused(404, 40401, () -> client.getLatestSchemaMetadata("deleted"));
    assertThat(client().getSchemaById(id)).isEqualTo(ONE_FIELD);
    assertThat(client.deleteSubject("deleted", true)).containsExactly(1);
    assertThat(client.getAllSubjects(true)).doesNotContain("deleted");
  }

  @Test
  void unknownNamesHaveConfluentsErrorCodes() throws Exception {
    client.register("known", ONE_FIELD);
    assertRefused(404, 40401, () -> client.getLatestSchemaMetadata("unknown"));
    assertRefused(404, 40402, () -> client.getSchemaMetadata("known", 7));
    assertRefused(404, 40403, () -> client.getId("known", WITH_DEFAULT));
    assertRefused(404, 40403, () -> client.getSchemaById(9_999));
    assertRefused(422, 42203, () -> client.updateCompatibility("known", "SIDEWAYS"));
    assertThat(post("/subjects/known/versions", "{\"schema\":\"{\"}")).contains("42201");
    assertThat(post("/subjects/known/versions", "not JSON")).contains("400");
    assertThat(post("/elsewhere", "{}")).contains("404");
    assertThat(post("/subjects/known", "x".repeat((1 << 20) + 1))).contains("413");
  }

  @Test
  void manyClientsAtOnceAgreeOnIds() throws Exception {
    Map<Integer, Set<Integer>> idsBySchema = new ConcurrentHashMap<>();
    IntStream.range(0, 32)
        .parallel()
        .forEach(
            i -> {
              AvroSchema schema = schema("{'name':'field" + i % 4 + "','type':'string'}");
              int id = register("crowded" + i % 8, schema);
              idsBySchema.computeIfAbsent(i % 4, n -> ConcurrentHashMap.newKeySet()).add(id);
            });
    assertThat(idsBySchema.values()).allSatisfy(ids -> assertThat(ids).hasSize(1));
    assertThat(idsBySchema.values().stream().flatMap(Set::stream).distinct()).hasSize(4);
  }

  @Test
  void untilTheTopicIsReadEveryRequestIsAskedToComeAgain() {
    try (SchemasTopic topic = SchemasTopic.open(broker.bootstrapServers())) {
      RegistryRoutes routes = new RegistryRoutes(new SchemaRegistry(topic));
      RegistryRequest request =
          new RegistryRequest("GET", List.of("subjects"), Map.of(), NullNode.getInstance());
      assertThatThrownBy(() -> routes.answer(request))
          .isInstanceOfSatisfying(
              RegistryException.class, refusal -> assertThat(refusal.status()).isEqualTo(503));
    }
  }

  @Test
  void aSecondRegistryTakesOverAndTheFirstWritesNoMore() throws Exception {
    try (EmbeddedRegistry second = EmbeddedRegistry.start(broker.bootstrapServers(), 0)) {
      assertRefused(500, 50001, () -> client.register("fenced", ONE_FIELD));
      assertThat(second.url()).isNotEqualTo(registry.url());
    }
  }

  private int register(String subject, AvroSchema schema) {
    try {
      return client().register(subject, schema);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private SchemaRegistryClient client() {
    return new CachedSchemaRegistryClient(List.of(registry.url()), 100, Map.of());
  }

  private String post(String path, String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(registry.url() + path))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  private static void assertRefused(int status, int errorCode, ThrowingCallable request) {
    assertThatThrownBy(request)
        .isInstanceOfSatisfying(
            RestClientException.class,
            refusal -> {
              assertThat(refusal.getStatus()).isEqualTo(status);
              assertThat(refusal.getErrorCode()).isEqualTo(errorCode);
            });
  }

  private static AvroSchema schema(String fields) {
    return new AvroSchema(
        ("{'type':'record','name':'Note','fields':[" + fields + "]}").replace('\'', '"'));
  }
}
