package io.logitstream.model.torchscript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.logitstream.model.decoder.ComputeType;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TorchProgramTest {
  private static final String METHODS =
      """
        def add(self, x: Tensor, ys: List[Tensor], a: float, n: int, s: List[float]) -> Tensor:
          z = x * a + n
          for y in ys:
            z = z + y
          return z + s[0]
        def grow(self, x: Tensor) -> Tensor:
          return torch.add_(x, 1)
        def total(self, x: Tensor) -> float:
          return float(torch.sum(x))
        def gradient(self, x: Tensor, ps: List[Tensor]) -> List[Tensor]:
          y = torch.sum(ps[0] * ps[0] * x)
          gs = torch.grad([y], ps)
          out = annotate(List[Tensor], [])
          torch.append(out, torch.detach(y))
          for g in gs:
            torch.append(out, unchecked_cast(Tensor, g))
          return out
        def bad(self, x: Tensor) -> Tensor:
          return torch.matmul(x, x)
        def enormous(self, x: Tensor) -> Tensor:
          return torch.add(torch.zeros([35184372088832]), x)
      """;

  private final TorchEngine engine = TorchEngine.start("cpu", 1);
  private NDManager manager;
  private TorchProgram program;

  @BeforeEach
  void compile() {
    manager = engine.newManager();
    program = TorchProgram.compile(manager, METHODS);
  }

  @AfterEach
  void free() {
    program.close();
    manager.close();
  }

  @Test
  void everyKindOfArgumentArrives() {
    NDArray x = manager.create(new float[] {1, 2});
    NDList result =
        program.infer(manager, "add", x, List.of(x, x), 2.0, 10L, new double[] {0.5, 7.0});

    assertThat(result.singletonOrThrow().toFloatArray()).containsExactly(14.5f, 18.5f);
  }

  @Test
  void inferenceMayChangeATensorInPlace() {
    NDArray x = manager.create(new float[] {1, 2});
    program.infer(manager, "grow", x);
    assertThat(x.toFloatArray()).containsExactly(2f, 3f);
    assertThat(program.inferScalar("total", x)).isEqualTo(5.0);
  }

  @Test
  void aMethodMayAskForGradients() {
    NDArray p = manager.create(new float[] {3, 4});
    p.setRequiresGradient(true);
    NDArray x = manager.create(new float[] {1, 10});
    try (NDManager results = engine.newManager()) {
      NDList result = program.differentiate(results, "gradient", List.of(x), List.of(p));
      assertThat(result.get(0).getFloat()).isEqualTo(169f);
      assertThat(result.get(1).toFloatArray()).containsExactly(6f, 80f);
    }
    assertThat(p.toFloatArray()).containsExactly(3f, 4f);
  }

  @Test
  void anyThreadMayRunIt() throws ExecutionException, InterruptedException {
    NDArray p = manager.create(new float[] {3, 4});
    p.setRequiresGradient(true);
    NDArray x = manager.create(new float[] {1, 10});
    ExecutorService other = Executors.newSingleThreadExecutor();
    try {
      Future<float[]> gradient =
          other.submit(
              () -> {
                program.infer(manager, "grow", manager.create(new float[] {1}));
                return program
                    .differentiate(manager, "gradient", List.of(x), List.of(p))
                    .get(1)
                    .toFloatArray();
              });
      assertThat(gradient.get()).containsExactly(6f, 80f);
    } finally {
      other.shutdown();
    }
  }

  @Test
  void anErrorNamesTheLineOfTheProgram() {
    NDArray x = manager.zeros(new Shape(2, 3));
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(() -> program.infer(manager, "bad", x))
        .withMessageContaining("torch.matmul(x, x)");
  }

  @Test
  void moreMemoryThanThereIsIsNamedAndTheProgramGoesOn() {
    NDArray x = manager.create(new float[] {1});
    assertThatExceptionOfType(ModelMemoryException.class)
        .isThrownBy(() -> program.infer(manager, "enormous", x))
        .withMessageStartingWith("the model asked for more memory than there is (")
        .withMessageContaining("140737488355328 bytes");
    assertThat(program.infer(manager, "grow", x).singletonOrThrow().toFloatArray())
        .containsExactly(2f);
  }

  @Test
  void aProgramThatIsNoProgramIsRefused() {
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(
            () ->
                TorchProgram.compile(
                    manager, "  def f(self, x: Tensor) -> Tensor:\n    return torch.nothing(x)\n"));
  }

  @Test
  void anArgumentOfAnotherKindIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> program.infer(manager, "grow", "text"))
        .withMessageContaining("java.lang.String");
  }

  @Test
  void aDeviceThatDoesNotExistIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TorchEngine.start("tpu", 0))
        .withMessageContaining("tpu")
        .withMessageContaining("auto, cpu or cuda");
  }

  @ParameterizedTest
  @EnumSource(ComputeType.class)
  void theFingerprintTellsWhatRoundingDependsOn(ComputeType type) {
    assertThat(engine.fingerprint(type))
        .isEqualTo(TorchEngine.start("cpu", 1).fingerprint(type))
        .isNotEqualTo(
            engine.fingerprint(type == ComputeType.F32 ? ComputeType.BF16 : ComputeType.F32));
  }

  @Test
  void theProbeChoosesOneOfThem() {
    assertThat(engine.preferredComputeType()).isNotNull();
  }
}
