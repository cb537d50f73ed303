package io.logitstream.priors;

import io.logitstream.logits.CodedLogitsCodec;
import io.logitstream.logits.MissingPriorException;
import io.logitstream.logits.coding.ContextPrior;
import io.logitstream.platform.kafka.KafkaClients;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The codecs of priors by SHA-256, fetched from the topic when they are first asked for. The latest
 * ones are kept, as many as fit into a bound of memory, and always the last one. For one thread.
 */
public final class PriorCodecs
    implements Function<String, Optional<CodedLogitsCodec>>, AutoCloseable {
  /** Memory of the codecs that are kept. */
  public static final long MAX_BYTES = 256L << 20;

  private final KafkaClients clients;
  private final long maxBytes;
  private final Map<String, CodedLogitsCodec> kept = new LinkedHashMap<>(16, 0.75f, true);
  private @Nullable PriorReader reader;
  private long keptBytes;

  /** Connects when the first prior is asked for. */
  public PriorCodecs(KafkaClients clients) {
    this(clients, MAX_BYTES);
  }

  PriorCodecs(KafkaClients clients, long maxBytes) {
    this.clients = clients;
    this.maxBytes = maxBytes;
  }

  /**
   * The codec of a prior; never empty.
   *
   * @throws MissingPriorException if the prior is not on the topic, or not whole: it says what is
   *     there
   * @throws io.logitstream.platform.LogitstreamException with the kind of the failure if the topic
   *     cannot be read
   */
  @Override
  public Optional<CodedLogitsCodec> apply(String sha256) {
    CodedLogitsCodec known = kept.get(sha256);
    if (known != null) {
      return Optional.of(known);
    }
    if (reader == null) {
      reader = new PriorReader(clients);
    }
    PriorReader opened = reader;
    ContextPrior prior =
        opened
            .fetch(sha256)
            .orElseThrow(() -> new MissingPriorException(sha256, opened.state(sha256)));
    CodedLogitsCodec codec = new CodedLogitsCodec(prior);
    kept.put(sha256, codec);
    keptBytes += prior.memoryBytes();
    forgetOldest();
    return Optional.of(codec);
  }

  /** Number of codecs that are kept. */
  int size() {
    return kept.size();
  }

  private void forgetOldest() {
    Iterator<CodedLogitsCodec> oldest = kept.values().iterator();
    while (keptBytes > maxBytes && kept.size() > 1) {
      keptBytes -= oldest.next().prior().memoryBytes();
      oldest.remove();
    }
  }

  @Override
  public void close() {
    if (reader != null) {
      reader.close();
      reader = null;
    }
  }
}
