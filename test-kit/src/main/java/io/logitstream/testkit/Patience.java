package io.logitstream.testkit;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Has every test wait for long for what must come: on a machine that builds other modules too, a
 * broker's start alone may take longer than Awaitility's ten seconds. JUnit finds it by itself.
 */
public final class Patience implements LauncherSessionListener {
  private static final Duration LONG = Duration.ofSeconds(60);

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    Awaitility.setDefaultTimeout(LONG);
  }
}
