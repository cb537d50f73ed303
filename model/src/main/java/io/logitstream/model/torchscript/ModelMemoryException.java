package io.logitstream.model.torchscript;

import ai.djl.engine.EngineException;
import java.util.Locale;

/**
 * A program asked for more memory than the device or the machine has. What it had begun is gone;
 * tensors that existed before are as they were, but for those that it changes in place.
 */
public final class ModelMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private ModelMemoryException(String message, EngineException cause) {
    super(message, cause);
  }

  /** This exception for a failure that is about memory, with libtorch's own words; else itself. */
  static RuntimeException orItself(EngineException failure) {
    return String.valueOf(failure.getMessage())
        .lines()
        .filter(ModelMemoryException::isAboutMemory)
        .findFirst()
        .<RuntimeException>map(
            line ->
                new ModelMemoryException(
                    "the model asked for more memory than there is (%s)".formatted(line.strip()),
                    failure))
        .orElse(failure);
  }

  /** The words of the allocators for CPUs and CUDA, and of C++. */
  private static boolean isAboutMemory(String line) {
    String lower = line.toLowerCase(Locale.ROOT);
    return lower.contains("can't allocate memory")
        || lower.contains("out of memory")
        || lower.contains("bad_alloc");
  }
}
