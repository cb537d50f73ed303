package io.logitstream.console.demo;

import java.util.LinkedHashMap;
import java.util.Map;

/** The demo's settings where they differ from the services' own defaults. */
public final class DemoDefaults {
  static final String RUN = "demo";

  private DemoDefaults() {}

  /** Values by setting; file, environment and {@code --set} go before them. */
  public static Map<String, String> of(DemoRequest request) {
    Map<String, String> defaults = new LinkedHashMap<>();
    defaults.put("source.name", "demo");
    defaults.put("source.paths", String.join(",", request.traffic()));
    defaults.put("source.epochs", "0");
    // An order in which held-out texts of both standard domains come early: the first step waits
    // for the evaluation set.
    defaults.put("source.seed", "15");
    defaults.put("prompt.max-characters", "1600");
    defaults.put("held-out.share", "50");
    defaults.put("pacing.prompts-per-second", "26");
    defaults.put("intake.gather-time", "200ms");

    // Teachers and trainer compute on the same cores all the time: more threads each would only
    // contend. Teachers that are ahead wait, and leave the cores to the trainer; but they must get
    // as far as the evaluation set, which the trainer waits for.
    defaults.put("teacher.model", request.teacher().toString());
    defaults.put("teacher.threads", "1");
    defaults.put("teacher.group", "demo-teacher");
    defaults.put("backpressure.groups", RUN);
    defaults.put("backpressure.max-lag", "1000");
    defaults.put("backpressure.check-interval", "200ms");

    defaults.put("run", RUN);
    defaults.put("student.model", request.student().toString());
    defaults.put("compute.threads", "1");
    defaults.put("train.step-records", "4");
    defaults.put("loss.soft-weight", "0.95");
    defaults.put("optimizer.kind", "muon");
    defaults.put("optimizer.learning-rate", "0.003");
    defaults.put("optimizer.warmup-steps", "40");
    defaults.put("optimizer.decay", "linear");
    defaults.put("optimizer.decay-steps", "1600");
    defaults.put("evaluation.every-steps", "100");
    defaults.put("evaluation.windows", "16");
    defaults.put("evaluation.wait", "60s");
    defaults.put("evaluation.domains", String.join(",", request.domains()));
    defaults.put("checkpoint.every-steps", "200");

    defaults.put("index.port", "0");
    defaults.put("index.data", request.data().resolve("index").toString());
    return defaults;
  }
}
