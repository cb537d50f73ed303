package io.logitstream.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.Prompt;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Whether a pipeline whose documents are all published lost nothing and did nothing twice: prompts,
 * windows, and what the trainer's newest checkpoint was trained on.
 *
 * @param run the trainer's
 * @param stepRecords records of a step
 * @param checkpointSteps steps between two checkpoints
 */
record PipelineAudit(Pipeline pipeline, String run, int stepRecords, int checkpointSteps) {
  private static final Duration LONG = Duration.ofSeconds(180);

  /**
   * Waits until everything is worked off, and looks.
   *
   * @param documents prompts that the producer makes of its files, at least
   * @param offered prompts that others put in
   */
  void nothingIsLostOrTwice(int documents, int offered) {
    List<Prompt> prompts = pipeline.read("prompts", Prompt.class);
    List<Long> published =
        prompts.stream()
            .filter(prompt -> prompt.getSource().equals("documents"))
            .map(Prompt::getSourceIndex)
            .sorted()
            .toList();
    assertThat(published)
        .hasSizeGreaterThanOrEqualTo(documents)
        .containsExactlyElementsOf(LongStream.range(0, published.size()).boxed().toList());
    assertThat(prompts).hasSize(published.size() + offered);
    await()
        .atMost(LONG)
        .untilAsserted(() -> assertThat(pipeline.scoredPrompts()).isEqualTo(prompts.size()));
    assertThat(pipeline.windows()).doesNotHaveDuplicates();
    long steps = pipeline.probe().committed("teacher-logits").size() / stepRecords;
    await()
        .atMost(LONG)
        .untilAsserted(
            () ->
                assertThat(newest().getStep())
                    .isEqualTo(steps / checkpointSteps * checkpointSteps));
    assertThat(
            LedgerAudit.of(
                newest(), pipeline.ledger(run), pipeline.probe().committed("teacher-logits")))
        .isEqualTo(new LedgerAudit(0, 0));
  }

  private CheckpointManifest newest() {
    List<CheckpointManifest> manifests = pipeline.manifests(run);
    return manifests.get(manifests.size() - 1);
  }
}
