package io.logitstream.console.commands;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.logitstream.checkpoints.CheckpointReader;
import io.logitstream.console.models.CheckpointModels;
import io.logitstream.platform.lifecycle.ExitStatus;
import io.logitstream.schemas.CheckpointManifest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.io.JsonEncoder;
import org.apache.avro.specific.SpecificDatumWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows all that a manifest says. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Shows a checkpoint's manifest: where it stands, on what, and how good. As JSON it is the whole"
          + " record in Avro's encoding.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  logitstream checkpoints show student/latest",
      "  logitstream checkpoints show student/12 --output json",
    })
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class CheckpointsShowCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "RUN/SEQUENCE", description = "The checkpoint's ID.")
  private String id;

  @Mixin private ConfigurationOptions options;
  @Mixin private OutputOption output;

  @Override
  public Integer call() throws IOException {
    CheckpointManifest manifest;
    try (CheckpointReader reader = CheckpointModels.open(options.loadToAsk())) {
      manifest = CheckpointModels.find(reader, id);
    }
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      ObjectMapper json = new ObjectMapper();
      out.println(json.writeValueAsString(json.readTree(avroJson(manifest))));
    } else {
      new ManifestText(out).print(manifest);
    }
    return ExitStatus.OK.code();
  }

  /** The record in Avro's JSON encoding, as every Avro tool prints it. */
  private static String avroJson(CheckpointManifest manifest) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    JsonEncoder encoder = EncoderFactory.get().jsonEncoder(manifest.getSchema(), bytes);
    new SpecificDatumWriter<>(CheckpointManifest.class).write(manifest, encoder);
    encoder.flush();
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
