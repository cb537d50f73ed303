package io.logitstream.model.chat;

import io.logitstream.model.jinja.Text;
import io.logitstream.model.tokenizer.Tokenizer;
import io.logitstream.model.tokenizer.Tokenizer.CodePoints;
import io.logitstream.model.tokenizer.Tokenizer.Encoded;
import io.logitstream.model.tokenizer.Tokenizer.SpecialToken;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;

/**
 * From a conversation to tokens: a special token's spelling is that token where the template wrote
 * it, and characters where it stands in a message. Thread-safe.
 */
public final class ChatTokenizer {
  private final ChatTemplate template;
  private final Tokenizer tokenizer;

  public ChatTokenizer(ChatTemplate template, Tokenizer tokenizer) {
    this.template = template;
    this.tokenizer = tokenizer;
  }

  /**
   * The tokens of a conversation.
   *
   * @param at when it took place, for templates that write the date
   * @throws ChatTemplateException if the template refuses it or fails on it
   */
  public TokenizedChat tokenize(List<Turn> turns, Instant at) {
    Text text = template.render(turns, false, at);
    String characters = text.toString();
    BitSet data = new BitSet();
    for (int index = 0; index < text.length(); index++) {
      data.set(index, text.mark(index) > 0);
    }
    List<SpecialToken> specialTokens = tokenizer.specialTokens(characters, data);
    BitSet trained = byCodePoint(characters, TrainedTurns.of(template, turns, text, specialTokens));
    Encoded encoded = tokenizer.encodeWithSpecialTokens(characters, specialTokens);
    BitSet trainedTokens = new BitSet();
    for (int token = 0; token < encoded.ids().length; token++) {
      CodePoints span = encoded.spans().get(token);
      trainedTokens.set(
          token, span.start() < span.end() && trained.nextClearBit(span.start()) >= span.end());
    }
    return new TokenizedChat(encoded.ids(), trainedTokens);
  }

  private static BitSet byCodePoint(String text, BitSet units) {
    BitSet codePoints = new BitSet();
    int codePoint = 0;
    for (int unit = 0; unit < text.length(); unit += Character.charCount(text.codePointAt(unit))) {
      codePoints.set(codePoint++, units.get(unit));
    }
    return codePoints;
  }
}
