package io.logitstream.producer.lines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.producer.IntakeFixture;
import io.logitstream.producer.RunningProducer;
import io.logitstream.schemas.Prompt;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.testkit.CommittedLog;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class LinesPromptProducerTest {
  private static IntakeFixture fixture;

  @TempDir private Path folder;

  @BeforeAll
  static void start(@TempDir Path data) {
    fixture = new IntakeFixture(data);
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  @Test
  void standardInputIsPublishedToItsEndAndBadLinesAreCounted() throws Exception {
    InputStream input =
        input(
            """
            {"text": "one"}

            no JSON
            {"text": "two", "key": "k"}
            {"text": "two", "key": "k"}
            {"text": 3}
            {"text": "last, without an end"}""");
    LinesPromptProducer producer = fixture.lines("stdin", input);
    producer.run(new StopSignal());

    assertThat(texts("stdin")).containsExactly("one", "two", "last, without an end");
    assertThat(producer.published()).isEqualTo(3);
    assertThat(producer.bad()).isEqualTo(2);

    fixture.lines("stdin", input("{\"text\": \"two\", \"key\": \"k\"}\n")).run(new StopSignal());
    assertThat(texts("stdin")).as("the key is known").hasSize(3);
  }

  @Test
  void aFileIsGoneOnWithWhereItWasReadTo() throws Exception {
    Path file = Files.writeString(folder.resolve("log"), lines(0, 20));
    fixture
        .lines("file", InputStream.nullInputStream(), "lines.files", file.toString())
        .run(new StopSignal());
    Files.writeString(file, lines(20, 30), StandardOpenOption.APPEND);
    for (int time = 0; time < 2; time++) {
      fixture
          .lines("file", InputStream.nullInputStream(), "lines.files", file.toString())
          .run(new StopSignal());
    }

    assertThat(texts("file")).containsExactlyElementsOf(expected(30));
  }

  @Test
  void aFileThatIsWrittenIsFollowedAcrossStopsAndRenames() throws Exception {
    Path file = folder.resolve("log");
    String[] settings = {"lines.files", file.toString(), "lines.follow", "true"};
    LinesPromptProducer first = fixture.lines("followed", InputStream.nullInputStream(), settings);
    try (RunningProducer running = RunningProducer.start(first)) {
      Files.writeString(file, lines(0, 10) + "{\"text\": ");
      await().until(() -> first.published() == 10);
    }
    Files.writeString(file, "\"10\"}\n", StandardOpenOption.APPEND);
    LinesPromptProducer second = fixture.lines("followed", InputStream.nullInputStream(), settings);
    try (RunningProducer running = RunningProducer.start(second)) {
      await().until(() -> second.published() == 1);
      Files.move(file, folder.resolve("log.1"));
      Files.writeString(file, lines(11, 15));
      await().until(() -> second.published() == 5);
    }

    assertThat(texts("followed")).containsExactlyElementsOf(expected(15));
  }

  @Test
  void aFileOfWhichNothingWasPublishedYetIsFoundAgainUnderItsNewName() throws Exception {
    Path file = Files.writeString(folder.resolve("log"), "{\"text\": ");
    String[] settings = {
      "lines.files", file.toString(), "lines.follow", "true", "lines.quiet-for", "1s"
    };
    LinesPromptProducer first = fixture.lines("renamed", InputStream.nullInputStream(), settings);
    try (RunningProducer running = RunningProducer.start(first)) {
      await().until(() -> positions("renamed").contains("headSha256"));
    }
    Files.writeString(file, "\"0\"}\n", StandardOpenOption.APPEND);
    Files.move(file, folder.resolve("log.1"));
    Files.writeString(file, lines(1, 3));
    LinesPromptProducer second = fixture.lines("renamed", InputStream.nullInputStream(), settings);
    try (RunningProducer running = RunningProducer.start(second)) {
      await().until(() -> second.published() == 3);
    }

    assertThat(texts("renamed")).containsExactlyElementsOf(expected(3));
  }

  @Test
  void whileNoneOfItsFilesIsThereItIsNotReady() throws Exception {
    Path one = folder.resolve("one");
    Path other = folder.resolve("other");
    Health health = new Health();
    LinesPromptProducer producer =
        fixture.lines(
            "missing",
            InputStream.nullInputStream(),
            health,
            "lines.files",
            one + "," + other,
            "lines.follow",
            "true");
    try (RunningProducer running = RunningProducer.start(producer)) {
      await().until(() -> producer.status().missing().size() == 2);
      assertThat(health.isReady()).isFalse();
      assertThat(health.reasons()).contains("files waiting: not there yet: " + one + ", " + other);
      Files.writeString(one, lines(0, 1));
      await().until(() -> producer.published() == 1);
      assertThat(producer.status().missing()).containsExactly(other.toString());
      assertThat(health.isReady()).as("one of two is read").isTrue();
    }
    assertThat(health.reasons()).containsExactly("nothing has started yet");
  }

  @Test
  void manyBadLinesInARowEndTheIntake() {
    InputStream input = input("bad\nbad\n{\"text\": \"good\"}\nbad\nbad\nbad\n");

    assertThatThrownBy(
            () -> fixture.lines("bad", input, "lines.max-bad-in-a-row", "2").run(new StopSignal()))
        .isInstanceOf(LogitstreamException.class)
        .hasMessageContaining("3 lines in a row are no prompts, expected at most 2");
  }

  @Test
  void aPromptOfAHundredMegabytesIsRefusedAndTheNextLineIsPublished() throws Exception {
    byte[] huge = new byte[100_000_000];
    Arrays.fill(huge, (byte) 'x');
    List<InputStream> lines =
        List.of(
            input("{\"text\": \""),
            new ByteArrayInputStream(huge),
            input("\"}\n{\"text\": \"next\"}\n"));
    LinesPromptProducer producer =
        fixture.lines("huge", new SequenceInputStream(Collections.enumeration(lines)));

    producer.run(new StopSignal());

    assertThat(producer.bad()).isEqualTo(1);
    assertThat(texts("huge")).containsExactly("next");
  }

  @Test
  void aLineThatIsNotUtf8IsRefusedAndItsFirstWrongByteNamed() {
    String line = "{\"text\": \"café\"}\n";
    InputStream latin =
        new ByteArrayInputStream((line + line).getBytes(StandardCharsets.ISO_8859_1));

    assertThatThrownBy(
            () ->
                fixture.lines("latin", latin, "lines.max-bad-in-a-row", "1").run(new StopSignal()))
        .hasMessageContaining("its byte 13 is 0xe9, expected JSON in UTF-8");
  }

  @Test
  void aSourceOfFilesCannotBecomeOneOfLines() throws Exception {
    fixture.lines("mine", input("{\"text\": \"x\"}\n")).run(new StopSignal());

    assertThat(fixture.prompts("mine")).singleElement().matches(Prompt::getEndOfDocument);
  }

  /** What the topic of positions says of a source. */
  private static String positions(String source) {
    return CommittedLog.read(fixture.clients()::consumer, Topic.SOURCE_POSITIONS.named("")).stream()
        .filter(record -> source.equals(record.key()) && record.value() != null)
        .map(record -> new String(record.value(), StandardCharsets.UTF_8))
        .collect(Collectors.joining());
  }

  private static List<String> texts(String source) {
    return fixture.prompts(source).stream().map(Prompt::getText).toList();
  }

  private static String lines(int from, int to) {
    return String.join(
        "", expected(from, to).stream().map("{\"text\": \"%s\"}\n"::formatted).toList());
  }

  private static List<String> expected(int to) {
    return expected(0, to);
  }

  private static List<String> expected(int from, int to) {
    return IntStream.range(from, to).mapToObj(Integer::toString).toList();
  }

  private static InputStream input(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }
}
