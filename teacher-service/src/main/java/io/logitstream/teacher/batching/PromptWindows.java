package io.logitstream.teacher.batching;

import io.logitstream.schemas.Prompt;
import io.logitstream.schemas.Span;
import io.logitstream.teacher.batching.TextTokenizer.CodePointRange;
import io.logitstream.teacher.batching.TextTokenizer.TokenizedText;
import java.util.BitSet;
import java.util.List;

/**
 * From a prompt to its windows: beginning-of-text where the tokenizer has one, the text,
 * end-of-text where the document ends; of a conversation what the model's chat template writes, and
 * nothing before or after it.
 *
 * <p>Where a prompt names trainable spans, a token is trained if all of its text lies in them: what
 * nobody marked is never trained on. The end-of-text token is trained if the text's end is. Of a
 * conversation the assistant's turns are trained on.
 */
public final class PromptWindows {
  /** Fields of a prompt that go into every record are small beside the logits. */
  private static final int MAX_METADATA_CHARACTERS = 64 << 10;

  /** It is a part of keys and, for held-out prompts, of ledger entries that name many. */
  private static final int MAX_PROMPT_ID_CHARACTERS = 256;

  private final TextTokenizer tokenizer;
  private final ConversationTokenizer conversations;
  private final WindowCutter cutter;
  private final int maxTokens;

  /**
   * @param maxTokens the most tokens of a prompt, all windows together
   */
  public PromptWindows(
      TextTokenizer tokenizer,
      ConversationTokenizer conversations,
      WindowCutter cutter,
      int maxTokens) {
    this.tokenizer = tokenizer;
    this.conversations = conversations;
    this.cutter = cutter;
    this.maxTokens = maxTokens;
  }

  /**
   * The windows of a prompt, at least one.
   *
   * @throws UnscorablePromptException if the prompt condemns itself
   */
  public List<Window> of(Prompt prompt) {
    boolean isText = prompt.getText() != null && !prompt.getText().isEmpty();
    if (!isText && (prompt.getText() != null || prompt.getMessages().isEmpty())) {
      throw new UnscorablePromptException("empty-text", "neither text nor messages");
    }
    checkMetadata(prompt);
    Labelled labelled = isText ? text(prompt, prompt.getText()) : conversation(prompt);
    List<Window> windows = cutter.cut(labelled.tokens(), labelled.labels());
    if (windows.isEmpty()) {
      throw new UnscorablePromptException(
          "nothing-to-train",
          isText
              ? "no token lies wholly in the trainable spans"
              : "no turn of the assistant, expected one that the chat template writes");
    }
    return windows;
  }

  /**
   * The whole sequence.
   *
   * @param labels indices of the tokens that are trained on
   */
  private record Labelled(int[] tokens, BitSet labels) {}

  private Labelled text(Prompt prompt, String text) {
    TokenizedText tokenized = tokenizer.tokenize(text);
    int begin = tokenizer.beginningOfText().isPresent() ? 1 : 0;
    int end = prompt.getEndOfDocument() && tokenizer.endOfText().isPresent() ? 1 : 0;
    int length = begin + tokenized.ids().length + end;
    checkLength(length);
    int[] tokens = new int[length];
    tokenizer.beginningOfText().ifPresent(id -> tokens[0] = id);
    System.arraycopy(tokenized.ids(), 0, tokens, begin, tokenized.ids().length);
    if (end == 1) {
      tokens[length - 1] = tokenizer.endOfText().getAsInt();
    }
    return new Labelled(tokens, labels(prompt, text, tokenized, begin, length));
  }

  private Labelled conversation(Prompt prompt) {
    if (!prompt.getTrainableSpans().isEmpty()) {
      throw new UnscorablePromptException(
          "bad-spans", "spans of a conversation, which has no text that they could be ranges of");
    }
    ConversationTokenizer.TokenizedConversation tokenized =
        conversations.tokenize(prompt.getMessages(), prompt.getCreatedAt());
    checkLength(tokenized.ids().length);
    BitSet labels = (BitSet) tokenized.trained().clone();
    labels.clear(0);
    return new Labelled(tokenized.ids(), labels);
  }

  private void checkLength(int length) {
    if (length > maxTokens) {
      throw new UnscorablePromptException(
          "too-long",
          "%d tokens, expected at most %d (teacher.max-prompt-tokens); cut texts before they are published (prompt.max-characters), or raise the setting"
              .formatted(length, maxTokens));
    }
    if (length < 2) {
      throw new UnscorablePromptException(
          "too-short", "%d token, expected one to read and one to predict".formatted(length));
    }
  }

  private static void checkMetadata(Prompt prompt) {
    if (prompt.getPromptId().isEmpty()) {
      throw new UnscorablePromptException("malformed-prompt", "an empty promptId");
    }
    if (prompt.getPromptId().length() > MAX_PROMPT_ID_CHARACTERS) {
      throw new UnscorablePromptException(
          "malformed-prompt",
          "a promptId of %d characters, expected at most %d"
              .formatted(prompt.getPromptId().length(), MAX_PROMPT_ID_CHARACTERS));
    }
    if (!(prompt.getWeight() >= 0 && Double.isFinite(prompt.getWeight()))) {
      throw new UnscorablePromptException(
          "malformed-prompt",
          "weight %s, expected a finite number of at least 0".formatted(prompt.getWeight()));
    }
    long characters =
        (long) prompt.getPromptId().length()
            + prompt.getSource().length()
            + prompt.getSourcePosition().length()
            + prompt.getDocumentGroup().length()
            + prompt.getDomain().length();
    for (var attribute : prompt.getAttributes().entrySet()) {
      characters += attribute.getKey().length() + attribute.getValue().length();
    }
    if (characters > MAX_METADATA_CHARACTERS) {
      throw new UnscorablePromptException(
          "metadata-too-large",
          "%d characters of names, positions and attributes, expected at most %d"
              .formatted(characters, MAX_METADATA_CHARACTERS));
    }
  }

  private static BitSet labels(
      Prompt prompt, String text, TokenizedText tokenized, int begin, int length) {
    BitSet labels = new BitSet(length);
    if (prompt.getTrainableSpans().isEmpty()) {
      labels.set(1, length);
      return labels;
    }
    int codePoints = text.codePointCount(0, text.length());
    BitSet trainable = new BitSet(codePoints);
    for (Span span : prompt.getTrainableSpans()) {
      if (span.getStart() < 0 || span.getEnd() < span.getStart() || span.getEnd() > codePoints) {
        throw new UnscorablePromptException(
            "bad-spans",
            "span [%d, %d) of a text of %d code points"
                .formatted(span.getStart(), span.getEnd(), codePoints));
      }
      trainable.set(span.getStart(), span.getEnd());
    }
    for (int token = 0; token < tokenized.ids().length; token++) {
      CodePointRange range = tokenized.ranges().get(token);
      if (range.start() < range.end() && trainable.nextClearBit(range.start()) >= range.end()) {
        labels.set(begin + token);
      }
    }
    boolean endsTrained = trainable.get(codePoints - 1);
    labels.set(begin + tokenized.ids().length, length, endsTrained);
    labels.clear(0);
    return labels;
  }
}
