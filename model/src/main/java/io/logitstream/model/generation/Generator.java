package io.logitstream.model.generation;

import io.logitstream.model.decoder.Decoder;
import java.util.Arrays;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Writes a text on, token by token, with a key/value cache. Belongs to the decoder's thread. */
public final class Generator {
  private final Decoder decoder;

  public Generator(Decoder decoder) {
    this.decoder = decoder;
  }

  /**
   * Continues a text until the end-of-text token, the longest length, or a listener's no.
   *
   * @param prompt token ids, at least one; only the last ones that leave room for the new ones are
   *     read
   * @param newTokensMax most tokens to write
   * @param listener told of each token as it is chosen; answers whether to go on
   * @return the new tokens, without the end-of-text token
   */
  public int[] generate(
      int[] prompt, int newTokensMax, SamplingSettings settings, IntPredicate listener) {
    int positionsMax = decoder.config().maxPositions();
    if (prompt.length == 0 || newTokensMax < 1 || newTokensMax >= positionsMax) {
      throw new IllegalArgumentException(
          "a prompt of %d tokens and %d new ones, expected at least one token and 1 to %d new ones"
              .formatted(prompt.length, newTokensMax, positionsMax - 1));
    }
    int room = positionsMax - newTokensMax;
    int[] read =
        prompt.length <= room
            ? prompt
            : Arrays.copyOfRange(prompt, prompt.length - room, prompt.length);
    TokenSampler sampler = new TokenSampler(settings);
    @Nullable Integer end = decoder.config().eosTokenId();
    int[] written = new int[newTokensMax];
    int count = 0;
    try (Decoder.Continuation text = decoder.start(read)) {
      while (count < newTokensMax) {
        int token = sampler.choose(text.logits());
        if (end != null && token == end) {
          break;
        }
        written[count++] = token;
        if (!listener.test(token)) {
          break;
        }
        if (count < newTokensMax) {
          text.append(token);
        }
      }
    }
    return Arrays.copyOf(written, count);
  }
}
