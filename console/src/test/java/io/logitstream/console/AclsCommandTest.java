package io.logitstream.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AclsCommandTest {
  @Test
  void aTeachersRightsAreOnTheNamesInItsSettings() {
    Invocation printed =
        Invocation.of(
            "acls",
            "teacher",
            "--set",
            "teacher.group=scorers",
            "--set",
            "backpressure.groups=first, second",
            "--set",
            "topics.prefix=team.",
            "--set",
            "kafka.bootstrap.servers=broker:9093",
            "--command-config",
            "admin.properties",
            "--principal",
            "User:t");

    assertThat(printed.status()).isZero();
    assertThat(printed.out().lines())
        .allSatisfy(
            line ->
                assertThat(line)
                    .startsWith(
                        "kafka-acls.sh --bootstrap-server 'broker:9093' --command-config 'admin.properties' --add --allow-principal 'User:t' --operation "))
        .anySatisfy(
            line -> assertThat(line).endsWith("--operation WRITE --topic 'team.prompts.dlq'"))
        .anySatisfy(line -> assertThat(line).endsWith("--operation READ --group 'scorers'"))
        .anySatisfy(line -> assertThat(line).endsWith("--operation DESCRIBE --group 'second'"))
        .anySatisfy(
            line ->
                assertThat(line)
                    .endsWith(
                        "--operation WRITE --transactional-id 'team.scorers-' --resource-pattern-type prefixed"));
  }

  @Test
  void anIndexNamedAsTheTopicsAreIsRefused() {
    Invocation refused = Invocation.of("acls", "index", "--name", "teacher");

    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err())
        .contains("index.group is 'teacher'", "topic teacher-logits", "another name");
  }

  @Test
  void everyHolderHasRightsForOtherTools() throws Exception {
    for (String holder :
        List.of("topics", "producer", "teacher", "trainer", "follower", "index", "reader")) {
      Invocation printed =
          Invocation.of("acls", holder, "--set", "source.name=docs", "--output", "json");

      assertThat(printed.status()).as(printed.err()).isZero();
      List<String> principals = new ArrayList<>();
      for (JsonNode right : printed.json()) {
        principals.add(right.get("principal").asText());
        assertThat(right.fieldNames())
            .toIterable()
            .containsExactlyInAnyOrder("principal", "resource", "name", "prefix", "operation");
      }
      assertThat(principals).isNotEmpty().containsOnly("User:" + holder);
    }
  }

  @Test
  void aProducerNeedsTheNameOfItsSource() {
    Invocation refused = Invocation.of("acls", "producer");

    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).contains("source.name").contains("--name");
    assertThat(Invocation.of("acls", "producer", "--name", "docs").out())
        .contains("--transactional-id 'source-docs'");
  }

  @Test
  void aNameThatNothingHasIsRefused() {
    Invocation refused = Invocation.of("acls", "reader", "--name", "x");

    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).contains("--name is x").contains("leave it out");
  }
}
