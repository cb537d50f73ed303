package io.logitstream.console.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.torchscript.TorchEngine;
import io.logitstream.model.torchscript.TorchProgram;

/** How fast the machine multiplies large matrices: what a step's speed is a share of. */
final class MatmulPeak {
  private static final int SIZE = 2048;
  private static final int ROUNDS = 8;
  private static final double GIGA = 1e9;

  private static final String SOURCE =
      """
        def product(self, x: Tensor) -> float:
          return float(torch.select(torch.select(torch.matmul(x, x), 0, 0), 0, 0))
        def narrow(self, x: Tensor) -> Tensor:
          return torch.to(x, 15)
      """;

  private MatmulPeak() {}

  /** The best of several products of 2048 × 2048 matrices, in 10^9 operations a second. */
  static double gflops(TorchEngine engine, ComputeType computeType) {
    engine.enterThread();
    try (NDManager manager = engine.newManager();
        TorchProgram program = TorchProgram.compile(manager, SOURCE)) {
      NDArray wide = manager.randomNormal(new Shape(SIZE, SIZE));
      NDArray operand =
          switch (computeType) {
            case F32 -> wide;
            case BF16 -> program.infer(manager, "narrow", wide).singletonOrThrow();
          };
      double bestSeconds = Double.POSITIVE_INFINITY;
      for (int round = 0; round < ROUNDS; round++) {
        long startNanos = System.nanoTime();
        program.inferScalar("product", operand);
        bestSeconds = Math.min(bestSeconds, (System.nanoTime() - startNanos) / 1e9);
      }
      return 2.0 * SIZE * SIZE * SIZE / bestSeconds / GIGA;
    }
  }
}
