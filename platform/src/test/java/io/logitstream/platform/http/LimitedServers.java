package io.logitstream.platform.http;

import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/** Bounds the servers of the tests' process before the first one is made, as the product's does. */
public final class LimitedServers implements LauncherSessionListener {
  @Override
  public void launcherSessionOpened(LauncherSession session) {
    BoundedHttpServer.limitAll();
  }
}
