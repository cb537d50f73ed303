package io.logitstream.lineage.http;

import java.io.IOException;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** The bytes of an answer, up to a limit: who answers is not trusted with this process's memory. */
final class LimitedBody implements BodySubscriber<byte[]> {
  /** An answer has more bytes than are taken; asking again gives as many. */
  static final class TooLongException extends IOException {
    private static final long serialVersionUID = 1;

    private TooLongException(int maxBytes) {
      super("more than %d bytes".formatted(maxBytes));
    }
  }

  private final BodySubscriber<byte[]> bytes = BodySubscribers.ofByteArray();
  private final int maxBytes;
  private Flow.@Nullable Subscription subscription;
  private long received;

  private LimitedBody(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Takes answers of at most so many bytes; a longer one is a {@link TooLongException}. */
  static BodyHandler<byte[]> ofAtMost(int maxBytes) {
    return response -> new LimitedBody(maxBytes);
  }

  @Override
  public CompletionStage<byte[]> getBody() {
    return bytes.getBody();
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription = given;
    bytes.onSubscribe(given);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    if (received > maxBytes) {
      return; // what was under way when the rest was declined
    }
    for (ByteBuffer buffer : buffers) {
      received += buffer.remaining();
    }
    if (received > maxBytes) {
      if (subscription != null) {
        subscription.cancel();
      }
      bytes.onError(new TooLongException(maxBytes));
    } else {
      bytes.onNext(buffers);
    }
  }

  @Override
  public void onError(Throwable failure) {
    bytes.onError(failure);
  }

  @Override
  public void onComplete() {
    bytes.onComplete();
  }
}
