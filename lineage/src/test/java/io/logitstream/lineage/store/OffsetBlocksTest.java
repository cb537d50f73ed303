package io.logitstream.lineage.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.logitstream.lineage.store.OffsetBlocks.Block;
import java.util.HashSet;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class OffsetBlocksTest {
  @Property
  void aCoverHoldsExactlyTheOffsetsOfItsRange(
      @ForAll @LongRange(max = 1L << 40) long first, @ForAll @IntRange(max = 2000) int further) {
    long last = first + further;

    long next = first;
    for (Block block : OffsetBlocks.cover(first, last)) {
      assertThat(block.index() << block.level()).isEqualTo(next);
      next += 1L << block.level();
    }

    assertThat(next).isEqualTo(last + 1);
  }

  @Property
  void anOffsetIsFoundInACoverExactlyIfItIsInTheRange(
      @ForAll @LongRange(max = 100_000) long first,
      @ForAll @IntRange(max = 5000) int further,
      @ForAll @LongRange(max = 110_000) long offset) {
    HashSet<Block> cover = new HashSet<>(OffsetBlocks.cover(first, first + further));

    int hits = 0;
    for (int level = 0; level < OffsetBlocks.LEVELS; level++) {
      hits += cover.contains(OffsetBlocks.containing(offset, level)) ? 1 : 0;
    }

    assertThat(hits).isEqualTo(first <= offset && offset <= first + further ? 1 : 0);
  }

  @Property
  void aCoverHasAtMostTwoBlocksOfALevel(
      @ForAll @LongRange(max = Long.MAX_VALUE / 2) long first,
      @ForAll @LongRange(max = Long.MAX_VALUE / 2 - 1) long further) {
    List<Block> cover = OffsetBlocks.cover(first, first + further);

    for (int level = 0; level < OffsetBlocks.LEVELS; level++) {
      int wanted = level;
      assertThat(cover.stream().filter(block -> block.level() == wanted).count())
          .isLessThanOrEqualTo(2);
    }
  }

  @Test
  void rangesThatAreNoneAreRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> OffsetBlocks.cover(-1, 3));
    assertThatIllegalArgumentException().isThrownBy(() -> OffsetBlocks.cover(4, 3));
  }
}
