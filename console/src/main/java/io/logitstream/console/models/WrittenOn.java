package io.logitstream.console.models;

import io.logitstream.model.decoder.Decoder;
import io.logitstream.model.generation.Generator;
import io.logitstream.model.generation.SamplingSettings;
import io.logitstream.model.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/** Samples of what a model writes. */
public final class WrittenOn {
  private WrittenOn() {}

  /**
   * What a model goes on with after the beginning of a text.
   *
   * @param tokensMax most tokens of it
   * @param goesOn asked after each token
   */
  public static String after(
      String prompt,
      Decoder decoder,
      Tokenizer tokenizer,
      int tokensMax,
      SamplingSettings settings,
      BooleanSupplier goesOn) {
    int[] text = tokenizer.encode(prompt);
    int[] ids =
        tokenizer.bos().isPresent()
            ? IntStream.concat(IntStream.of(tokenizer.bos().getAsInt()), Arrays.stream(text))
                .toArray()
            : text;
    ContinuedText continued = new ContinuedText(tokenizer, ids[ids.length - 1]);
    new Generator(decoder)
        .generate(
            ids,
            tokensMax,
            settings,
            token -> {
              continued.append(token);
              return goesOn.getAsBoolean();
            });
    return continued.all();
  }

  /** The first lines of a text, ending within a line so that there is something to go on with. */
  public static String beginning(String text, int charactersMax) {
    int end = Math.min(text.length(), charactersMax);
    int space = text.lastIndexOf(' ', end - 1);
    return text.substring(0, space > end / 2 ? space : end);
  }
}
