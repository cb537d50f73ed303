package io.logitstream.model.torchscript;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import io.logitstream.model.decoder.ComputeType;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * libtorch in this process: natives loaded offline, nothing reported anywhere, one device, one
 * thread count.
 *
 * <p>The modes that programs need (no autograd outside {@link TorchProgram#differentiate}, no graph
 * optimisation: bf16 backward fails with it) are kept per thread by libtorch; programs set them
 * whenever they run.
 */
public final class TorchEngine {
  private static final Logger LOG = LoggerFactory.getLogger(TorchEngine.class);
  private static final int PROBE_SIZE = 512;
  private static final int PROBE_ROUNDS = 15;

  /** bf16 costs precision: it is chosen only where it is clearly faster. */
  private static final double WORTHWHILE_SPEEDUP = 1.3;

  private static final String PROBE =
      """
        def product(self, x: Tensor) -> float:
          return float(torch.sum(torch.matmul(x, x)))
        def narrow(self, x: Tensor) -> Tensor:
          return torch.to(x, 15)
      """;

  private final Engine engine;
  private final Device device;

  private TorchEngine(Engine engine, Device device) {
    this.engine = engine;
    this.device = device;
  }

  /**
   * Loads libtorch.
   *
   * @param deviceName {@code auto} (a GPU where there is one), {@code cpu} or {@code cuda}
   * @param threads threads that one operator runs on; 0 for libtorch's own choice, the number of
   *     cores
   * @throws IllegalArgumentException if the device is unknown, or {@code cuda} and there is none
   */
  public static TorchEngine start(String deviceName, int threads) {
    System.setProperty("ai.djl.offline", System.getProperty("ai.djl.offline", "true"));
    System.setProperty("OPT_OUT_TRACKING", "true");
    Engine engine = Engine.getEngine("PyTorch");
    Device device =
        switch (deviceName) {
          case "auto" -> engine.getGpuCount() > 0 ? Device.gpu() : Device.cpu();
          case "cpu" -> Device.cpu();
          case "cuda" -> {
            if (engine.getGpuCount() == 0) {
              throw new IllegalArgumentException(
                  "device is 'cuda', but libtorch sees no GPU; use 'auto' or 'cpu'");
            }
            yield Device.gpu();
          }
          default ->
              throw new IllegalArgumentException(
                  "device is '%s', expected auto, cpu or cuda".formatted(deviceName));
        };
    // Until a number is set, MKL may take fewer threads, and rounds otherwise: what a run computed
    // with libtorch's own choice must come out again where that number is asked for.
    JniUtils.setNumThreads(threads > 0 ? threads : JniUtils.getNumThreads());
    TorchEngine torch = new TorchEngine(engine, device);
    torch.enterThread();
    return torch;
  }

  /** Sets the modes that programs need on the calling thread, for work outside programs. */
  public void enterThread() {
    enterInference();
  }

  static void enterInference() {
    JniUtils.setGraphExecutorOptimize(false);
    JniUtils.setGradMode(false);
  }

  /** A new owner of tensors on this engine's device. Close it to free them. */
  public NDManager newManager() {
    return engine.newBaseManager(device);
  }

  /** The device that programs run on. */
  public Device device() {
    return device;
  }

  /** {@code cpu} or {@code cuda}. */
  public String deviceName() {
    return onGpu() ? "cuda" : "cpu";
  }

  /** Whether the device is a GPU, with a memory of its own. */
  public boolean onGpu() {
    return device.isGpu();
  }

  /** Threads that one operator runs on. */
  public int threads() {
    return JniUtils.getNumThreads();
  }

  /** Version of libtorch. */
  public String libtorchVersion() {
    return engine.getVersion();
  }

  /**
   * SHA-256 (hex) of everything that rounding depends on: processor, libtorch, threads and compute
   * type.
   */
  public String fingerprint(ComputeType computeType) {
    return Processor.fingerprint(
        device.isGpu(),
        List.of(deviceName(), libtorchVersion(), Integer.toString(threads()), computeType.label()));
  }

  /**
   * Times a matrix product in both compute types, and prefers bf16 only where it is clearly faster.
   */
  public ComputeType preferredComputeType() {
    try (NDManager manager = newManager();
        TorchProgram program = TorchProgram.compile(manager, PROBE)) {
      NDArray wide = manager.ones(new Shape(PROBE_SIZE, PROBE_SIZE));
      NDArray narrow = program.infer(manager, "narrow", wide).singletonOrThrow();
      double wideMs = Double.POSITIVE_INFINITY;
      double narrowMs = Double.POSITIVE_INFINITY;
      for (int round = 0; round < PROBE_ROUNDS; round++) {
        wideMs = Math.min(wideMs, elapsedMs(program, wide));
        narrowMs = Math.min(narrowMs, elapsedMs(program, narrow));
      }
      ComputeType chosen =
          wideMs > WORTHWHILE_SPEEDUP * narrowMs ? ComputeType.BF16 : ComputeType.F32;
      LOG.info(
          "compute type {}: a {}x{} product takes {} ms in f32 and {} ms in bf16",
          chosen.label(),
          PROBE_SIZE,
          PROBE_SIZE,
          String.format(Locale.ROOT, "%.2f", wideMs),
          String.format(Locale.ROOT, "%.2f", narrowMs));
      return chosen;
    }
  }

  /** The sum is read back: a GPU has then ended the product. */
  private static double elapsedMs(TorchProgram program, NDArray operand) {
    long startNanos = System.nanoTime();
    program.inferScalar("product", operand);
    return (System.nanoTime() - startNanos) / 1e6;
  }
}
