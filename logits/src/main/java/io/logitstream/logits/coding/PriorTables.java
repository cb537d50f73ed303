package io.logitstream.logits.coding;

import java.util.Arrays;

/**
 * The tables of a prior. Levels are probabilities in half octaves, see {@link Logarithms}. The list
 * of a token holds its successors by level and then by rank; ranks order all ids by unigram level
 * and then by id.
 */
final class PriorTables {
  /** Levels of successors are at most this: 2^-20. */
  static final int GREATEST_LEVEL = 40;

  /** How well a token's list is known: from 0, never seen, in steps of four times as many rows. */
  static final int GREATEST_EVIDENCE = 7;

  final byte[] unigramLevels;
  final int[] starts;
  final int[] ids;
  final byte[] levels;
  final byte[] evidence;
  final short[] odds;

  /** Ids by rank, and ranks by id. */
  final int[] idsByRank;

  final int[] ranks;

  /** The unigram mass of a rank and of those after it; V + 1 of them. */
  final long[] massFrom;

  /** The successors' ranks, ascending within a list. */
  final int[] listedRanks;

  /** The successors' masses up to and without this one, within a list. */
  final long[] massBefore;

  /** The mass of each list. */
  final long[] listMass;

  /**
   * @param unigramLevels V of them, under {@link Logarithms#LEVELS}
   * @param starts V + 1 indices into ids and levels
   * @param ids successors, in their lists' order
   * @param levels of the successors
   * @param evidence V of them
   * @param odds log-odds of all contexts, see {@link Odds}
   */
  PriorTables(
      byte[] unigramLevels, int[] starts, int[] ids, byte[] levels, byte[] evidence, short[] odds) {
    this.unigramLevels = unigramLevels;
    this.starts = starts;
    this.ids = ids;
    this.levels = levels;
    this.evidence = evidence;
    this.odds = odds;
    int vocabularySize = unigramLevels.length;
    idsByRank = idsByRank(unigramLevels);
    ranks = new int[vocabularySize];
    massFrom = new long[vocabularySize + 1];
    for (int rank = vocabularySize - 1; rank >= 0; rank--) {
      int id = idsByRank[rank];
      ranks[id] = rank;
      massFrom[rank] = massFrom[rank + 1] + Logarithms.mass(unigramLevels[id]);
    }
    listedRanks = new int[ids.length];
    massBefore = new long[ids.length];
    listMass = new long[vocabularySize];
    for (int token = 0; token < vocabularySize; token++) {
      long mass = 0;
      for (int entry = starts[token]; entry < starts[token + 1]; entry++) {
        listedRanks[entry] = ranks[ids[entry]];
        massBefore[entry] = mass;
        mass += Logarithms.mass(levels[entry]);
      }
      listMass[token] = mass;
      Arrays.sort(listedRanks, starts[token], starts[token + 1]);
    }
  }

  /** Ids by level and then by id. */
  static int[] idsByRank(byte[] unigramLevels) {
    int[] next = new int[Logarithms.LEVELS + 1];
    for (byte level : unigramLevels) {
      next[level + 1]++;
    }
    for (int level = 0; level < Logarithms.LEVELS; level++) {
      next[level + 1] += next[level];
    }
    int[] idsByRank = new int[unigramLevels.length];
    for (int id = 0; id < unigramLevels.length; id++) {
      idsByRank[next[unigramLevels[id]]++] = id;
    }
    return idsByRank;
  }

  int vocabularySize() {
    return unigramLevels.length;
  }

  int successors() {
    return ids.length;
  }
}
