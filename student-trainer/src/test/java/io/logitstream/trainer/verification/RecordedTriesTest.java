package io.logitstream.trainer.verification;

import static org.assertj.core.api.Assertions.assertThat;

import io.logitstream.schemas.OffsetRange;
import io.logitstream.schemas.StepEntry;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecordedTriesTest {
  private static final int LIVE = 3;

  @Test
  void aStepIsTriedOnceWithItsLiveAndItsOlderRecords() {
    assertThat(tries(List.of(), live(0, 2), live(1, 1), older(0))).containsExactly("2/1");
    assertThat(tries(List.of(), live(0, 3))).as("no older one was found").containsExactly("0/3");
    assertThat(tries(List.of(), live(0, 1))).as("the log's end").containsExactly("0/1");
  }

  @Test
  void whatWasTriedInVainEndsBeforeTheNextLiveRecord() {
    assertThat(tries(List.of("1/1"), live(0, 3), older(0), live(1, 3), older(1)))
        .containsExactly("1/1", "3/1");
  }

  @Test
  void aTryInVainForWhichNoOlderRecordWasFoundEndsWithItsLiveOnes() {
    assertThat(tries(List.of("0/3"), live(0, 3), live(1, 3), older(1)))
        .containsExactly("0/3", "2/1");
    assertThat(tries(List.of("0/3"), live(0, 6))).containsExactly("0/3", "0/6");
  }

  /** Where tries end, as RANGE/RECORDS; of those in vain nothing is left. */
  private static List<String> tries(List<String> inVain, OffsetRange... ranges) {
    StepEntry step = new StepEntry(1L, List.of(ranges), List.of());
    List<String> tries = new ArrayList<>();
    int batchRecords = 0;
    for (int range = 0; range < ranges.length; range++) {
      for (int taken = 1; taken <= ranges[range].getCount(); taken++) {
        batchRecords++;
        if (RecordedTries.isOver(step, range, taken, batchRecords, LIVE)) {
          String place = range + "/" + taken;
          tries.add(place);
          batchRecords = inVain.contains(place) ? 0 : batchRecords;
        }
      }
    }
    return tries;
  }

  private static OffsetRange live(int partition, int count) {
    return range("live", partition, count);
  }

  private static OffsetRange older(int partition) {
    return range("rehearsal", partition, 1);
  }

  private static OffsetRange range(String cursor, int partition, int count) {
    return new OffsetRange(cursor, "topic", partition, 0L, count - 1L, count, 0, "digest");
  }
}
