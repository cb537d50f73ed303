package io.logitstream.producer.source;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import java.util.Comparator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * The prompts of one domain, epoch after epoch. In each epoch the documents of all its files are
 * shuffled by the hash of seed, epoch and name. For one thread.
 */
final class DomainReader {
  private final String domain;
  private final List<Catalog.Item> items;
  private final SourceSettings settings;
  private final DocumentReader reader;

  private List<Catalog.Item> order;
  private int epoch;
  private int document;
  private int piece;
  private List<String> pieces = List.of();
  private boolean read;
  private int barrenDocuments;

  /**
   * @param start where to begin
   */
  DomainReader(
      String domain,
      List<Catalog.Item> items,
      SourceSettings settings,
      DocumentReader reader,
      DomainPosition start) {
    this.domain = domain;
    this.items = items;
    this.settings = settings;
    this.reader = reader;
    this.epoch = start.epoch();
    this.document = start.document();
    this.piece = start.piece();
    this.order = shuffled(epoch);
  }

  /** Whether there is a prompt left; reads on to it. */
  boolean hasNext() {
    while (settings.epochs() == 0 || epoch < settings.epochs()) {
      if (document >= order.size()) {
        beginEpoch(epoch + 1);
        continue;
      }
      if (!read) {
        pieces = reader.pieces(order.get(document));
        read = true;
      }
      if (piece < pieces.size()) {
        barrenDocuments = 0;
        return true;
      }
      requireSomeText(pieces.isEmpty());
      beginDocument(document + 1);
    }
    return false;
  }

  /** The next prompt. */
  SourcedPrompt next() {
    if (!hasNext()) {
      throw new NoSuchElementException("domain " + domain + " is read to its end");
    }
    DocumentEntry entry = order.get(document).document();
    String place = entry.name() + "#" + piece + (epoch == 0 ? "" : "@" + epoch);
    SourcedPrompt prompt =
        new SourcedPrompt(
            place,
            entry.group(),
            settings.heldOut().holdsOut(entry.group()),
            domain,
            pieces.get(piece),
            piece + 1 == pieces.size());
    piece++;
    if (piece == pieces.size()) {
      beginDocument(document + 1);
    }
    return prompt;
  }

  /**
   * The place of the next prompt.
   *
   * @param drawn what the mixing remembers
   */
  DomainPosition position(long drawn) {
    return new DomainPosition(epoch, document, piece, drawn);
  }

  private void beginEpoch(int next) {
    epoch = next;
    order = shuffled(next);
    beginDocument(0);
  }

  private void beginDocument(int next) {
    document = next;
    piece = 0;
    pieces = List.of();
    read = false;
  }

  /** Without this, a domain of blank files would be read for ever. */
  private void requireSomeText(boolean barren) {
    barrenDocuments = barren ? barrenDocuments + 1 : 0;
    if (barrenDocuments >= items.size()) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          ("none of the %d documents of domain %s in source %s holds text: the log names those that"
                  + " are not UTF-8, too large or damaged, the others are blank. Mend them, or name"
                  + " others in source.paths")
              .formatted(items.size(), domain, settings.name()));
    }
  }

  private List<Catalog.Item> shuffled(int ofEpoch) {
    String salt = settings.seed() + " " + ofEpoch + " ";
    record Keyed(long key, Catalog.Item item) {}
    return items.stream()
        .map(item -> new Keyed(Hashes.first64(salt + item.document().name()), item))
        .sorted(
            Comparator.comparingLong(Keyed::key)
                .thenComparing(keyed -> keyed.item().document().name()))
        .map(Keyed::item)
        .toList();
  }
}
