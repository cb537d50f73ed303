package io.logitstream.logits.coding;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/**
 * Learns a prior from the sequences of a stream: the tables from three of four, the log-odds from
 * the last ones of the rest, which the tables have not seen. Memory is bounded. One thread.
 */
public final class PriorLearner {
  /** Weight of a row: its counts are scaled to it. */
  private static final int ROW_WEIGHT = 256;

  private static final int ODDS_SHARE = 4;
  private static final int MOST_ODDS_SEQUENCES = 512;
  private static final int PAIR_SLOTS = 1 << 22;

  /** Rows of unigram belief that a list is smoothed with. */
  private static final double SMOOTHING = 3;

  private static final double UNSEEN = 0.01;

  /** How often the odds' sequences are gone through. */
  private static final int PASSES = 2;

  private final int vocabularySize;
  private final PairWeights pairs = new PairWeights(PAIR_SLOTS);
  private final long[] unigrams;
  private final int[] rows;
  private final Deque<Sequence> oddsSequences = new ArrayDeque<>();
  private long sequences;

  /**
   * @param vocabularySize V, at most {@link ContextPrior#MAX_VOCABULARY}
   */
  public PriorLearner(int vocabularySize) {
    if (vocabularySize < 1 || vocabularySize > ContextPrior.MAX_VOCABULARY) {
      throw new IllegalArgumentException(
          "vocabulary size %d, expected from 1 to %d"
              .formatted(vocabularySize, ContextPrior.MAX_VOCABULARY));
    }
    this.vocabularySize = vocabularySize;
    this.unigrams = new long[vocabularySize];
    this.rows = new int[vocabularySize];
  }

  /** Sequences that count, so far: those that faded count half. */
  public long records() {
    return sequences;
  }

  /** Halves the weight of what was taken in, so that what comes weighs more. */
  public void fade() {
    sequences /= 2;
    pairs.fade();
    for (int id = 0; id < vocabularySize; id++) {
      unigrams[id] /= 2;
      rows[id] /= 2;
    }
  }

  /** Takes in a sequence; it is kept for a while, and must not be changed. */
  public void add(Sequence sequence) {
    if (sequences++ % ODDS_SHARE == ODDS_SHARE - 1) {
      oddsSequences.add(sequence);
      if (oddsSequences.size() > MOST_ODDS_SEQUENCES) {
        oddsSequences.remove();
      }
      return;
    }
    int row = 0;
    int[] spans = sequence.spans();
    for (int index = 0; index < spans.length; index += 2) {
      for (int position = spans[index]; position < spans[index + 1]; position++) {
        addRow(sequence, sequence.tokens()[position], row++);
      }
    }
  }

  private void addRow(Sequence sequence, int token, int row) {
    rows[token]++;
    for (int entry = sequence.offsets()[row]; entry < sequence.offsets()[row + 1]; entry++) {
      int id = sequence.ids()[entry];
      int weight =
          Math.max(1, (int) ((long) sequence.counts()[entry] * ROW_WEIGHT / sequence.countSum()));
      unigrams[id] += weight;
      pairs.add(token, id, weight);
    }
  }

  /** The prior of what was taken in so far. */
  public ContextPrior build() {
    double unigramSum = UNSEEN * ROW_WEIGHT * vocabularySize;
    for (long weight : unigrams) {
      unigramSum += weight;
    }
    byte[] unigramLevels = new byte[vocabularySize];
    byte[] evidence = new byte[vocabularySize];
    for (int id = 0; id < vocabularySize; id++) {
      unigramLevels[id] =
          level((unigrams[id] + UNSEEN * ROW_WEIGHT) / unigramSum, Logarithms.LEVELS - 1);
      int bits = Integer.SIZE - Integer.numberOfLeadingZeros(rows[id]);
      evidence[id] = (byte) (bits == 0 ? 0 : Math.min(PriorTables.GREATEST_EVIDENCE, 1 + bits / 2));
    }
    int[] ranks = new int[vocabularySize];
    int[] idsByRank = PriorTables.idsByRank(unigramLevels);
    for (int rank = 0; rank < vocabularySize; rank++) {
      ranks[idsByRank[rank]] = rank;
    }
    List<Successor> successors = successors(unigramSum, ranks);
    int[] starts = new int[vocabularySize + 1];
    int[] ids = new int[successors.size()];
    byte[] levels = new byte[successors.size()];
    for (int entry = 0; entry < ids.length; entry++) {
      Successor successor = successors.get(entry);
      ids[entry] = successor.id();
      levels[entry] = successor.level();
      starts[successor.token() + 1]++;
    }
    for (int token = 0; token < vocabularySize; token++) {
      starts[token + 1] += starts[token];
    }
    return withOdds(
        new PriorTables(unigramLevels, starts, ids, levels, evidence, new short[Layout.SLOTS]));
  }

  private record Successor(int token, int id, byte level, int rank) {}

  private List<Successor> successors(double unigramSum, int[] ranks) {
    List<Successor> all = new ArrayList<>();
    int least = leastWeight();
    pairs.forEach(
        (token, id, weight) -> {
          if (weight >= least) {
            double unigram = (unigrams[id] + UNSEEN * ROW_WEIGHT) / unigramSum;
            double probability =
                ((double) weight / ROW_WEIGHT + SMOOTHING * unigram) / (rows[token] + SMOOTHING);
            all.add(
                new Successor(
                    token, id, level(probability, PriorTables.GREATEST_LEVEL), ranks[id]));
          }
        });
    all.sort(
        Comparator.comparingInt(Successor::token)
            .thenComparingInt(Successor::level)
            .thenComparingInt(Successor::rank));
    List<Successor> listed = new ArrayList<>();
    int token = -1;
    int size = 0;
    for (Successor successor : all) {
      size = successor.token() == token ? size + 1 : 1;
      token = successor.token();
      if (size <= ContextPrior.MAX_LIST) {
        listed.add(successor);
      }
    }
    return listed;
  }

  /** The least weight of which there are not too many. */
  private int leastWeight() {
    int[] histogram = new int[ROW_WEIGHT * 16];
    pairs.forEach((token, id, weight) -> histogram[Math.min(weight, histogram.length - 1)]++);
    int least = histogram.length - 1;
    long sum = histogram[least];
    while (least > 1 && sum + histogram[least - 1] <= ContextPrior.MAX_SUCCESSORS) {
      sum += histogram[--least];
    }
    return least;
  }

  private ContextPrior withOdds(PriorTables tables) {
    OddsLearner learner = new OddsLearner();
    SequenceCoder coder =
        new SequenceCoder(ContextPrior.of(tables), new Odds(tables.odds, learner));
    for (int pass = 0; pass < PASSES; pass++) {
      oddsSequences.forEach(coder::encode);
    }
    return ContextPrior.of(
        new PriorTables(
            tables.unigramLevels,
            tables.starts,
            tables.ids,
            tables.levels,
            tables.evidence,
            learner.table()));
  }

  private static byte level(double probability, int greatest) {
    double level = -2 * Math.log(probability) / Math.log(2);
    return (byte) Math.max(0, Math.min(greatest, Math.round(level)));
  }
}
