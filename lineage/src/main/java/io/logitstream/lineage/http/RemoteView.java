package io.logitstream.lineage.http;

import com.fasterxml.jackson.core.type.TypeReference;
import io.logitstream.lineage.http.Question.Arguments;
import io.logitstream.lineage.query.CheckpointFact;
import io.logitstream.lineage.query.DeadLetterFact;
import io.logitstream.lineage.query.IndexView;
import io.logitstream.lineage.query.RecordFact;
import io.logitstream.lineage.query.RecordPosition;
import io.logitstream.lineage.query.Trace;
import io.logitstream.lineage.query.TrainingFacts;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an instance of the index answers over HTTP. Safe for all threads. */
public final class RemoteView implements IndexView {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(20);
  private static final int MAX_ANSWER_BYTES = 64 << 20;

  private final HttpClient client;
  private final String url;
  private final String path;

  private RemoteView(HttpClient client, String url, String path) {
    this.client = client;
    this.url = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    this.path = path;
  }

  /** A client for views of instances. */
  public static HttpClient client() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(CONNECT_TIMEOUT)
        .build();
  }

  /**
   * The whole index, as an instance answers for all of them.
   *
   * @param url such as {@code http://127.0.0.1:8090}
   */
  public static RemoteView ofAll(HttpClient client, String url) {
    return new RemoteView(client, url, IndexEndpoint.ALL);
  }

  /** What an instance itself keeps. */
  public static RemoteView ofInstance(HttpClient client, String url) {
    return new RemoteView(client, url, IndexEndpoint.OWN);
  }

  /** What became of a prompt; only of {@link #ofAll}. */
  public Trace trace(String promptId) {
    return post("trace", Arguments.ofPrompt(promptId), new TypeReference<>() {});
  }

  /** How the index stands; only of {@link #ofAll}. */
  public IndexStatus status() {
    return post("status", Arguments.NONE, new TypeReference<>() {});
  }

  @Override
  public List<RecordFact> records(String promptId) {
    return post(Question.RECORDS, Arguments.ofPrompt(promptId));
  }

  @Override
  public List<String> promptsOf(String subject, @Nullable String after) {
    return post(Question.PROMPTS_OF, new Arguments(null, subject, null, null, after, null, null));
  }

  @Override
  public List<DeadLetterFact> deadLetters(String promptId) {
    return post(Question.DEAD_LETTERS, Arguments.ofPrompt(promptId));
  }

  @Override
  public TrainingFacts training(String promptId, List<RecordPosition> positions) {
    return post(
        Question.TRAINING, new Arguments(promptId, null, null, null, null, null, positions));
  }

  @Override
  public List<CheckpointFact> checkpoints(String run, long after) {
    return post(Question.CHECKPOINTS, new Arguments(null, null, run, null, null, after, null));
  }

  @Override
  public List<CheckpointFact> withWeights(String sha256) {
    return post(Question.WITH_WEIGHTS, new Arguments(null, null, null, sha256, null, null, null));
  }

  private <T> T post(Question<T> question, Arguments arguments) {
    return post(question.name(), arguments, question.answer());
  }

  private <T> T post(String name, Arguments arguments, TypeReference<T> type) {
    HttpResponse<byte[]> response;
    try {
      response =
          client.send(
              HttpRequest.newBuilder(URI.create(url + path + name))
                  .timeout(ANSWER_TIMEOUT)
                  .POST(HttpRequest.BodyPublishers.ofByteArray(IndexJson.bytes(arguments)))
                  .build(),
              LimitedBody.ofAtMost(MAX_ANSWER_BYTES));
    } catch (IOException e) {
      if (e instanceof LimitedBody.TooLongException
          || e.getCause() instanceof LimitedBody.TooLongException) {
        throw new LogitstreamException(
            FailureKind.FATAL,
            "the index at %s answered '%s' with more than %d MiB, which is more than is taken"
                .formatted(url, name, MAX_ANSWER_BYTES >> 20),
            e);
      }
      throw new LogitstreamException(
          FailureKind.RETRYABLE,
          "the index at %s did not answer (%s): start it with 'logitstream index', or set index.url"
              .formatted(url, e),
          e);
    } catch (IllegalArgumentException e) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "index.url is '%s', expected a URL such as http://127.0.0.1:8090".formatted(url),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LogitstreamException(
          FailureKind.RETRYABLE, "interrupted while asking the index at " + url, e);
    }
    return answer(response, type);
  }

  private <T> T answer(HttpResponse<byte[]> response, TypeReference<T> type) {
    if (response.statusCode() == 200) {
      try {
        return IndexJson.value(response.body(), type);
      } catch (IllegalArgumentException e) {
        throw new LogitstreamException(
            FailureKind.FATAL,
            "the index at %s answered with %s".formatted(url, e.getMessage()),
            e);
      }
    }
    String error = IndexEndpoint.error(response.body());
    FailureKind kind =
        switch (response.statusCode()) {
          case 503 -> FailureKind.RETRYABLE;
          case 400, 413 -> FailureKind.CONFIGURATION;
          default -> FailureKind.FATAL;
        };
    throw new LogitstreamException(
        kind, "the index at %s answered %d: %s".formatted(url, response.statusCode(), error));
  }
}
