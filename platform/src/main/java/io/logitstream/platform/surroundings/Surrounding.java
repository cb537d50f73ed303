package io.logitstream.platform.surroundings;

/** Something that a service depends on. */
interface Surrounding extends AutoCloseable {
  /** What it is: a component of the health. */
  String name();

  /** Where it is looked for, and by which setting. */
  String place();

  /**
   * Asks it for anything, a bounded time.
   *
   * @throws Exception if it does not answer, or refuses to; the message says why
   */
  void ask() throws Exception;

  @Override
  void close();
}
