package io.logitstream.teacher.intake;

import io.logitstream.schemas.Prompt;
import io.logitstream.teacher.batching.UnscorablePromptException;
import io.logitstream.teacher.batching.Window;
import io.logitstream.teacher.scoring.PayloadSizes;
import io.logitstream.teacher.scoring.TeacherEncoding;
import java.util.List;

/**
 * The most bytes that a prompt's logits may take. They are held in memory until all of them are
 * scored: a transaction that began earlier might expire meanwhile, each time anew.
 *
 * @param training what prompts to train on are encoded as
 * @param heldOut what held-out prompts are encoded as
 * @param mostBytes the limit
 */
public record LogitsLimit(
    PayloadSizes sizes, TeacherEncoding training, TeacherEncoding heldOut, long mostBytes) {
  private static final String SETTING = "teacher.max-prompt-mib";

  /**
   * The bytes of a prompt.
   *
   * @throws UnscorablePromptException if they are too many
   */
  long bytes(Prompt prompt, List<Window> windows) {
    TeacherEncoding encoding = prompt.getHeldOut() ? heldOut : training;
    long bytes = 0;
    for (Window window : windows) {
      bytes += sizes.bytes(encoding, window.tokens().length);
    }
    if (bytes > mostBytes) {
      throw new UnscorablePromptException(
          "too-many-logits",
          ("its logits take up to %d MiB as %s, expected at most %d (%s): cut texts before they are"
                  + " published (prompt.max-characters), use sampled for %s, or raise the setting")
              .formatted(
                  bytes >> 20,
                  encoding,
                  mostBytes >> 20,
                  SETTING,
                  prompt.getHeldOut() ? "teacher.evaluation-encoding" : "teacher.encoding"));
    }
    return bytes;
  }
}
