package io.logitstream.console.demo;

import java.util.Optional;

/** Where a demo shows how it goes. Called from one thread. */
interface DemoView extends AutoCloseable {
  /** Says something that happened. */
  void note(String message);

  /** Shows the state of things; called about twice a second. */
  void show(Snapshot snapshot, Optional<WritingSample> sample);

  /** Leaves what is shown where it is: what follows comes after it. */
  default void settle() {}

  @Override
  void close();
}
