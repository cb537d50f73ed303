package io.logitstream.console.commands;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.deadletter.DeadLetter;
import io.logitstream.platform.deadletter.DeadLetterLog;
import io.logitstream.platform.deadletter.LetterHeaders;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.lifecycle.ExitStatus;
import io.logitstream.platform.registry.RecordDeserializer;
import io.logitstream.schemas.Prompt;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.topics.Topic;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows one dead letter. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Shows a dead letter: every header, the stack trace if there is one, and the value, decoded"
          + " where that is possible.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream deadletters show prompts 17",
      "  logitstream deadletters show teacher-logits 3 --value-to record.bin",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class DeadLettersShowCommand implements Callable<Integer> {
  private static final int SHOWN_CHARACTERS = 4_000;
  private static final int SHOWN_BYTES = 256;
  private static final int BYTES_IN_A_LINE = 16;

  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "TOPIC",
      converter = DeadLetterTopics.class,
      description = "prompts, teacher-logits or evaluation-logits.")
  private Topic topic;

  @Parameters(index = "1", paramLabel = "LETTER", description = "The letter's offset.")
  private long letter;

  @Option(
      names = "--value-to",
      paramLabel = "FILE",
      description = "Write the value's bytes to a new file.")
  private @Nullable Path file;

  @Mixin private ConfigurationOptions options;
  @Mixin private OutputOption output;

  @Override
  public Integer call() throws IOException {
    KafkaSettings kafka = KafkaSettings.from(options.loadToAsk());
    ConsumerRecord<String, byte[]> read =
        new DeadLetterLog(new KafkaClients(kafka, "deadletters"), topic).read(letter);
    DeadLetter told = DeadLetterLog.describe(read).orElseThrow();
    byte[] value = read.value() == null ? new byte[0] : read.value();
    if (file != null) {
      Files.write(file, value, StandardOpenOption.CREATE_NEW);
    }
    Map<String, String> headers = new LinkedHashMap<>();
    for (Header header : read.headers()) {
      headers.put(
          header.key(),
          header.value() == null ? "" : new String(header.value(), StandardCharsets.UTF_8));
    }
    Optional<String> decoded = told.cut() ? Optional.empty() : decoded(kafka, told.topic(), value);
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      Map<String, Object> all = new LinkedHashMap<>(DeadLettersListCommand.summary(told));
      all.put("headers", headers);
      decoded.ifPresent(text -> all.put("value", text));
      out.println(OutputOption.json(all));
    } else {
      print(out, told, headers, decoded, value);
    }
    return ExitStatus.OK.code();
  }

  private static void print(
      PrintWriter out,
      DeadLetter told,
      Map<String, String> headers,
      Optional<String> decoded,
      byte[] value) {
    out.println("record     " + told.place());
    out.println("condemned  %s by %s".formatted(told.condemnedAt(), told.service()));
    out.println("code       " + told.code());
    out.println("why        " + told.message());
    out.println("key        " + told.key().orElse("(none)"));
    out.println(
        "value      %,d bytes%s"
            .formatted(
                told.valueBytes(),
                told.cut() ? ", of which the letter has the first " + value.length : ""));
    out.println("headers");
    headers.forEach(
        (name, text) -> {
          if (!name.equals(LetterHeaders.STACK_TRACE)) {
            out.println("  %s: %s".formatted(name, shortened(text)));
          }
        });
    String stack = headers.get(LetterHeaders.STACK_TRACE);
    if (stack != null) {
      out.println("stack trace");
      stack.lines().forEach(line -> out.println("  " + line));
    }
    decoded.ifPresentOrElse(
        text -> out.println("decoded%n  %s".formatted(shortened(text))),
        () -> printBytes(out, value));
  }

  private static void printBytes(PrintWriter out, byte[] value) {
    out.println("bytes");
    for (int start = 0; start < Math.min(value.length, SHOWN_BYTES); start += BYTES_IN_A_LINE) {
      StringBuilder hex = new StringBuilder();
      StringBuilder text = new StringBuilder();
      for (int at = start; at < Math.min(value.length, start + BYTES_IN_A_LINE); at++) {
        hex.append("%02x ".formatted(value[at]));
        text.append(value[at] >= ' ' && value[at] < 0x7f ? (char) value[at] : '.');
      }
      out.println("  %06x  %-48s %s".formatted(start, hex, text));
    }
  }

  private static String shortened(String text) {
    return text.length() <= SHOWN_CHARACTERS ? text : text.substring(0, SHOWN_CHARACTERS) + "…";
  }

  /** The record as JSON; empty where the bytes, as is usual here, are none. */
  private Optional<String> decoded(KafkaSettings kafka, String name, byte[] value) {
    return topic == Topic.PROMPTS
        ? decoded(kafka, Prompt.class, name, value)
        : decoded(kafka, TeacherLogits.class, name, value);
  }

  private static <T extends SpecificRecord> Optional<String> decoded(
      KafkaSettings kafka, Class<T> type, String name, byte[] value) {
    try (RecordDeserializer<T> deserializer = new RecordDeserializer<>(kafka, type)) {
      return Optional.of(deserializer.deserialize(name, value).toString());
    } catch (LogitstreamException e) {
      if (e.kind() != FailureKind.POISON && e.kind() != FailureKind.RETRYABLE) {
        throw e;
      }
      return Optional.empty();
    }
  }
}
