package io.logitstream.distillation.step;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.logitstream.distillation.optimizer.LearningRateSchedule;
import io.logitstream.distillation.optimizer.OptimizerSettings;
import io.logitstream.model.decoder.AdapterDirectory;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.ModelDirectory;
import io.logitstream.model.decoder.Weights;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A run that PyTorch has written down: the model before it, and {@code golden.json}.
 *
 * @param config the model's shape, with its adapters where there are any
 * @param json settings, examples, and what each step computed
 */
record GoldenRun(ModelConfig config, Weights weights, JsonNode json) {
  static GoldenRun read(String name) throws Exception {
    Path folder = Path.of(GoldenRun.class.getResource("/golden/" + name).toURI());
    ModelDirectory model = ModelDirectory.open(folder);
    ModelConfig config = model.config();
    Weights weights = model.weights();
    Path beside = folder.resolve("adapter");
    if (AdapterDirectory.isOne(beside)) {
      AdapterDirectory adapter = AdapterDirectory.open(beside);
      weights = adapter.onto(config, weights);
      config = config.with(adapter.adapter());
    }
    return new GoldenRun(
        config, weights, new ObjectMapper().readTree(folder.resolve("golden.json").toFile()));
  }

  double softWeight() {
    return number(json.get("settings"), "softWeight");
  }

  OptimizerSettings optimizer(LearningRateSchedule schedule) {
    JsonNode settings = json.get("settings");
    return new OptimizerSettings(
        schedule,
        number(settings, "beta1"),
        number(settings, "beta2"),
        number(settings, "epsilon"),
        number(settings, "weightDecay"),
        number(settings, "clipNorm"));
  }

  static double number(JsonNode node, String name) {
    return node.get(name).asDouble();
  }

  static int[] integers(JsonNode node) {
    int[] values = new int[node.size()];
    Arrays.setAll(values, i -> node.get(i).asInt());
    return values;
  }
}
