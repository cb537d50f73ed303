package io.logitstream.model.chat;

import io.logitstream.model.jinja.Text;
import io.logitstream.model.tokenizer.Tokenizer.SpecialToken;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Which characters of a rendered conversation a student learns: what the model would have written.
 *
 * <p>Where the template marks that with {@code generation} blocks, it is these. Otherwise it is the
 * content of each assistant turn, with what the template wrote between the generation prompt and it
 * (an empty block of thoughts, say), and with the special token that follows it: a student that
 * never meets the end of a turn never stops.
 */
final class TrainedTurns {
  private final Text text;
  private final List<SpecialToken> specialTokens;
  private final String generationPrompt;
  private final BitSet trained = new BitSet();

  private TrainedTurns(Text text, List<SpecialToken> specialTokens, String generationPrompt) {
    this.text = text;
    this.specialTokens = specialTokens;
    this.generationPrompt = generationPrompt;
  }

  /** UTF-16 units of the text that are trained on. */
  static BitSet of(
      ChatTemplate template, List<Turn> turns, Text text, List<SpecialToken> specialTokens) {
    if (template.marksGeneration()) {
      BitSet generated = new BitSet();
      for (int index = 0; index < text.length(); index++) {
        generated.set(index, text.isGenerated(index));
      }
      return generated;
    }
    return new TrainedTurns(text, specialTokens, template.generationPrompt()).of(turns);
  }

  /** Where the content of one turn lies in the text, from its first to its last character. */
  private record Region(int turn, int start, int end) {}

  private BitSet of(List<Turn> turns) {
    List<Region> regions = regions();
    for (int index = 0; index < regions.size(); index++) {
      Region region = regions.get(index);
      if (turns.get(region.turn()).isAssistant()) {
        int before = index == 0 ? 0 : regions.get(index - 1).end();
        int after = index == regions.size() - 1 ? text.length() : regions.get(index + 1).start();
        trained.set(start(before, region.start()), end(region.end(), after));
      }
    }
    return trained;
  }

  private List<Region> regions() {
    List<Region> regions = new ArrayList<>();
    for (int index = 0; index < text.length(); index++) {
      int turn = text.mark(index) - 1;
      if (turn < 0) {
        continue;
      }
      int last = regions.size() - 1;
      if (last >= 0 && regions.get(last).turn() == turn) {
        regions.set(last, new Region(turn, regions.get(last).start(), index + 1));
      } else {
        regions.add(new Region(turn, index, index + 1));
      }
    }
    return regions;
  }

  private int start(int before, int content) {
    String header = text.toString().substring(before, content);
    int prompt = generationPrompt.isEmpty() ? -1 : header.lastIndexOf(generationPrompt);
    if (prompt >= 0) {
      return before + prompt + generationPrompt.length();
    }
    // In many vocabularies a space belongs to the word after it.
    int start = content;
    while (start > before && text.toString().charAt(start - 1) == ' ') {
      start--;
    }
    return start;
  }

  private int end(int content, int after) {
    int end = content;
    while (end < after && Character.isWhitespace(text.toString().charAt(end))) {
      end++;
    }
    int place = end;
    return specialTokens.stream()
        .filter(token -> token.start() == place)
        .findFirst()
        .map(SpecialToken::end)
        .orElse(content);
  }
}
