package io.logitstream.console.bench.quality;

import io.logitstream.console.bench.TextFolders;
import io.logitstream.model.tokenizer.Tokenizer;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.producer.source.HeldOutShare;
import io.logitstream.producer.source.PromptSequence;
import io.logitstream.producer.source.SourcePath;
import io.logitstream.producer.source.SourcedPrompt;
import io.logitstream.schemas.Origin;
import io.logitstream.schemas.OriginKind;
import io.logitstream.schemas.Prompt;
import io.logitstream.schemas.topics.RecordKeys;
import io.logitstream.schemas.trust.TrustedSchemas;
import io.logitstream.teacher.batching.ConversationTokenizer;
import io.logitstream.teacher.batching.PromptWindows;
import io.logitstream.teacher.batching.UnscorablePromptException;
import io.logitstream.teacher.batching.WindowCutter;
import io.logitstream.teacher.scoring.ModelTextTokenizer;
import io.logitstream.teacher.scoring.ScoringTask;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Texts as producer and teacher take them: licences stripped, pieces of 1,600 characters, windows
 * of 256 positions. Whole document groups are held out, the same ones for every seed.
 */
final class QualityTexts {
  /** T of a window. */
  static final int POSITIONS = 256;

  private static final String SOURCE = "bench-quality";
  private static final int MAX_CHARACTERS = 1600;
  private static final int MAX_TOKENS = 1 << 16;
  private static final HeldOutShare HELD_OUT = new HeldOutShare(50);

  /** Seeds of the orders that no student is trained in. */
  private static final long EVALUATION_SEED = -1;

  private static final long PRIOR_SEED = -2;

  private final List<SourcePath> paths;
  private final PromptWindows windows;

  /**
   * A window and where it comes from.
   *
   * @param task what the teacher is asked
   * @param domain its domain
   */
  record Text(ScoringTask task, String domain) {}

  /**
   * @param traffic a folder for each domain
   */
  QualityTexts(Path traffic, Tokenizer tokenizer) throws IOException {
    TrustedSchemas.trust();
    this.paths = TextFolders.domains(traffic);
    this.windows =
        new PromptWindows(
            new ModelTextTokenizer(tokenizer),
            ConversationTokenizer.none("this benchmark"),
            new WindowCutter(POSITIONS, 0),
            MAX_TOKENS);
  }

  /** The first held-out windows of each domain, one of each prompt. */
  Map<String, List<Text>> evaluation(int windowsOfADomain) {
    Map<String, List<Text>> found = new TreeMap<>();
    paths.forEach(path -> found.put(path.domain(), new ArrayList<>()));
    try (PromptSequence prompts = sequence(EVALUATION_SEED)) {
      while (prompts.hasNext()
          && found.values().stream().anyMatch(texts -> texts.size() < windowsOfADomain)) {
        SourcedPrompt prompt = prompts.next();
        List<Text> texts = found.getOrDefault(prompt.domain(), List.of());
        if (prompt.heldOut() && texts.size() < windowsOfADomain) {
          cut(prompt).stream().limit(1).forEach(texts::add);
        }
      }
    }
    found.forEach((domain, texts) -> require(texts, windowsOfADomain, "held-out windows"));
    return found;
  }

  /** Windows to learn a prior from. */
  List<Text> prior(int count) {
    return training(PRIOR_SEED, count);
  }

  /** The first windows that are not held out, in the order of a seed. */
  List<Text> training(long seed, int count) {
    List<Text> texts = new ArrayList<>();
    try (PromptSequence prompts = sequence(seed)) {
      while (texts.size() < count && prompts.hasNext()) {
        SourcedPrompt prompt = prompts.next();
        if (!prompt.heldOut()) {
          texts.addAll(cut(prompt));
        }
      }
    }
    require(texts, count, "windows to train on");
    return List.copyOf(texts.subList(0, count));
  }

  private static void require(List<Text> texts, int count, String what) {
    if (texts.size() < count) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "the traffic has %d %s, expected %d: give more text, or ask for less"
              .formatted(texts.size(), what, count));
    }
  }

  private PromptSequence sequence(long seed) {
    return PromptSequence.open(
        TextFolders.source(SOURCE, paths, seed, MAX_CHARACTERS, HELD_OUT),
        (document, reason, found) -> {});
  }

  private List<Text> cut(SourcedPrompt prompt) {
    String promptId = RecordKeys.promptId(SOURCE, prompt.place());
    Prompt value =
        Prompt.newBuilder()
            .setPromptId(promptId)
            .setText(prompt.text())
            .setEndOfDocument(prompt.endOfDocument())
            .setSource(SOURCE)
            .setSourcePosition(prompt.place())
            .setSourceIndex(0L)
            .setDocumentGroup(prompt.documentGroup())
            .setHeldOut(prompt.heldOut())
            .setDomain(prompt.domain())
            .setOrigin(Origin.newBuilder().setKind(OriginKind.HUMAN).build())
            .setCreatedAt(Instant.EPOCH)
            .build();
    try {
      return windows.of(value).stream()
          .map(window -> new Text(new ScoringTask(promptId, window), prompt.domain()))
          .toList();
    } catch (UnscorablePromptException e) {
      // A piece of one token has nothing to predict.
      return List.of();
    }
  }
}
