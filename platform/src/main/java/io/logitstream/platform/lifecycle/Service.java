package io.logitstream.platform.lifecycle;

/** Work that goes on until it is done or told to stop. */
@FunctionalInterface
public interface Service {
  /**
   * Works on the calling thread until the work is done or the signal asks to stop; returns with
   * everything closed that it opened.
   *
   * @throws Exception what ended it; its kind decides the process's exit status
   */
  void run(StopSignal stop) throws Exception;
}
