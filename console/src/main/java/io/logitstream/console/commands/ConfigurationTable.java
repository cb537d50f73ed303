package io.logitstream.console.commands;

import io.logitstream.platform.config.Setting;
import java.util.List;
import java.util.Map;

/** Every setting as a page of Markdown: {@code docs/configuration.md}. */
final class ConfigurationTable {
  private static final String HEAD =
      """
      # Configuration

      Every setting of every command. This page is written by `./logitstream config --markdown`, and a test holds it equal.

      Values come from the defaults below, then the file (`--config FILE`, a `.properties` file in UTF-8), then the environment, then `--set NAME=VALUE`; each
      goes before the one it follows. A name that is not known, a value that is not allowed, and settings that do not fit each other end a command at its start, with exit
      code 2 and a message that says which name, which value, where it came from and what is allowed. `--print-config` shows what a command would run with, and where each
      value comes from.

      **In the environment** `a.b-c` is `LOGITSTREAM_A_B_C`.

      **Durations** are written `250ms`, `30s`, `5m`, `12h`, `7d`.

      **Secrets** (marked below, and every `kafka.…` or `registry.client.…` whose name speaks of a password, secret, token, key, JAAS or user info) are never printed or logged.
      `NAME-file` names a file that holds the secret, in the environment `LOGITSTREAM_NAME_FILE`: `--set registry.basic-auth-file=/run/secrets/registry`,
      `LOGITSTREAM_KAFKA_SASL_JAAS_CONFIG_FILE=/run/secrets/jaas`.

      **Clients of others:** `kafka.NAME` is handed to every Kafka client, `kafka.consumer.NAME`, `kafka.producer.NAME` and `kafka.admin.NAME` to that kind alone, and
      `registry.client.NAME` to the schema registry's client. What is set so goes before what a service would have of itself: `linger.ms`, `compression.type`, `max.poll.records`,
      sizes of fetches and requests, `max.block.ms` and other times, and `session.timeout.ms`, which then counts instead of `teacher.session-timeout`. Refused at the start, with name and
      origin, are settings that exactly-once rests on (`acks`, `isolation.level`, `auto.offset.reset`, `group.id`, `transactional.id` and their like); `transaction.timeout.ms`, which is
      `intake.transaction-timeout`, `teacher.transaction-timeout` or `checkpoint.transaction-timeout` (30 s of the index and of `deadletters retry`); `max.poll.interval.ms`, which is `teacher.max-poll-interval`; `partition.assignment.strategy`, on which
      members of a group must agree; `bootstrap.servers` of one kind of client alone; and what Kafka Streams is told by `index.…` (its threads, copies, folder).
      """;

  private ConfigurationTable() {}

  /** The page; its lines end with a line feed. */
  static String markdown() {
    StringBuilder page = new StringBuilder(HEAD);
    AllSettings.byReader().forEach((reader, settings) -> section(page, reader, settings));
    return page.toString();
  }

  private static void section(StringBuilder page, String reader, List<Setting<?>> settings) {
    page.append("\n## ").append(reader).append("\n\n");
    page.append("| setting | default | allowed | meaning |\n|---|---|---|---|\n");
    for (Setting<?> setting : settings) {
      page.append(
          "| `%s`%s | %s | %s | %s |\n"
              .formatted(
                  setting.name(),
                  setting.isSecret() ? " (secret)" : "",
                  defaultOf(setting),
                  cell(setting.allowed()),
                  cell(setting.documentation())));
    }
  }

  private static String defaultOf(Setting<?> setting) {
    return setting.isRequired()
        ? "*required*"
        : setting.defaultText().map(text -> "`" + cell(text) + "`").orElse("*empty*");
  }

  /** Texts as a cell of a table. */
  private static String cell(String text) {
    String escaped = text;
    for (Map.Entry<String, String> sign : Map.of("|", "\\|", "\n", " ", "<", "&lt;").entrySet()) {
      escaped = escaped.replace(sign.getKey(), sign.getValue());
    }
    return escaped;
  }
}
