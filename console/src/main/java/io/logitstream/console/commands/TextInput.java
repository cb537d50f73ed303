package io.logitstream.console.commands;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Text from a file, or from standard input where the file is {@code -}. */
final class TextInput {
  private static final String STANDARD_INPUT = "-";

  private TextInput() {}

  /**
   * The whole text.
   *
   * @throws LogitstreamException (CONFIGURATION) if it is not UTF-8
   */
  static String read(String file) throws IOException {
    byte[] bytes =
        file.equals(STANDARD_INPUT) ? System.in.readAllBytes() : Files.readAllBytes(Path.of(file));
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "%s is not UTF-8 text".formatted(file.equals(STANDARD_INPUT) ? "standard input" : file),
          e);
    }
  }
}
