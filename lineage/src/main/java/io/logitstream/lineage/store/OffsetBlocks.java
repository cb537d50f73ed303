package io.logitstream.lineage.store;

import java.util.ArrayList;
import java.util.List;

/**
 * Ranges of offsets as blocks whose length is a power of two and whose start is a multiple of it:
 * the canonical cover of a segment tree. An offset lies in one block of each level, so that the
 * ranges that hold it are found by {@value #LEVELS} look-ups, however many ranges there are and
 * however they overlap.
 */
public final class OffsetBlocks {
  /** Levels of blocks; a block of level l holds 2^l offsets. */
  public static final int LEVELS = 63;

  /**
   * The offsets from {@code index · 2^level} to {@code (index + 1) · 2^level − 1}.
   *
   * @param level from 0 to {@value #LEVELS} − 1
   * @param index place of the block among those of its level, from 0
   */
  public record Block(int level, long index) {
    public Block {
      if (level < 0 || level >= LEVELS || index < 0) {
        throw new IllegalArgumentException(
            "block %d of level %d, expected an index from 0 and a level from 0 to %d"
                .formatted(index, level, LEVELS - 1));
      }
    }
  }

  private OffsetBlocks() {}

  /**
   * The fewest blocks that together hold exactly the offsets of a range, in order: at most two of
   * each level.
   *
   * @param first the first offset, at least 0
   * @param last the last offset, at least the first
   */
  public static List<Block> cover(long first, long last) {
    if (first < 0 || last < first || last == Long.MAX_VALUE) {
      throw new IllegalArgumentException(
          "offsets from %d to %d, expected 0 <= first <= last".formatted(first, last));
    }
    List<Block> blocks = new ArrayList<>();
    long next = first;
    while (next <= last) {
      int aligned = Long.numberOfTrailingZeros(next);
      int fitting = Long.SIZE - 1 - Long.numberOfLeadingZeros(last - next + 1);
      int level = Math.min(Math.min(aligned, fitting), LEVELS - 1);
      blocks.add(new Block(level, next >>> level));
      next += 1L << level;
    }
    return blocks;
  }

  /** The block of a level that holds an offset. */
  public static Block containing(long offset, int level) {
    return new Block(level, offset >>> level);
  }
}
