package io.logitstream.producer.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.producer.IntakeFixture;
import io.logitstream.producer.Interruption;
import io.logitstream.producer.offered.OfferedPrompt;
import io.logitstream.schemas.OriginKind;
import io.logitstream.schemas.Prompt;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class PromptAcceptanceTest {
  private static final String SOURCE = "offers";

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anIntakeThatComesBackEndsAndItsSuccessorGoesOn(boolean hasPublished, @TempDir Path folder)
      throws Exception {
    List<String> texts =
        hasPublished ? List.of("the successor's", "its next") : List.of("its next");
    Interruption interruption = new Interruption(1);
    try (IntakeFixture fixture = new IntakeFixture(folder);
        PromptAcceptance first = fixture.acceptance(SOURCE, interruption);
        PromptAcceptance second = fixture.acceptance(SOURCE, new Random(2))) {
      first.open(new StopSignal());
      fixture.stopRegistry();
      interruption.next(
          () -> {
            fixture.startRegistry();
            second.open(new StopSignal());
            if (hasPublished) {
              offer(second, "the successor's");
            }
          });
      assertThatThrownBy(() -> offer(first, "lost"))
          .isInstanceOfSatisfying(
              LogitstreamException.class,
              failure -> assertThat(failure.kind()).isEqualTo(FailureKind.FENCED))
          .hasMessageContaining(
              "another producer of source offers took over: source offers stands at "
                  + (texts.size() - 1));
      offer(second, "its next");

      assertThat(fixture.prompts(SOURCE)).extracting(Prompt::getText).isEqualTo(texts);
    }
  }

  @Test
  void anExpiredKeyThatIsUsedAgainIsKnownWithItsNewContentAfterARestartToo(@TempDir Path folder)
      throws Exception {
    Instant noon = Instant.parse("2026-03-01T12:00:00Z");
    AtomicReference<Instant> now = new AtomicReference<>(noon);
    InstantSource source = now::get;
    Clock clock = source.withZone(ZoneOffset.UTC);
    Optional<String> key = Optional.of("key");
    try (IntakeFixture fixture = new IntakeFixture(folder)) {
      try (PromptAcceptance intake = fixture.acceptance(SOURCE, new Random(1), clock)) {
        intake.open(new StopSignal());
        assertThat(offer(intake, key, "old")).isEqualTo(Receipt.Outcome.ACCEPTED);
        assertThat(offer(intake, key, "new")).isEqualTo(Receipt.Outcome.CONFLICT);
        now.set(noon.plus(Duration.ofHours(24)));
        assertThat(offer(intake, key, "new")).isEqualTo(Receipt.Outcome.ACCEPTED);
        assertThat(offer(intake, key, "old")).isEqualTo(Receipt.Outcome.CONFLICT);
      }
      try (PromptAcceptance next = fixture.acceptance(SOURCE, new Random(2), clock)) {
        next.open(new StopSignal());
        assertThat(offer(next, key, "new")).isEqualTo(Receipt.Outcome.DUPLICATE);
        now.set(noon.plus(Duration.ofHours(48)));
      }
      try (PromptAcceptance late = fixture.acceptance(SOURCE, new Random(3), clock)) {
        late.open(new StopSignal());
        assertThat(late.keys()).as("what has expired is not kept").isZero();
        assertThat(offer(late, key, "newest")).isEqualTo(Receipt.Outcome.ACCEPTED);
        late.expireKeys(new StopSignal());
      }
      try (PromptAcceptance last = fixture.acceptance(SOURCE, new Random(4), clock)) {
        last.open(new StopSignal());
        assertThat(offer(last, key, "newest")).isEqualTo(Receipt.Outcome.DUPLICATE);
      }
      assertThat(fixture.prompts(SOURCE))
          .extracting(Prompt::getText)
          .containsExactly("old", "new", "newest");
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
      Interruption interruption = new Interruption(1);
      try (PromptAcceptance intake = fixture.acceptance(SOURCE, interruption, shortLived)) {
        intake.open(new StopSignal());
        intake.expireKeys(new StopSignal());
        assertThat(intake.keys()).isZero();
        fixture.stopRegistry();
        interruption.next(fixture::startRegistry);
        offer(intake, "two");
      }
      assertThat(fixture.prompts(SOURCE)).extracting(Prompt::getText).containsExactly("one", "two");
    }
  }

  private static void offer(PromptAcceptance acceptance, String text) throws Exception {
    offer(acceptance, Optional.empty(), text);
  }

  private static Receipt.Outcome offer(
      PromptAcceptance acceptance, Optional<String> key, String text) throws Exception {
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
    return acceptance
        .accept(
            List.of(new PromptAcceptance.Offer(prompt, text)), Optional.empty(), new StopSignal())
        .get(0)
        .outcome();
  }
}
