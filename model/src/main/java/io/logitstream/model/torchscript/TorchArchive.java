package io.logitstream.model.torchscript;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes a TorchScript archive that holds one module {@code M} with methods and no parameters.
 *
 * <p>An archive is a zip file of stored (uncompressed) entries: {@code data.pkl}, a protocol-2
 * pickle of the module object; {@code code/__torch__.py}, its methods in TorchScript's serialised
 * dialect; {@code constants.pkl}, an empty tuple; {@code version} and {@code byteorder}.
 */
final class TorchArchive {
  /** The earliest time that a zip entry can bear, so that equal programs give equal archives. */
  private static final long ENTRY_TIME_MS = 315_532_800_000L;

  private static final String MODULE_HEADER =
      """
      class M(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
      """;

  private TorchArchive() {}

  /**
   * The archive's bytes.
   *
   * @param methods method definitions, indented by two spaces
   */
  static byte[] of(String methods) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      putStored(zip, "data.pkl", pickledModule());
      putStored(zip, "code/__torch__.py", utf8(MODULE_HEADER + methods));
      putStored(zip, "constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
      putStored(zip, "version", utf8("10\n"));
      putStored(zip, "byteorder", utf8("little"));
    } catch (IOException e) {
      throw new UncheckedIOException("writing a TorchScript archive to memory", e);
    }
    return bytes.toByteArray();
  }

  /** A pickle of {@code __torch__.M} whose only attribute is {@code training = False}. */
  private static byte[] pickledModule() throws IOException {
    byte[] attribute = utf8("training");
    ByteArrayOutputStream pickle = new ByteArrayOutputStream();
    pickle.write(new byte[] {(byte) 0x80, 2});
    pickle.write(utf8("c__torch__\nM\n"));
    pickle.write(new byte[] {')', (byte) 0x81, '}', '('});
    pickle.write(new byte[] {'X', (byte) attribute.length, 0, 0, 0});
    pickle.write(attribute);
    pickle.write(new byte[] {(byte) 0x89, 'u', 'b', '.'});
    return pickle.toByteArray();
  }

  private static void putStored(ZipOutputStream zip, String name, byte[] content)
      throws IOException {
    CRC32 crc = new CRC32();
    crc.update(content);
    ZipEntry entry = new ZipEntry("m/" + name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCompressedSize(content.length);
    entry.setCrc(crc.getValue());
    entry.setTime(ENTRY_TIME_MS);
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
