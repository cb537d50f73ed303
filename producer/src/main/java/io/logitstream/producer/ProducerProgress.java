package io.logitstream.producer;

import io.logitstream.producer.source.SkipReason;
import io.logitstream.producer.source.SkippedDocuments;
import io.logitstream.producer.source.SourcedPrompt;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How far a producer has come, committed prompts alone. Read by any thread. */
public final class ProducerProgress implements SkippedDocuments {
  private static final Logger LOGGER = LoggerFactory.getLogger(ProducerProgress.class);

  private final Map<String, LongAdder> promptsByDomain = new TreeMap<>();
  private final Map<SkipReason, LongAdder> skipped = new EnumMap<>(SkipReason.class);
  private final LongAdder heldOutPrompts = new LongAdder();
  private final LongAdder characters = new LongAdder();
  private final LongAdder transactions = new LongAdder();
  private final AtomicLong nextIndex = new AtomicLong();
  private volatile boolean finished;

  /** Progress of a source with these domains. */
  public ProducerProgress(Collection<String> domains) {
    domains.forEach(domain -> promptsByDomain.put(domain, new LongAdder()));
    for (SkipReason reason : SkipReason.values()) {
      skipped.put(reason, new LongAdder());
    }
  }

  /** Prompts that this producer has put on the topic. */
  public long prompts() {
    return promptsByDomain.values().stream().mapToLong(LongAdder::sum).sum();
  }

  /** Of these, the prompts of a domain. */
  public long prompts(String domain) {
    LongAdder prompts = promptsByDomain.get(domain);
    return prompts == null ? 0 : prompts.sum();
  }

  /** Of these, the held-out ones. */
  public long heldOutPrompts() {
    return heldOutPrompts.sum();
  }

  /** Their UTF-16 characters. */
  public long characters() {
    return characters.sum();
  }

  /** Transactions that were committed. */
  public long transactions() {
    return transactions.sum();
  }

  /** Documents that gave no prompt for this reason. */
  public long skippedDocuments(SkipReason reason) {
    LongAdder documents = skipped.get(reason);
    return documents == null ? 0 : documents.sum();
  }

  /** Place in the source's order of the next prompt, earlier producers' prompts counted. */
  public long nextIndex() {
    return nextIndex.get();
  }

  /** Whether the source is read to its end. */
  public boolean finished() {
    return finished;
  }

  @Override
  public void skipped(String document, SkipReason reason, String found) {
    LongAdder documents = skipped.get(reason);
    if (documents != null) {
      documents.increment();
    }
    if (reason == SkipReason.BLANK) {
      LOGGER.debug("passed over {}: it {}", document, found);
    } else {
      LOGGER.warn("passed over {}: it {}", document, found);
    }
  }

  void startedAt(long index) {
    nextIndex.set(index);
  }

  void reachedEnd() {
    finished = true;
  }

  void committed(Collection<SourcedPrompt> prompts, long next) {
    for (SourcedPrompt prompt : prompts) {
      LongAdder ofDomain = promptsByDomain.get(prompt.domain());
      if (ofDomain != null) {
        ofDomain.increment();
      }
      characters.add(prompt.text().length());
      if (prompt.heldOut()) {
        heldOutPrompts.increment();
      }
    }
    transactions.increment();
    nextIndex.set(next);
  }
}
