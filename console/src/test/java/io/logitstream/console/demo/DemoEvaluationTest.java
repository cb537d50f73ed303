package io.logitstream.console.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.ConfigurationLayers;
import io.logitstream.platform.config.Setting;
import io.logitstream.producer.ProducerSettings;
import io.logitstream.trainer.TrainerSettings;
import io.logitstream.trainer.evaluation.EvaluationSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoEvaluationTest {
  @TempDir Path folder;

  @Test
  void aDomainOfWhichNothingIsHeldOutIsToldAndNotAwaited() throws IOException {
    write("large", 40);
    write("small", 1);

    DemoEvaluation evaluation = DemoEvaluation.of(configuration("large", "small"));

    assertThat(evaluation.awaited()).containsExactly("large");
    assertThat(evaluation.settings()).containsEntry("evaluation.domains", "large");
    assertThat(evaluation.notes())
        .singleElement()
        .asString()
        .contains("No text of small is held out", "of small there is one.");
  }

  @Test
  void whereNothingIsHeldOutNothingIsAwaited() throws IOException {
    write("small", 1);

    DemoEvaluation evaluation = DemoEvaluation.of(configuration("small"));

    assertThat(evaluation.awaited()).isEmpty();
    assertThat(EvaluationSettings.from(configuration(evaluation.settings(), "small")).domains())
        .isEmpty();
  }

  @Test
  void trafficThatIsHeldOutAltogetherIsRefused() throws IOException {
    write("small", 1);

    assertThatThrownBy(
            () -> DemoEvaluation.of(configuration(Map.of("held-out.share", "1000"), "small")))
        .isInstanceOf(LogitstreamException.class)
        .hasMessageContaining("nothing is left to train on");
  }

  @Test
  void aFolderThatIsMissingIsToldBeforeAnythingStarts() {
    assertThatThrownBy(() -> DemoEvaluation.of(configuration("missing")))
        .isInstanceOf(LogitstreamException.class)
        .hasMessageContaining("missing");
  }

  private Configuration configuration(String... domains) {
    return configuration(Map.of("evaluation.domains", String.join(",", domains)), domains);
  }

  private Configuration configuration(Map<String, String> evaluation, String... domains) {
    Map<String, String> overrides = new HashMap<>(evaluation);
    overrides.put("source.name", "test");
    overrides.put(
        "source.paths",
        Stream.of(domains)
            .map(domain -> domain + "=" + folder.resolve(domain))
            .collect(Collectors.joining(",")));
    Set<Setting<?>> known = new LinkedHashSet<>(ProducerSettings.SETTINGS);
    known.addAll(TrainerSettings.SETTINGS);
    return Configuration.load(known, ConfigurationLayers.of(overrides));
  }

  private void write(String domain, int folders) throws IOException {
    for (int number = 0; number < folders; number++) {
      Path package_ = Files.createDirectories(folder.resolve(domain).resolve("p" + number));
      Files.writeString(package_.resolve("text.txt"), "a text of " + package_);
    }
  }
}
