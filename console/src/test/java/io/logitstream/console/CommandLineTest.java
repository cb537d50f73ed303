package io.logitstream.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.logitstream.console.commands.LogitstreamCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class CommandLineTest {
  static Stream<List<String>> commands() {
    List<List<String>> names = new ArrayList<>();
    collect(new CommandLine(new LogitstreamCommand(Map.of())), List.of(), names);
    return names.stream();
  }

  private static void collect(
      CommandLine commandLine, List<String> name, List<List<String>> names) {
    names.add(name);
    commandLine
        .getSubcommands()
        .forEach(
            (child, line) ->
                collect(line, Stream.concat(name.stream(), Stream.of(child)).toList(), names));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandHelpsWithExamples(List<String> command) {
    Invocation help = Invocation.of(with(command, "--help"));

    assertThat(help.status()).isZero();
    assertThat(help.err()).isEmpty();
    assertThat(help.out()).startsWith("Usage: logitstream").contains("Examples:");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandRefusesAnUnknownOption(List<String> command) {
    Invocation refused = Invocation.of(with(command, "--no-such-option"));

    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.out()).isEmpty();
    assertThat(refused.err()).startsWith("logitstream: ");
  }

  @Test
  void theVersionNamesTheBuildAndJava() {
    Invocation version = Invocation.of("--version");

    assertThat(version.status()).isZero();
    assertThat(version.out()).containsPattern("logitstream \\d+\\.\\d+").contains("Java");
  }

  @Test
  void noCommandIsWrongUsage() {
    assertThat(Invocation.of().status()).isEqualTo(2);
    assertThat(Invocation.of("topics").status()).isEqualTo(2);
    assertThat(Invocation.of("checkpoints").status()).isEqualTo(2);
  }

  @Test
  void anUnknownSettingIsNamed() {
    Invocation refused = Invocation.of("config", "--values", "--set", "topics.partitons=3");

    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).contains("topics.partitons").doesNotContain("\tat ");
  }

  @Test
  void theEnvironmentGoesBeforeDefaultsAndSetBeforeTheEnvironment() {
    Map<String, String> environment = Map.of("LOGITSTREAM_TOPICS_PARTITIONS", "3");

    assertThat(Invocation.withEnvironment(environment, "config", "--values").out())
        .contains("topics.partitions=3");
    assertThat(
            Invocation.withEnvironment(
                    environment, "config", "--values", "--set", "topics.partitions=5")
                .out())
        .contains("topics.partitions=5");
  }

  @Test
  void everySettingIsListedWithItsMeaning() throws Exception {
    Invocation listed = Invocation.of("config", "--output", "json");

    assertThat(listed.status()).isZero();
    assertThat(listed.json()).isNotEmpty();
    listed.json().forEach(setting -> assertThat(setting.get("meaning").asText()).isNotBlank());
  }

  @Test
  void thePageOfSettingsIsTheOneInTheGuides() throws Exception {
    String page = Files.readString(Path.of("..", "docs", "configuration.md"));

    assertThat(Invocation.of("config", "--markdown").out().replace("\r\n", "\n"))
        .as("write it anew: ./logitstream config --markdown > docs/configuration.md")
        .isEqualTo(page);
  }

  @Test
  void aCommandPrintsWhatItWouldRunWithAndWhereFrom() {
    Invocation printed =
        Invocation.withEnvironment(
            Map.of("LOGITSTREAM_REGISTRY_BASIC_AUTH", "me:hunter7"),
            "produce",
            "--print-config",
            "--source",
            "api",
            "--http",
            "8088",
            "--set",
            "kafka.ssl.key.password=hunter7");

    assertThat(printed.status()).isZero();
    assertThat(printed.err()).isEmpty();
    assertThat(printed.out())
        .contains("source.name=api  # from --set")
        .contains("registry.basic-auth=(hidden)  # from the environment")
        .contains("kafka.ssl.key.password=(hidden)  # from --set")
        .contains("intake.http.port=8088  # from --set")
        .contains("topics.prefix=  # from the default")
        .doesNotContain("hunter7")
        .doesNotContain("train.max-steps");
  }

  @Test
  void aSourceHasOneIntake() {
    Invocation refused = Invocation.of("produce", "--http", "1", "--lines", "-");

    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).contains("different intakes");
  }

  @Test
  void aRateThatWouldPaceNothingIsRefused() {
    for (Invocation refused :
        List.of(
            Invocation.of("produce", "--http", "1", "--rate", "20"),
            Invocation.of("produce", "--lines", "-", "--set", "pacing.prompts-per-second=20"))) {
      assertThat(refused.status()).isEqualTo(2);
      assertThat(refused.err()).contains("paces the texts of PATH");
    }
  }

  @Test
  void lettersMustBeNamed() {
    assertThat(Invocation.of("deadletters", "retry", "prompts").err()).contains("which letters?");
    assertThat(Invocation.of("deadletters", "list", "checkpoints").err())
        .contains("'checkpoints' has no dead letters");
  }

  @Test
  void aBrokerThatIsNotThereIsUnreachable() {
    Invocation failed =
        Invocation.of(
            "topics",
            "verify",
            "--bootstrap-servers",
            "127.0.0.1:1",
            "--set",
            "kafka.admin.default.api.timeout.ms=500",
            "--set",
            "kafka.admin.request.timeout.ms=400");

    assertThat(failed.status()).isEqualTo(7);
    assertThat(failed.err()).startsWith("logitstream: ").doesNotContain("\tat ");
  }

  @Test
  void aBrokerWhoseNameDoesNotResolveIsUnreachableAndNamed() {
    Invocation failed =
        Invocation.of("topics", "verify", "--bootstrap-servers", "broker.invalid:9092");

    assertThat(failed.status()).isEqualTo(7);
    assertThat(failed.err())
        .startsWith("logitstream: ")
        .contains("no name in broker.invalid:9092 (kafka.bootstrap.servers) resolves")
        .doesNotContain("\tat ");
  }

  private static String[] with(List<String> command, String option) {
    return Stream.concat(command.stream(), Stream.of(option)).toArray(String[]::new);
  }
}
