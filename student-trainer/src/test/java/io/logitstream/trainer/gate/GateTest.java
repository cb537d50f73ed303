package io.logitstream.trainer.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.Verdict;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class GateTest {
  private static final GateSettings SETTINGS = new GateSettings(10, 0.1, 1, 0.02, 3, 2);
  private static final List<Double> BEFORE = List.of(0.5, 1.5, 1.0, 3.0);

  private final Gate gate = new Gate(SETTINGS, Optional.empty(), Optional.empty());

  @Test
  void theFirstIsAcceptedAndTheNextComparedWithIt() {
    assertThat(gate.judge("run/1", Map.of("java", BEFORE)).verdict()).isEqualTo(Verdict.ACCEPTED);

    GateOutcome next = gate.judge("run/2", Map.of("java", plus(BEFORE, -0.1)));

    assertThat(next.verdict()).isEqualTo(Verdict.ACCEPTED);
    assertThat(next.reason())
        .isEqualTo(
            "against run/1: java KL 1.5000 -0.1000 ± 0.0000 over 4 windows, margin 1.5000 (not trained on)");
  }

  @Test
  void aDomainThatWasTrainedOnAndIsWorseInEveryWindowIsRejected() {
    gate.judge("run/1", Map.of("java", BEFORE));
    gate.trained(List.of("java"));

    GateOutcome next = gate.judge("run/2", Map.of("java", plus(BEFORE, 0.2)));

    assertThat(next.verdict()).isEqualTo(Verdict.REJECTED);
    assertThat(next.reason()).startsWith("worse than run/1: java KL 1.5000 +0.2000");
  }

  @Test
  void aDomainThatWasNotTrainedOnMayBeForgottenSlowly() {
    gate.judge("run/1", Map.of("java", BEFORE));
    gate.trained(List.of("scala"));

    assertThat(gate.judge("run/2", Map.of("java", plus(BEFORE, 0.2))).verdict())
        .isEqualTo(Verdict.ACCEPTED);
    assertThat(gate.judge("run/3", Map.of("java", plus(BEFORE, 3))).verdict())
        .isEqualTo(Verdict.REJECTED);
  }

  @Test
  void whereTheTrafficThatCameIsLearnedTheTrafficThatWentIsNotJudged() {
    gate.judge("run/1", Map.of("java", BEFORE, "scala", BEFORE));
    gate.trained(List.of("scala"));

    GateOutcome next =
        gate.judge("run/2", Map.of("java", plus(BEFORE, 3), "scala", plus(BEFORE, -0.1)));

    assertThat(next.verdict()).isEqualTo(Verdict.ACCEPTED);
    assertThat(next.reason())
        .contains("java KL 1.5000 +3.0000")
        .contains("not judged (not trained on)");
  }

  @Test
  void whatTheChoiceOfWindowsExplainsIsNotRejected() {
    gate.judge("run/1", Map.of("java", BEFORE));
    gate.trained(List.of("java"));

    // The mean is worse by more than the margin, and one window alone makes it so.
    assertThat(gate.judge("run/2", Map.of("java", List.of(0.5, 1.5, 1.0, 4.0))).verdict())
        .isEqualTo(Verdict.ACCEPTED);
  }

  @Test
  void whatIsNoNumberIsRejected() {
    gate.judge("run/1", Map.of("java", BEFORE));

    assertThat(gate.judge("run/2", Map.of("java", plus(BEFORE, Double.NaN))).verdict())
        .isEqualTo(Verdict.REJECTED);
  }

  @Test
  void anotherAcceptedOneEndsTheRowOfRejectedOnes() {
    gate.judge("run/1", Map.of("java", BEFORE));
    gate.trained(List.of("java"));
    gate.judge("run/2", Map.of("java", plus(BEFORE, 1)));
    gate.judge("run/3", Map.of("java", plus(BEFORE, 1)));
    assertThat(gate.mustRollBack()).isFalse();

    gate.judge("run/4", Map.of("java", plus(BEFORE, 1)));
    assertThat(gate.mustRollBack()).isTrue();
    gate.rolledBack("run/5", Map.of("java", BEFORE));

    assertThat(gate.mustRollBack()).isFalse();
    assertThat(gate.state()).isEqualTo(new GateState(0, new TreeSet<>(), 1));
    gate.judge("run/6", Map.of("java", BEFORE));
    assertThat(gate.state()).isEqualTo(GateState.INITIAL);
  }

  @Test
  void aRunMayNotGoBackForEver() {
    gate.judge("run/1", Map.of("java", BEFORE));
    gate.rolledBack("run/2", Map.of("java", BEFORE));
    gate.trained(List.of("java"));
    gate.judge("run/3", Map.of("java", plus(BEFORE, 1)));
    gate.checkRollbacks();
    gate.rolledBack("run/4", Map.of("java", BEFORE));
    CheckpointManifest manifest = manifest(4);
    manifest.setPlannerState(gate.state().inManifest());

    Gate again = new Gate(SETTINGS, Optional.of(manifest), Optional.of(manifest));

    assertThatThrownBy(again::checkRollbacks)
        .isInstanceOfSatisfying(
            LogitstreamException.class,
            failure -> assertThat(failure.kind()).isEqualTo(FailureKind.FATAL))
        .hasMessageContaining("run/4 2 times in a row")
        .hasMessageContaining("gate.max-rollbacks");
  }

  @Test
  void aStartGoesOnAsTheManifestsSay() {
    gate.judge("run/1", Map.of("java", BEFORE));
    gate.trained(List.of("java", "scala"));
    gate.judge("run/2", Map.of("java", plus(BEFORE, 1)));
    CheckpointManifest accepted = manifest(1);
    accepted.setWindowForwardKl(Map.of("java", BEFORE));
    CheckpointManifest rejected = manifest(2);
    rejected.setPlannerState(gate.state().inManifest());

    Gate again = new Gate(SETTINGS, Optional.of(rejected), Optional.of(accepted));

    assertThat(again.state())
        .isEqualTo(new GateState(1, new TreeSet<>(List.of("java", "scala")), 0));
    assertThat(again.judge("run/3", Map.of("java", plus(BEFORE, 0.5))))
        .isEqualTo(gate.judge("run/3", Map.of("java", plus(BEFORE, 0.5))));
  }

  private static CheckpointManifest manifest(long sequence) {
    CheckpointManifest manifest = new CheckpointManifest();
    manifest.setRun("run");
    manifest.setSequence(sequence);
    manifest.setPlannerState(Map.of());
    manifest.setWindowForwardKl(Map.of());
    return manifest;
  }

  private static List<Double> plus(List<Double> values, double more) {
    return values.stream().map(value -> value + more).toList();
  }
}
