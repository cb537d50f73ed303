package io.logitstream.console.commands;

import io.logitstream.platform.config.Setting;
import io.logitstream.platform.kafka.KafkaSettings;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.TextTable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists every setting. */
@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Lists every setting with its default and meaning.",
      "Values come from defaults, then the file (--config), the environment (LOGITSTREAM_A_B for"
          + " a.b and a-b), and --set, each before the one it follows.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream config",
      "  logitstream config --values --config pipeline.properties",
      "  logitstream config --output json",
      "  logitstream config --markdown > docs/configuration.md",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class ConfigCommand implements Runnable {
  private static final int NAME_WIDTH = 34;
  private static final int DEFAULT_WIDTH = 26;
  private static final int MEANING_WIDTH = 60;

  @Spec private CommandSpec spec;
  @Mixin private ConfigurationOptions options;
  @Mixin private OutputOption output;

  @Option(
      names = "--values",
      description = "Print the values that hold here, from all layers, as a file; secrets hidden.")
  private boolean values;

  @Option(names = "--markdown", description = "Print all settings as a page of Markdown.")
  private boolean markdown;

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    if (markdown) {
      out.print(ConfigurationTable.markdown());
    } else if (values) {
      Map<String, String> printable = options.load(Map.of(), KafkaSettings.SETTINGS).printable();
      if (output.isJson()) {
        out.println(OutputOption.json(printable));
      } else {
        printable.forEach((name, value) -> out.println(name + "=" + value));
      }
    } else if (output.isJson()) {
      out.println(OutputOption.json(described()));
    } else {
      AllSettings.byReader().forEach((reader, settings) -> print(out, reader, settings));
    }
  }

  private static List<Map<String, Object>> described() {
    List<Map<String, Object>> described = new ArrayList<>();
    for (Setting<?> setting : AllSettings.known()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("name", setting.name());
      entry.put("environmentVariable", setting.environmentVariable());
      entry.put("type", setting.type());
      entry.put("allowed", setting.allowed());
      entry.put("required", setting.isRequired());
      setting.defaultText().ifPresent(text -> entry.put("default", text));
      entry.put("meaning", setting.documentation());
      described.add(entry);
    }
    return described;
  }

  private static void print(PrintWriter out, String reader, List<Setting<?>> settings) {
    out.println(reader);
    TextTable table =
        TextTable.forColumns(
            Ansi.OFF,
            new Column(NAME_WIDTH, 2, Column.Overflow.SPAN),
            new Column(DEFAULT_WIDTH, 1, Column.Overflow.WRAP),
            new Column(MEANING_WIDTH, 1, Column.Overflow.WRAP));
    for (Setting<?> setting : settings) {
      table.addRowValues(
          setting.name(),
          setting.isRequired() ? "(required)" : setting.defaultText().orElse("(empty)"),
          setting.documentation() + " Allowed: " + setting.allowed() + ".");
    }
    out.println(table);
  }
}
