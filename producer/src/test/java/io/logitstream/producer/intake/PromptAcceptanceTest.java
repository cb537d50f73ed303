package io.logitstream.producer.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.producer.IntakeFixture;
import io.logitstream.producer.offered.OfferedPrompt;
import io.logitstream.schemas.OriginKind;
import io.logitstream.schemas.Prompt;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class PromptAcceptanceTest {
  private static final String SOURCE = "offers";

  @Test
  void aSuccessorThatPublishedAsManyPromptsIsNotTakenForItself(@TempDir Path folder)
      throws Exception {
    try (IntakeFixture fixture = new IntakeFixture(folder)) {
      Interruption interruption = new Interruption();
      try (PromptAcceptance first = fixture.acceptance(SOURCE, interruption)) {
        first.open(new StopSignal());
        fixture.stopRegistry();
        interruption.next =
            () -> {
              fixture.startRegistry();
              try (PromptAcceptance second = fixture.acceptance(SOURCE, new Random(2))) {
                second.open(new StopSignal());
                offer(second, "the successor's");
              }
            };
        assertThatThrownBy(() -> offer(first, "lost"))
            .isInstanceOfSatisfying(
                LogitstreamException.class,
                failure -> assertThat(failure.kind()).isEqualTo(FailureKind.FENCED))
            .hasMessageContaining("source offers stands at 1");
      }
      assertThat(fixture.prompts(SOURCE))
          .extracting(Prompt::getText)
          .containsExactly("the successor's");
    }
  }

  @Test
  void anIntakeThatForgotKeysIsNotTakenForItsSuccessor(@TempDir Path folder) throws Exception {
    String[] shortLived = {"intake.keys-for", "1ms"};
    try (IntakeFixture fixture = new IntakeFixture(folder)) {
      try (PromptAcceptance before = fixture.acceptance(SOURCE, new Random(3), shortLived)) {
        before.open(new StopSignal());
        offer(before, Optional.of("key"), "one");
      }
      Interruption interruption = new Interruption();
      try (PromptAcceptance intake = fixture.acceptance(SOURCE, interruption, shortLived)) {
        intake.open(new StopSignal());
        intake.expireKeys(new StopSignal());
        assertThat(intake.keys()).isZero();
        fixture.stopRegistry();
        interruption.next = fixture::startRegistry;
        offer(intake, "two");
      }
      assertThat(fixture.prompts(SOURCE)).extracting(Prompt::getText).containsExactly("one", "two");
    }
  }

  private static void offer(PromptAcceptance acceptance, String text) throws Exception {
    offer(acceptance, Optional.empty(), text);
  }

  private static void offer(PromptAcceptance acceptance, Optional<String> key, String text)
      throws Exception {
    OfferedPrompt prompt =
        new OfferedPrompt(
            key,
            Optional.of(text),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            OriginKind.HUMAN,
            1,
            true,
            Map.of(),
            Optional.empty());
    acceptance.accept(
        List.of(new PromptAcceptance.Offer(prompt, text)), Optional.empty(), new StopSignal());
  }

  /** Lets something happen while the length of a pause is drawn. */
  private static final class Interruption implements RandomGenerator {
    private final Random random = new Random(1);
    private @Nullable Step next;

    /** What happens. */
    private interface Step {
      void run() throws Exception;
    }

    @Override
    public long nextLong() {
      Step step = next;
      next = null;
      if (step != null) {
        try {
          step.run();
        } catch (Exception e) {
          throw new IllegalStateException(e);
        }
      }
      return random.nextLong();
    }
  }
}
