package io.logitstream.schemas.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class RecordKeysTest {

  @Test
  void theSamePlaceOfTheSameSourceIsTheSamePrompt() {
    String id = RecordKeys.promptId("docs", "a.jar!/A.java#0");

    assertThat(id).isEqualTo(RecordKeys.promptId("docs", "a.jar!/A.java#0")).hasSize(22);
    assertThat(id).matches("[A-Za-z0-9_-]{22}");
    assertThat(id).isNotEqualTo(RecordKeys.promptId("docs", "a.jar!/A.java#1"));
  }

  @Test
  void theBoundaryBetweenSourceAndPlaceIsPartOfTheIdentity() {
    assertThat(RecordKeys.promptId("ab", "c")).isNotEqualTo(RecordKeys.promptId("a", "bc"));
  }

  @Test
  void identitiesDoNotChangeBetweenVersions() {
    assertThat(RecordKeys.promptId("source", "place")).isEqualTo("K0p1TkyZIOugnCDwJM9l5g");
  }

  @Test
  void partsAreSeparatedBySlashes() {
    assertThat(RecordKeys.teacherLogits("p", 2, "r1")).isEqualTo("p/2/r1");
    assertThat(RecordKeys.checkpoint("run", 7)).isEqualTo("run/7");
    assertThat(RecordKeys.ledgerEntry("run", 7, 3)).isEqualTo("run/7/3");
    assertThat(RecordKeys.incarnation("run", 2)).isEqualTo("run/incarnation/2");
    assertThat(RecordKeys.checkpointChunk("run", 2, "weights-7", 0)).isEqualTo("run/2/weights-7/0");
    assertThat(RecordKeys.priorChunk("ab12", 1)).isEqualTo("ab12/1");
  }

  @Test
  void aRunWithASlashIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RecordKeys.checkpoint("a/b", 0))
        .withMessage("run is 'a/b', expected a non-empty name without '/'");
  }
}
