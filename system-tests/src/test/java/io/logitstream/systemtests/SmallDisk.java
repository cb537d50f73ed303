package io.logitstream.systemtests;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system of a few MiB in memory, which something else fills and frees. */
final class SmallDisk implements AutoCloseable {
  private static final int BLOCK_BYTES = 4096;

  private final Path mounted;
  private final Path filler;

  private SmallDisk(Path mounted) {
    this.mounted = mounted;
    this.filler = mounted.resolve("filler");
  }

  /** Mounts it; the test is left out, and says so, where this process may not mount. */
  static SmallDisk mount(Path at, int mebibytes) throws IOException, InterruptedException {
    Files.createDirectories(at);
    Process mount =
        new ProcessBuilder(
                "mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", at.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(mount.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assumeTrue(
        mount.waitFor() == 0,
        () -> "a small file system needs the right to mount: " + said.strip());
    return new SmallDisk(at);
  }

  /** Takes all the room that is left. */
  void fill() throws IOException {
    byte[] block = new byte[BLOCK_BYTES];
    try (OutputStream out = Files.newOutputStream(filler)) {
      while (mounted.toFile().getUsableSpace() > 0) {
        out.write(block);
      }
    }
  }

  /** Gives it back. */
  void free() throws IOException {
    Files.delete(filler);
  }

  @Override
  public void close() throws IOException, InterruptedException {
    new ProcessBuilder("umount", "--lazy", mounted.toString()).start().waitFor();
  }
}
