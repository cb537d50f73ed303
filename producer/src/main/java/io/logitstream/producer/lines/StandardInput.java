package io.logitstream.producer.lines;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Lines of a stream that cannot be read again: reading begins anew at each start, so only keys tell
 * a line that was published before. The stream is read on a thread of its own, a bounded number of
 * lines ahead, because a read of it cannot be interrupted.
 */
final class StandardInput implements LineSource {
  private static final int AHEAD_LINES = 256;
  private static final int AHEAD_KIB = 32 << 10;
  private static final int CHUNK_BYTES = 64 << 10;
  private static final long WAIT_MS = 200;

  private final BlockingQueue<LineBuffer.Cut> lines = new LinkedBlockingQueue<>(AHEAD_LINES);
  private final Semaphore aheadKib = new Semaphore(AHEAD_KIB);
  private final String session = "stdin " + UUID.randomUUID();
  private final Thread reader;
  private volatile boolean ended;
  private volatile @Nullable Throwable failure;
  private long number;

  StandardInput(InputStream input, int maxLineBytes) {
    reader = new Thread(() -> read(input, new LineBuffer(maxLineBytes, 0)), "stdin");
    reader.setDaemon(true);
    reader.start();
  }

  @Override
  public List<Line> next(int max) throws IOException, InterruptedException {
    List<Line> taken = new ArrayList<>();
    LineBuffer.Cut first = lines.poll(WAIT_MS, TimeUnit.MILLISECONDS);
    if (first == null) {
      Throwable failed = failure;
      if (failed != null && lines.isEmpty()) {
        if (failed instanceof Error error) {
          throw error;
        }
        throw new IOException("could not read standard input: " + failed.getMessage(), failed);
      }
      return taken;
    }
    List<LineBuffer.Cut> cuts = new ArrayList<>(List.of(first));
    lines.drainTo(cuts, max - 1);
    for (LineBuffer.Cut cut : cuts) {
      number++;
      aheadKib.release(kib(cut));
      taken.add(new Line(cut.bytes(), session + "#" + number, cut.tooLong()));
    }
    return taken;
  }

  @Override
  public Optional<String> location() {
    return Optional.empty();
  }

  @Override
  public List<Path> missing() {
    return List.of();
  }

  @Override
  public boolean isAtEnd() {
    return ended && lines.isEmpty();
  }

  /** The reader may be in a read that nothing ends: it is a daemon. */
  @Override
  public void close() {
    reader.interrupt();
  }

  private void read(InputStream input, LineBuffer buffer) {
    byte[] chunk = new byte[CHUNK_BYTES];
    try {
      for (int read = input.read(chunk); read >= 0; read = input.read(chunk)) {
        List<LineBuffer.Cut> cuts = new ArrayList<>();
        buffer.add(chunk, 0, read, Integer.MAX_VALUE, cuts::add);
        for (LineBuffer.Cut cut : cuts) {
          put(cut);
        }
      }
      if (buffer.hasRest()) {
        put(buffer.rest());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Throwable e) { // errors too: who waits for lines must learn that none will come
      failure = e;
    }
    ended = failure == null;
  }

  /** Waits until there is room ahead, in lines and in bytes. */
  private void put(LineBuffer.Cut cut) throws InterruptedException {
    aheadKib.acquire(kib(cut));
    lines.put(cut);
  }

  private static int kib(LineBuffer.Cut cut) {
    return Math.min(AHEAD_KIB, 1 + (cut.bytes().length >> 10));
  }
}
