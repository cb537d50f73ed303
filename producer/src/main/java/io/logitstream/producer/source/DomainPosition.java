package io.logitstream.producer.source;

/**
 * The place of a domain's next prompt.
 *
 * @param epoch how often the domain was read before
 * @param document number of the document in the epoch's order
 * @param piece number of the piece in the document
 * @param drawn prompts drawn from the domain in the current phase
 */
record DomainPosition(int epoch, int document, int piece, long drawn) {
  static final DomainPosition START = new DomainPosition(0, 0, 0, 0);

  DomainPosition {
    if (epoch < 0 || document < 0 || piece < 0 || drawn < 0) {
      throw new IllegalArgumentException(
          "place %d, %d, %d, %d, expected no negative number"
              .formatted(epoch, document, piece, drawn));
    }
  }
}
