package io.logitstream.producer.intake;

import io.logitstream.producer.intake.PromptAcceptance.Offer;
import io.logitstream.producer.intake.SortedOffers.Fresh;
import io.logitstream.producer.offered.OfferedPrompt;
import io.logitstream.schemas.SourcePosition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * What one transaction of offered prompts says: the prompts, their idempotency keys, the keys that
 * are forgotten, and the position behind all of it.
 *
 * @param fresh prompts in their order
 * @param forgotten expired keys; none of those that the prompts came with
 * @param firstIndex sourceIndex of the first prompt
 * @param location where reading goes on behind them; null where nothing is read
 */
record OfferedTransaction(
    AcceptanceSettings settings,
    List<Fresh> fresh,
    List<String> forgotten,
    long firstIndex,
    @Nullable String location,
    Instant now) {
  /** What the positions of such sources carry in place of a fingerprint of files. */
  static final String FINGERPRINT = "offered prompts 1";

  OfferedTransaction {
    fresh = List.copyOf(fresh);
    forgotten = List.copyOf(forgotten);
  }

  /** sourceIndex of the prompt after the last one. */
  long nextIndex() {
    return firstIndex + fresh.size();
  }

  /** The keys of its prompts, to be remembered once it stands. */
  Map<String, KnownKeys.Known> newKeys() {
    Map<String, KnownKeys.Known> keys = new LinkedHashMap<>();
    for (Fresh prompt : fresh) {
      OfferedPrompt offered = prompt.offer().prompt();
      offered
          .key()
          .ifPresent(
              key ->
                  keys.put(
                      key,
                      new KnownKeys.Known(offered.contentSha256(), keysExpireAt().toEpochMilli())));
    }
    return keys;
  }

  /**
   * @param name the transaction's, which its position carries
   */
  List<ProducerRecord<String, byte[]>> records(PromptRecords records, String name) {
    List<ProducerRecord<String, byte[]>> all = new ArrayList<>();
    long index = firstIndex;
    for (Fresh prompt : fresh) {
      all.add(prompt(records, prompt, index++));
    }
    for (Fresh prompt : fresh) {
      prompt.offer().prompt().key().ifPresent(key -> all.add(records.key(key(key, prompt))));
    }
    forgotten.forEach(key -> all.add(records.forgotten(key)));
    all.add(records.position(position(name)));
    return all;
  }

  private ProducerRecord<String, byte[]> prompt(PromptRecords records, Fresh prompt, long index) {
    Offer offer = prompt.offer();
    String group = offer.prompt().documentGroup().orElse(prompt.promptId());
    return records.offered(
        offer.prompt(),
        prompt.promptId(),
        offer.place(),
        offer.prompt().domain().orElse(settings.defaultDomain()),
        group,
        settings.heldOut().holdsOut(group),
        index,
        now);
  }

  private Instant keysExpireAt() {
    return now.plus(settings.keysFor());
  }

  private SourcePosition key(String key, Fresh prompt) {
    return SourcePosition.newBuilder()
        .setSource(settings.source())
        .setNextIndex(nextIndex())
        .setFingerprint(prompt.offer().prompt().contentSha256())
        .setIdempotencyKey(key)
        .setPromptId(prompt.promptId())
        .setExpiresAt(keysExpireAt())
        .setUpdatedAt(now)
        .build();
  }

  private SourcePosition position(String name) {
    return SourcePosition.newBuilder()
        .setSource(settings.source())
        .setNextIndex(nextIndex())
        .setLocation(location)
        .setFingerprint(FINGERPRINT)
        .setFinished(false)
        .setTransaction(name)
        .setUpdatedAt(now)
        .build();
  }
}
