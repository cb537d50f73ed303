package io.logitstream.console.commands;

import io.logitstream.lineage.IndexSettings;
import io.logitstream.lineage.http.RemoteView;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.kafka.KafkaFailures;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a command asks the lineage index. */
final class IndexOptions {
  /** Stores move in seconds when an instance comes or goes. */
  private static final int ATTEMPTS = 20;

  private static final long PAUSE_MS = 500;

  @Option(
      names = "--index-url",
      paramLabel = "URL",
      description = "An instance of the index: short for --set index.url=…")
  private @Nullable String url;

  Configuration load(ConfigurationOptions options) {
    return options.load(new Shortcuts().put("index.url", url).values(), IndexSettings.SETTINGS);
  }

  /** The whole index. */
  static RemoteView open(Configuration configuration) {
    return RemoteView.ofAll(RemoteView.client(), IndexSettings.url(configuration));
  }

  /**
   * Asks, and asks again while the index says that its stores are being moved.
   *
   * @throws LogitstreamException RETRYABLE if it says so for ten seconds, or does not answer at all
   */
  static <T> T patiently(Callable<T> question) throws Exception {
    for (int attempt = 1; ; attempt++) {
      try {
        return question.call();
      } catch (LogitstreamException e) {
        // Nobody listens where a connection fails: that does not mend itself.
        boolean answered = e.getCause() == null;
        if (attempt == ATTEMPTS || !answered || KafkaFailures.kindOf(e) != FailureKind.RETRYABLE) {
          throw e;
        }
        TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
      }
    }
  }
}
