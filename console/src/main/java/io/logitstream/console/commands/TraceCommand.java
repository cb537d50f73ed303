package io.logitstream.console.commands;

import io.logitstream.lineage.http.RemoteView;
import io.logitstream.lineage.query.RecordFact;
import io.logitstream.lineage.query.Trace;
import io.logitstream.lineage.query.Trace.Answer;
import io.logitstream.lineage.query.Trace.RunTrace;
import io.logitstream.lineage.query.Trace.WindowTrace;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows what became of a prompt. */
@Command(
    name = "trace",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Shows what became of a prompt: where it and its windows lie, which steps of which runs"
          + " trained on them, and the first checkpoint that contains it. It asks 'logitstream"
          + " index', and reads no topic.",
      ""
    },
    exitCodeListHeading = "%nAnswers and exit codes:%n",
    exitCodeList = {
      "0:trained: a run trained on at least one of its windows",
      "10:held out: evaluation data, never trained on",
      "11:skipped: a teacher or a run condemned it",
      "12:passed over: every run that met it passes its teacher over, or its weight is 0",
      "13:not yet trained, or not yet scored",
      "14:unknown to the index",
      "15:erased before a run came to it",
      "7:the index did not answer",
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream trace --prompt q3Zb0yVx2mTn8LkP5wHs1A",
      "  logitstream trace --prompt q3Zb0yVx2mTn8LkP5wHs1A --output json",
      "  logitstream trace --prompt q3Zb0yVx2mTn8LkP5wHs1A --index-url http://127.0.0.1:8091",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class TraceCommand implements Callable<Integer> {
  static final int UNKNOWN = 14;

  @Spec private CommandSpec spec;

  @Option(names = "--prompt", paramLabel = "ID", required = true, description = "The promptId.")
  private String prompt;

  @Mixin private ConfigurationOptions options;
  @Mixin private IndexOptions index;
  @Mixin private OutputOption output;

  @Override
  public Integer call() throws Exception {
    RemoteView view = IndexOptions.open(index.load(options));
    Trace trace = IndexOptions.patiently(() -> view.trace(prompt));
    // What a run has trained on stays trained on; the other answers may be out of date.
    long behind =
        trace.answer() == Answer.TRAINED
            ? 0
            : IndexOptions.patiently(() -> view.status().recordsBehind());
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      out.println(OutputOption.json(json(trace, behind)));
    } else {
      print(out, trace, behind);
    }
    return exitCode(trace.answer());
  }

  private static void print(PrintWriter out, Trace trace, long behind) {
    out.printf("%s %s%n  %s%n", trace.prompt(), words(trace.answer()), trace.why());
    for (RecordFact record : trace.records()) {
      out.printf(
          "  %-18s %d@%d%s%s%s%n",
          record.kind().topic().baseName(),
          record.partition(),
          record.offset(),
          record.windows() == 0
              ? ""
              : "  window %d of %d".formatted(record.window() + 1, record.windows()),
          record.teacher() == null ? "" : " by " + record.teacher(),
          record.sourcePosition() == null
              ? ""
              : "  %s: %s".formatted(record.source(), record.sourcePosition()));
      if (!record.stands()) {
        out.println("    erased");
      }
    }
    trace
        .deadLetters()
        .forEach(
            letter ->
                out.printf(
                    "  %-18s %d@%d  %s%s%n",
                    letter.topic(),
                    letter.partition(),
                    letter.offset(),
                    letter.code(),
                    letter.stands() ? "" : ", erased"));
    trace
        .evaluationSets()
        .forEach(
            pinned ->
                out.printf(
                    "  in the evaluation set of run %s, domain %s%n",
                    pinned.run(), pinned.domain()));
    print(out, trace);
    if (behind > 0) {
      out.printf(
          Locale.ROOT,
          "  The index is %,d records behind its topics: ask again when it has caught up.%n",
          behind);
    }
  }

  private static void print(PrintWriter out, Trace trace) {
    if (trace.runs().isEmpty()) {
      return;
    }
    out.printf(
        "%n%-20s %6s %10s %12s  %-12s %-24s %s%n",
        "RUN", "WINDOW", "STEP", "PLACE", "OUTCOME", "CHECKPOINT", "CURSOR");
    for (RunTrace run : trace.runs()) {
      for (WindowTrace window : run.windows()) {
        out.printf(
            "%-20s %6d %10d %12s  %-12s %-24s %s%n",
            run.run(),
            window.window(),
            window.step(),
            window.partition() + "@" + window.offset(),
            words(window.outcome()) + (window.code() == null ? "" : " (" + window.code() + ")"),
            window.checkpoint(),
            window.cursor());
      }
    }
  }

  private static Map<String, Object> json(Trace trace, long behind) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("prompt", trace.prompt());
    json.put("answer", words(trace.answer()));
    json.put("why", trace.why());
    json.put("runs", trace.runs());
    json.put("records", trace.records());
    json.put("deadLetters", trace.deadLetters());
    json.put("evaluationSets", trace.evaluationSets());
    json.put("recordsBehind", behind);
    return json;
  }

  private static String words(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  static int exitCode(Answer answer) {
    return switch (answer) {
      case TRAINED -> 0;
      case HELD_OUT -> 10;
      case SKIPPED -> 11;
      case PASSED_OVER -> 12;
      case NOT_YET_TRAINED, NOT_YET_SCORED -> 13;
      case UNKNOWN -> UNKNOWN;
      case ERASED -> 15;
    };
  }
}
