package io.logitstream.model.torchscript;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A stateless TorchScript program: methods over tensors that the caller owns. One thread at a time,
 * but any thread: every call sets the modes that libtorch keeps per thread.
 *
 * <p>Errors inside a method (shapes) arrive as {@link EngineException} with the script's line;
 * where memory does not suffice, as {@link ModelMemoryException}.
 */
public final class TorchProgram implements AutoCloseable {
  private static final String METHOD_PREFIX = "module_method:";
  private static final String LIST_SUFFIX = "[]";

  private final PtSymbolBlock block;

  private TorchProgram(PtSymbolBlock block) {
    this.block = block;
  }

  /**
   * Compiles method definitions.
   *
   * @param owner frees the program when it closes
   * @param methods definitions of the methods of one class, indented by two spaces, in
   *     TorchScript's serialised dialect
   */
  public static TorchProgram compile(NDManager owner, String methods) {
    try {
      return new TorchProgram(
          JniUtils.loadModule(
              (PtNDManager) owner,
              new ByteArrayInputStream(TorchArchive.of(methods)),
              false,
              false));
    } catch (IOException e) {
      throw new UncheckedIOException("loading a TorchScript program from memory", e);
    }
  }

  /**
   * Runs a method in inference mode: no gradients, tensors may be changed in place.
   *
   * @param results owns the tensors that come back
   * @param arguments in the method's order: {@link NDArray}, {@code List<NDArray>}, {@link Long},
   *     {@link Double}, or {@code double[]}
   * @return the tensor or list of tensors that the method returns
   */
  public NDList infer(NDManager results, String method, Object... arguments) {
    TorchEngine.enterInference();
    try (TorchCalls.Call call = TorchCalls.ofProcess().begin();
        Arguments values = new Arguments(arguments);
        IValue result = IValueUtils.runMethod(block, method, values.array())) {
      return result.toNDList((PtNDManager) results);
    } catch (EngineException e) {
      throw ModelMemoryException.orItself(e);
    }
  }

  /** Runs a method in inference mode that returns a {@code float}. */
  public double inferScalar(String method, Object... arguments) {
    TorchEngine.enterInference();
    try (TorchCalls.Call call = TorchCalls.ofProcess().begin();
        Arguments values = new Arguments(arguments);
        IValue result = IValueUtils.runMethod(block, method, values.array())) {
      return result.toDouble();
    } catch (EngineException e) {
      throw ModelMemoryException.orItself(e);
    }
  }

  /**
   * Runs a method that calls {@code torch.grad} itself.
   *
   * @param results owns the tensors that come back
   * @param tensors the method's first arguments, one tensor each
   * @param parameters the method's last argument, a list of tensors
   */
  public NDList differentiate(
      NDManager results, String method, List<NDArray> tensors, List<NDArray> parameters) {
    NDList inputs = new NDList(tensors.size() + parameters.size() + 1);
    for (NDArray tensor : tensors) {
      tensor.setName(null);
      inputs.add(tensor);
    }
    for (NDArray parameter : parameters) {
      parameter.setName("parameters" + LIST_SUFFIX);
      inputs.add(parameter);
    }
    TorchEngine.enterInference();
    JniUtils.setGradMode(true);
    try (TorchCalls.Call call = TorchCalls.ofProcess().begin();
        NDArray methodName = results.create(0f)) {
      methodName.setName(METHOD_PREFIX + method);
      inputs.add(methodName);
      NDList outputs = IValueUtils.forward(block, inputs, true);
      outputs.attach(results);
      return outputs;
    } catch (EngineException e) {
      throw ModelMemoryException.orItself(e);
    } finally {
      JniUtils.setGradMode(false);
    }
  }

  @Override
  public void close() {
    block.close();
  }

  /** The native values of a call's arguments, freed together. */
  private static final class Arguments implements AutoCloseable {
    private final List<IValue> values = new ArrayList<>();

    Arguments(Object... arguments) {
      for (Object argument : arguments) {
        values.add(valueOf(argument));
      }
    }

    IValue[] array() {
      return values.toArray(IValue[]::new);
    }

    private static IValue valueOf(Object argument) {
      if (argument instanceof NDArray tensor) {
        return IValue.from((PtNDArray) tensor);
      }
      if (argument instanceof List<?> tensors) {
        return IValue.listFrom(
            tensors.stream().map(PtNDArray.class::cast).toArray(PtNDArray[]::new));
      }
      if (argument instanceof Long whole) {
        return IValue.from(whole.longValue());
      }
      if (argument instanceof Double decimal) {
        return IValue.from(decimal.doubleValue());
      }
      if (argument instanceof double[] decimals) {
        return IValue.listFrom(decimals);
      }
      throw new IllegalArgumentException(
          "argument of type %s, expected a tensor, a list of tensors, a Long, a Double or a double[]"
              .formatted(argument.getClass().getName()));
    }

    @Override
    public void close() {
      values.forEach(IValue::close);
    }
  }
}
