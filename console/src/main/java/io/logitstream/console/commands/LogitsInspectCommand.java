package io.logitstream.console.commands;

import io.logitstream.console.logits.LogitLog;
import io.logitstream.console.logits.RecordText;
import io.logitstream.logits.SparseLogits;
import io.logitstream.logits.TeacherLogitsRecords;
import io.logitstream.model.decoder.ModelDirectory;
import io.logitstream.model.tokenizer.Tokenizer;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.lifecycle.ExitStatus;
import io.logitstream.priors.PriorCodecs;
import io.logitstream.schemas.TeacherLogits;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows one record of teacher logits. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Shows a record of teacher logits: where it came from, and at each position the token, the"
          + " token after it, and the candidates that the teacher finds most likely.",
      "With --tokenizer tokens are written as text, else as ids.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream logits inspect teacher-logits --tokenizer demo-teacher",
      "  logitstream logits inspect teacher-logits --partition 1 --offset 4711 --candidates 10",
      "  logitstream logits inspect evaluation-logits --output json",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class LogitsInspectCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "TOPIC",
      description = "teacher-logits, evaluation-logits, or any topic's whole name.")
  private String topic;

  @Option(
      names = "--partition",
      paramLabel = "N",
      defaultValue = "0",
      description = "The record's partition (default: ${DEFAULT-VALUE}).")
  private int partition;

  @Option(
      names = "--offset",
      paramLabel = "N",
      defaultValue = "0",
      description = "The record's offset; where it is no record, the first after it is shown.")
  private long offset;

  @Option(
      names = "--tokenizer",
      paramLabel = "DIR",
      description = "The teacher's Hugging Face directory, to write tokens as text.")
  private @Nullable Path tokenizerDirectory;

  @Option(
      names = "--candidates",
      paramLabel = "N",
      defaultValue = "5",
      description = "Candidates of a position (default: ${DEFAULT-VALUE}).")
  private int candidates;

  @Option(
      names = "--positions",
      paramLabel = "N",
      defaultValue = "40",
      description = "Positions that are shown (default: ${DEFAULT-VALUE}).")
  private int positions;

  @Mixin private ConfigurationOptions options;
  @Mixin private OutputOption output;

  @Override
  public Integer call() throws IOException {
    KafkaClients clients = new KafkaClients(KafkaSettings.from(options.loadToAsk()), "logits");
    LogitLog log = new LogitLog(clients, topic);
    int partitions = log.partitions();
    if (partition < 0 || partition >= partitions || offset < 0) {
      throw new ParameterException(
          spec.commandLine(),
          "there is no %s-%d@%d: the topic has %d partitions"
              .formatted(log.topic(), partition, offset, partitions));
    }
    try (PriorCodecs codecs = new PriorCodecs(clients)) {
      if (tokenizerDirectory == null) {
        show(log, codecs, Integer::toString);
      } else {
        ModelDirectory directory = ModelDirectory.open(tokenizerDirectory);
        try (Tokenizer tokenizer =
            Tokenizer.fromJson(directory.tokenizerJson(), directory.config())) {
          show(log, codecs, id -> quoted(tokenizer.decode(new int[] {id})));
        }
      }
    }
    return ExitStatus.OK.code();
  }

  private void show(LogitLog log, PriorCodecs codecs, IntFunction<String> names) {
    long shown =
        log.visit(
            partition,
            offset,
            1,
            (read, record) -> {
              SparseLogits logits =
                  TeacherLogitsRecords.decode(record, record.getTokenCount(), codecs);
              List<RecordText.Line> lines =
                  RecordText.lines(record, logits, names, Math.max(1, candidates));
              print(read, record, lines.subList(0, Math.min(positions, lines.size())));
            });
    if (shown == 0) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "%s-%d has no record at %d or after it".formatted(log.topic(), partition, offset));
    }
  }

  private void print(
      ConsumerRecord<String, byte[]> read, TeacherLogits record, List<RecordText.Line> lines) {
    PrintWriter out = spec.commandLine().getOut();
    Map<String, Object> header = header(read, record);
    if (output.isJson()) {
      header.put("positions", lines.stream().map(LogitsInspectCommand::told).toList());
      out.println(OutputOption.json(header));
      return;
    }
    header.forEach((name, value) -> out.printf("%-14s %s%n", name, value));
    lines.forEach(
        line ->
            out.printf(
                Locale.ROOT,
                "%6d  %-16s -> %-16s %s%n",
                line.position(),
                line.token(),
                line.next(),
                line.candidates().stream()
                    .map(LogitsInspectCommand::candidate)
                    .collect(Collectors.joining("  "))));
    if (lines.size() < record.getTokenCount() - 1) {
      out.printf("   ...  %d positions in all%n", record.getTokenCount() - 1);
    }
  }

  private static String candidate(RecordText.Candidate candidate) {
    return String.format(Locale.ROOT, "%s %.3f", candidate.token(), candidate.probability());
  }

  private static Map<String, Object> told(RecordText.Line line) {
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("position", line.position());
    told.put("token", line.token());
    told.put("next", line.next());
    told.put(
        "candidates",
        line.candidates().stream()
            .map(
                candidate ->
                    Map.of("token", candidate.token(), "probability", candidate.probability()))
            .toList());
    return told;
  }

  private static Map<String, Object> header(
      ConsumerRecord<String, byte[]> read, TeacherLogits record) {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("record", "%s-%d@%d".formatted(read.topic(), read.partition(), read.offset()));
    header.put("key", read.key());
    header.put("window", "%d of %d".formatted(record.getWindow() + 1, record.getWindows()));
    header.put(
        "teacher",
        "%s@%s".formatted(record.getTeacher().getName(), record.getTeacher().getRevision()));
    header.put("encoding", "%s v%d".formatted(record.getEncoding(), record.getEncodingVersion()));
    if (record.getSampleSize() != null) {
      header.put("sampleSize", record.getSampleSize());
    }
    if (record.getPriorSha256() != null) {
      header.put("prior", record.getPriorSha256());
    }
    header.put("temperature", record.getTemperature());
    header.put("payloadBytes", record.getPayload().remaining());
    header.put("tokens", record.getTokenCount());
    header.put("source", record.getSource() + " " + record.getSourcePosition());
    header.put("documentGroup", record.getDocumentGroup());
    header.put("domain", record.getDomain());
    header.put("heldOut", record.getHeldOut());
    header.put("scoredAt", record.getScoredAt().toString());
    if (!record.getAttributes().isEmpty()) {
      header.put("attributes", record.getAttributes().toString());
    }
    return header;
  }

  /** A token's text on one line. */
  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t") + "'";
  }
}
