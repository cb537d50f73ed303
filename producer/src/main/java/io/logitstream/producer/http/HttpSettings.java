package io.logitstream.producer.http;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.platform.config.Setting;
import io.logitstream.platform.http.BearerToken;
import io.logitstream.platform.http.BoundedHttpServer;
import java.time.Duration;
import java.util.List;

/**
 * How prompts are taken over HTTP.
 *
 * @param host address that is listened on; other than loopback only with a token
 * @param port the port; 0 for a free one
 * @param token what clients must bring
 * @param maxRequestBytes largest request
 * @param maxPrompts most prompts of a request
 * @param queuePrompts most prompts that wait to be published; more are answered 429
 * @param queueBytes most bytes that wait
 * @param answerWithin after which a request is answered 503 though its prompts may stand
 */
public record HttpSettings(
    String host,
    int port,
    BearerToken token,
    int maxRequestBytes,
    int maxPrompts,
    int queuePrompts,
    long queueBytes,
    Duration answerWithin) {
  private static final Setting<String> HOST =
      Setting.nonEmptyText(
          "intake.http.host",
          "127.0.0.1",
          "Address that prompts are taken on; another than loopback needs intake.http.token.");
  private static final Setting<Integer> PORT =
      Setting.integer(
          "intake.http.port", 8080, 0, 65_535, "Port that prompts are taken on; 0 for a free one.");
  private static final Setting<String> TOKEN =
      Setting.text(
              "intake.http.token",
              "",
              "What clients must bring as 'Authorization: Bearer TOKEN'; empty for none.")
          .asSecret();
  private static final Setting<Integer> REQUEST_BYTES =
      Setting.integer(
          "intake.http.max-request-bytes", 4 << 20, 1024, 64 << 20, "Largest request, in bytes.");
  private static final Setting<Integer> REQUEST_PROMPTS =
      Setting.integer(
          "intake.http.max-request-prompts", 256, 1, 10_000, "Most prompts in one request.");
  private static final Setting<Integer> QUEUE_PROMPTS =
      Setting.integer(
          "intake.http.queue-prompts",
          1_000,
          1,
          1_000_000,
          "Most prompts that wait to be published; more are answered 429.");
  private static final Setting<Integer> QUEUE_MIB =
      Setting.integer(
          "intake.http.queue-mib",
          64,
          1,
          4096,
          "Most MiB of prompts that wait to be published; more are answered 429.");
  private static final Setting<Duration> ANSWER_WITHIN =
      Setting.duration(
          "intake.http.answer-within",
          "30s",
          "How long a request waits for the broker, at most 110s; then it is answered 503, and the"
              + " same keys tell later whether its prompts stand.");

  private static final Duration LONGEST_ANSWER = BoundedHttpServer.ANSWER_WITHIN.minusSeconds(10);

  /** The settings of this record. */
  public static final List<Setting<?>> SETTINGS =
      List.of(
          HOST,
          PORT,
          TOKEN,
          REQUEST_BYTES,
          REQUEST_PROMPTS,
          QUEUE_PROMPTS,
          QUEUE_MIB,
          ANSWER_WITHIN);

  /** Checks that what is open to others asks for a token. */
  public HttpSettings {
    token.requireUnlessLoopback(host, HOST, TOKEN);
    if (queuePrompts < maxPrompts) {
      throw new ConfigurationException(
          "%s is %d, expected at least %s (%d)"
              .formatted(QUEUE_PROMPTS, queuePrompts, REQUEST_PROMPTS, maxPrompts));
    }
    if (queueBytes < maxRequestBytes) {
      throw new ConfigurationException(
          "%s has %d bytes, expected at least %s (%d)"
              .formatted(QUEUE_MIB, queueBytes, REQUEST_BYTES, maxRequestBytes));
    }
    if (answerWithin.toMillis() < 1 || answerWithin.compareTo(LONGEST_ANSWER) > 0) {
      throw new ConfigurationException(
          "%s is %d ms, expected 1 to %d: answers are cut off after %d s, and writing them takes time"
              .formatted(
                  ANSWER_WITHIN,
                  answerWithin.toMillis(),
                  LONGEST_ANSWER.toMillis(),
                  BoundedHttpServer.ANSWER_WITHIN.toSeconds()));
    }
  }

  /** Reads the settings. */
  public static HttpSettings from(Configuration configuration) {
    return new HttpSettings(
        configuration.get(HOST),
        configuration.get(PORT),
        new BearerToken(configuration.get(TOKEN)),
        configuration.get(REQUEST_BYTES),
        configuration.get(REQUEST_PROMPTS),
        configuration.get(QUEUE_PROMPTS),
        (long) configuration.get(QUEUE_MIB) << 20,
        configuration.get(ANSWER_WITHIN));
  }
}
