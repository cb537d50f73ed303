package io.logitstream.producer.lines;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.lifecycle.Service;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.producer.intake.OfferedSettings;
import io.logitstream.producer.intake.PromptAcceptance;
import io.logitstream.producer.intake.PromptAcceptance.Offer;
import io.logitstream.producer.intake.Receipt;
import io.logitstream.producer.offered.OfferedPromptJson;
import io.logitstream.producer.offered.RefusedPromptException;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes lines of JSON, each a prompt, until they end or it is stopped. Lines of files are
 * published exactly once: where reading goes on is committed with them.
 */
public final class LinesPromptProducer implements Service {
  private static final Logger LOGGER = LoggerFactory.getLogger(LinesPromptProducer.class);
  private static final String COMPONENT = "producer";
  private static final String FILES = "files";
  private static final Duration POLL = Duration.ofMillis(200);
  private static final int LOGGED_BAD_LINES = 20;
  private static final ObjectMapper JSON =
      new ObjectMapper(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(32)
                          .maxStringLength(64 << 20)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final OfferedSettings settings;
  private final LinesSettings lines;
  private final InputStream standardInput;
  private final Health health;
  private final KafkaClients clients;
  private final OfferedPromptJson prompts;
  private final LongAdder published = new LongAdder();
  private final LongAdder known = new LongAdder();
  private final LongAdder bad = new LongAdder();
  private int badInARow;
  private boolean hasLooked;
  private volatile List<String> missing = List.of();

  /**
   * @param standardInput read where no files are named
   * @param meters get the counts and the Kafka clients' metrics
   * @param health told whether prompts can be published
   */
  public LinesPromptProducer(
      OfferedSettings settings,
      LinesSettings lines,
      InputStream standardInput,
      MeterRegistry meters,
      Health health) {
    this.settings = settings;
    this.lines = lines;
    this.standardInput = standardInput;
    this.health = health;
    this.clients = new KafkaClients(settings.kafka(), COMPONENT, meters);
    this.prompts = new OfferedPromptJson(settings.maxPromptBytes());
    count(meters, "published", "Lines whose prompts are published", published);
    count(meters, "known", "Lines whose keys were published before", known);
    count(meters, "bad", "Lines that are no prompts", bad);
    Gauge.builder("logitstream.lines.missing", this, producer -> producer.missing.size())
        .description("Files that are followed and not there")
        .register(meters);
    health.ready(COMPONENT, false, "has not begun");
    if (!lines.files().isEmpty()) {
      health.ready(FILES, false, "not looked for yet");
    }
  }

  /** What it has done so far, in a line. */
  public String news() {
    return "%,d prompts published, %,d were there already, %,d lines are no prompts"
        .formatted(published.sum(), known.sum(), bad.sum());
  }

  /** How it stands, for any thread. */
  public LinesStatus status() {
    return new LinesStatus(
        settings.acceptance().source(), published.sum(), known.sum(), bad.sum(), missing);
  }

  /** Prompts that were published. */
  public long published() {
    return published.sum();
  }

  /** Lines that are no prompts. */
  public long bad() {
    return bad.sum();
  }

  @Override
  public void run(StopSignal stop) throws Exception {
    try (PromptAcceptance acceptance =
        new PromptAcceptance(
            clients,
            settings.topics(),
            settings.acceptance(),
            settings.intake(),
            health,
            COMPONENT,
            Clock.systemUTC(),
            new Random())) {
      acceptance.open(stop);
      try (LineSource source = source(acceptance)) {
        while (!stop.requested()) {
          List<Line> next = source.next(settings.intake().transactionPrompts());
          tellMissing(source.missing());
          if (!next.isEmpty()) {
            publish(next, source, acceptance, stop);
          } else if (source.isAtEnd()) {
            LOGGER.info("source {} is at its end", settings.acceptance().source());
            return;
          } else {
            // What has replaced a file is remembered though nothing of it was read yet.
            acceptance.accept(List.of(), source.location(), stop);
            acceptance.expireKeys(stop);
            stop.await(POLL);
          }
        }
      }
    } finally {
      health.gone(FILES);
      health.gone(COMPONENT);
    }
  }

  /** It is not ready while there is nothing to read: a volume that is not mounted, say. */
  private void tellMissing(List<Path> paths) {
    List<String> now = paths.stream().map(Path::toString).toList();
    if (!lines.files().isEmpty() && !(hasLooked && now.equals(missing))) {
      hasLooked = true;
      health.ready(
          FILES,
          now.size() < lines.files().size(),
          now.isEmpty() ? "are there" : "not there yet: " + String.join(", ", now));
      missing = now;
    }
  }

  private LineSource source(PromptAcceptance acceptance) throws IOException {
    return lines.files().isEmpty()
        ? new StandardInput(standardInput, maxLineBytes())
        : GrowingFiles.open(lines, maxLineBytes(), acceptance.location(), System::nanoTime);
  }

  /** Escapes may make six bytes of one; and there are names and attributes. */
  private int maxLineBytes() {
    return (int) Math.min(16 << 20, settings.maxPromptBytes() * 6 + 4096);
  }

  private void publish(
      List<Line> next, LineSource source, PromptAcceptance acceptance, StopSignal stop)
      throws Exception {
    List<Offer> offers = new ArrayList<>();
    for (Line line : next) {
      if (isBlank(line)) {
        continue;
      }
      try {
        offers.add(new Offer(prompts.read(json(line)), line.place()));
        badInARow = 0;
      } catch (RefusedPromptException e) {
        refuse(line, e);
      }
    }
    for (Receipt receipt : acceptance.accept(offers, source.location(), stop)) {
      switch (receipt.outcome()) {
        case ACCEPTED -> published.increment();
        case DUPLICATE -> known.increment();
        case CONFLICT -> {
          LOGGER.warn(
              "a key of prompt {} came with another prompt before: not published",
              receipt.promptId());
          bad.increment();
        }
        case FULL -> {
          // Of a stream that cannot be read again, it is lost: that must be seen.
          throw acceptance.tooManyKeys();
        }
      }
    }
  }

  private void refuse(Line line, RefusedPromptException why) {
    bad.increment();
    badInARow++;
    if (bad.sum() <= LOGGED_BAD_LINES || Long.bitCount(bad.sum()) == 1) {
      LOGGER.warn("{} is no prompt (number {}): {}", line.place(), bad.sum(), why.reason());
    }
    if (lines.maxBadInARow() > 0 && badInARow > lines.maxBadInARow()) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "%d lines in a row are no prompts, expected at most %d (lines.max-bad-in-a-row); the last is %s: %s"
              .formatted(badInARow, lines.maxBadInARow(), line.place(), why.reason()));
    }
  }

  private JsonNode json(Line line) throws RefusedPromptException {
    if (line.tooLong()) {
      throw new RefusedPromptException(
          "too-large",
          "a line of more than %d bytes, expected a prompt of at most %d (intake.max-prompt-bytes)"
              .formatted(maxLineBytes(), settings.maxPromptBytes()));
    }
    ByteBuffer bytes = ByteBuffer.wrap(line.bytes());
    try {
      return JSON.readTree(StandardCharsets.UTF_8.newDecoder().decode(bytes).toString());
    } catch (CharacterCodingException e) {
      throw new RefusedPromptException(
          "malformed",
          "its byte %d is 0x%02x, expected JSON in UTF-8"
              .formatted(bytes.position(), bytes.get(bytes.position())));
    } catch (JsonProcessingException e) {
      throw new RefusedPromptException("malformed", "no JSON: " + e.getOriginalMessage());
    }
  }

  private static boolean isBlank(Line line) {
    for (byte character : line.bytes()) {
      if (character > ' ' || character < 0) {
        return false;
      }
    }
    return !line.tooLong();
  }

  private static void count(
      MeterRegistry meters, String name, String description, LongAdder counted) {
    FunctionCounter.builder("logitstream.lines." + name, counted, LongAdder::sum)
        .description(description)
        .register(meters);
  }
}
