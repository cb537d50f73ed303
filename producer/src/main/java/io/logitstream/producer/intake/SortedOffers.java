package io.logitstream.producer.intake;

import io.logitstream.producer.intake.PromptAcceptance.Offer;
import io.logitstream.producer.offered.OfferedPrompt;
import io.logitstream.schemas.topics.RecordKeys;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Offers told apart by their keys: what is new, and what was there before or comes twice.
 *
 * @param receipts one for each offer; they hold once what is fresh is published
 * @param fresh what is to be published, in the order of the offers
 */
record SortedOffers(List<Receipt> receipts, List<Fresh> fresh) {
  SortedOffers {
    receipts = List.copyOf(receipts);
    fresh = List.copyOf(fresh);
  }

  /** An offer that is new, and its prompt's identity. */
  record Fresh(Offer offer, String promptId) {}

  static SortedOffers of(List<Offer> offers, String source, KnownKeys keys, long nowMs) {
    List<Receipt> receipts = new ArrayList<>();
    List<Fresh> fresh = new ArrayList<>();
    Map<String, Integer> firstOfKey = new HashMap<>();
    for (int at = 0; at < offers.size(); at++) {
      Offer offer = offers.get(at);
      Optional<String> key = offer.prompt().key();
      String promptId =
          RecordKeys.promptId(source, key.map(given -> "key " + given).orElse(offer.place()));
      Optional<KnownKeys.Known> known = key.flatMap(given -> keys.find(given, nowMs));
      Integer first = key.map(firstOfKey::get).orElse(null);
      if (known.isPresent()) {
        receipts.add(again(known.get().contentSha256(), offer.prompt(), promptId));
      } else if (first != null) {
        Receipt ofFirst = receipts.get(first);
        receipts.add(
            ofFirst.outcome() == Receipt.Outcome.FULL
                ? ofFirst
                : again(offers.get(first).prompt().contentSha256(), offer.prompt(), promptId));
      } else {
        boolean hasRoom = key.isEmpty() || keys.hasRoomFor(firstOfKey.size() + 1);
        receipts.add(
            hasRoom
                ? new Receipt(Receipt.Outcome.ACCEPTED, promptId)
                : new Receipt(Receipt.Outcome.FULL, ""));
        if (hasRoom) {
          fresh.add(new Fresh(offer, promptId));
        }
        int place = at;
        key.ifPresent(given -> firstOfKey.put(given, place));
      }
    }
    return new SortedOffers(receipts, fresh);
  }

  /** Whether some were refused because no more keys may be kept. */
  boolean lackRoom() {
    return receipts.stream().anyMatch(receipt -> receipt.outcome() == Receipt.Outcome.FULL);
  }

  private static Receipt again(
      @Nullable String knownSha256, OfferedPrompt prompt, String promptId) {
    boolean same = knownSha256 == null || knownSha256.equals(prompt.contentSha256());
    return new Receipt(same ? Receipt.Outcome.DUPLICATE : Receipt.Outcome.CONFLICT, promptId);
  }
}
