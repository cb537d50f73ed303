package io.logitstream.console.bench.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.logitstream.console.bench.ModelShape;
import io.logitstream.model.torchscript.TorchEngine;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceBenchTest {
  @Test
  void whatIsNoNumberDoesNotHold() {
    TorchEngine engine = TorchEngine.start("cpu", 1);
    ComparedModel model =
        ComparedModel.random("broken", ModelShape.parse("L1 d16 H2 KV1 ff24 V64", 32));
    Arrays.fill(model.weights().tensors().get(0).values(), Float.NaN);

    assertThat(new LogitsComparison(engine, engine).of(model).holds()).isFalse();
  }

  @Test
  void aFolderWithoutModelsIsRefused(@TempDir Path folder) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ComparedModel.below(folder))
        .withMessageContaining("no config.json in");
  }
}
