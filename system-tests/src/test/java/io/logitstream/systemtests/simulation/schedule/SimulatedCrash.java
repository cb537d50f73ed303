package io.logitstream.systemtests.simulation.schedule;

/**
 * Unwinds the threads of a process that was killed. Nothing that they do meanwhile has an effect.
 */
public final class SimulatedCrash extends Error {
  private static final long serialVersionUID = 1L;

  SimulatedCrash(String process) {
    super(process + " was killed", null, false, false);
  }
}
