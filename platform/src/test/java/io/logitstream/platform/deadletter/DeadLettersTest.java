package io.logitstream.platform.deadletter;

import static org.assertj.core.api.Assertions.assertThat;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.schemas.topics.Topic;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DeadLettersTest {
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final DeadLetters letters = new DeadLetters("teacher", Topic.PROMPTS, meters);

  @Test
  void aLetterHasTheBytesAsReadAndSaysWhereFromAndWhy() {
    byte[] value = {1, 2, 3};
    ConsumerRecord<String, byte[]> read = read("key", value);
    read.headers().add("trace", new byte[] {7});

    ProducerRecord<String, byte[]> letter =
        letters.letter(
            read, "checksum", new LogitstreamException(FailureKind.POISON, "CRC is 1, expected 2"));

    assertThat(letter.topic()).isEqualTo("prompts.dlq");
    assertThat(letter.key()).isEqualTo("key");
    assertThat(letter.value()).isSameAs(value);
    assertThat(letter.partition()).isNull();
    assertThat(letter.headers().lastHeader("trace").value()).containsExactly(7);
    assertThat(text(letter, LetterHeaders.TOPIC)).isEqualTo("prompts");
    assertThat(text(letter, LetterHeaders.PARTITION)).isEqualTo("3");
    assertThat(text(letter, LetterHeaders.OFFSET)).isEqualTo("42");
    assertThat(text(letter, LetterHeaders.TIMESTAMP)).isEqualTo("1700000000000");
    assertThat(text(letter, LetterHeaders.CODE)).isEqualTo("checksum");
    assertThat(text(letter, LetterHeaders.EXCEPTION))
        .isEqualTo("io.logitstream.platform.LogitstreamException");
    assertThat(text(letter, LetterHeaders.MESSAGE)).isEqualTo("CRC is 1, expected 2");
    assertThat(text(letter, LetterHeaders.SERVICE)).isEqualTo("teacher");
    assertThat(read.headers().toArray()).as("the record that was read").hasSize(1);
  }

  @Test
  void aRecordWithoutKeyAndValueStaysSo() {
    ProducerRecord<String, byte[]> letter =
        letters.letter(read(null, null), "tombstone", "no value");

    assertThat(letter.key()).isNull();
    assertThat(letter.value()).isNull();
    assertThat(letter.headers().lastHeader(LetterHeaders.EXCEPTION)).isNull();
  }

  @Test
  void aRecordThatIsCondemnedAgainTellsOfTheLastTime() {
    ConsumerRecord<String, byte[]> read = read("key", new byte[0]);
    read.headers().add(LetterHeaders.CODE, "old".getBytes(StandardCharsets.UTF_8));
    read.headers().add(LetterHeaders.EXCEPTION, "old".getBytes(StandardCharsets.UTF_8));

    ProducerRecord<String, byte[]> letter = letters.letter(read, "tokenizer", "another tokenizer");

    assertThat(letter.headers().headers(LetterHeaders.CODE)).hasSize(1);
    assertThat(text(letter, LetterHeaders.CODE)).isEqualTo("tokenizer");
    assertThat(letter.headers().lastHeader(LetterHeaders.EXCEPTION)).isNull();
  }

  @Test
  void messagesAreShortened() {
    ProducerRecord<String, byte[]> letter =
        letters.letter(read("key", null), "malformed", "x".repeat(1_000_000));

    assertThat(text(letter, LetterHeaders.MESSAGE)).hasSizeLessThan(5000);
  }

  @Test
  void theStackOfAnExceptionIsThereAndShortened() {
    ProducerRecord<String, byte[]> letter =
        letters.letter(read("key", null), "malformed", new IllegalStateException("x"));

    assertThat(text(letter, LetterHeaders.STACK_TRACE))
        .startsWith("java.lang.IllegalStateException: x")
        .contains("DeadLettersTest")
        .hasSizeLessThan(8200);
  }

  @Test
  void aLetterThatItsTopicCannotTakeIsCutAndTellsOfTheWholeRecord() {
    byte[] value = new byte[4 << 20];
    value[0] = 9;
    ConsumerRecord<String, byte[]> read = read("k".repeat(2000), value);
    read.headers().add("trace", new byte[1 << 20]);

    ProducerRecord<String, byte[]> letter = letters.letter(read, "malformed", "a bomb");

    assertThat(letter.key()).isEqualTo("k".repeat(1024));
    assertThat(letter.value()).hasSize(1024).startsWith(9);
    assertThat(letter.headers().lastHeader("trace")).isNull();
    assertThat(text(letter, LetterHeaders.KEY_BYTES)).isEqualTo("2000");
    assertThat(text(letter, LetterHeaders.VALUE_BYTES)).isEqualTo("4194304");
    assertThat(text(letter, LetterHeaders.VALUE_SHA256)).isEqualTo(CutLetters.sha256(value));
    assertThat(text(letter, LetterHeaders.OFFSET)).isEqualTo("42");
    assertThat(CutLetters.cut(letter)).isSameAs(letter);
  }

  @Test
  void headersOfEarlierBuildsAreReadAndReplaced() {
    ConsumerRecord<String, byte[]> read = read("key", new byte[0]);
    read.headers().add("__logitstream.errors.message", "old".getBytes(StandardCharsets.UTF_8));
    assertThat(LetterHeaders.text(read.headers(), LetterHeaders.MESSAGE)).contains("old");

    ProducerRecord<String, byte[]> letter = letters.letter(read, "checksum", "new");

    assertThat(LetterHeaders.text(letter.headers(), LetterHeaders.MESSAGE)).contains("new");
    assertThat(letter.headers().lastHeader("__logitstream.errors.message")).isNull();
  }

  @Test
  void lettersAreCountedByTopicAndCode() {
    letters.letter(read("a", null), "checksum", "x");
    letters.letter(read("b", null), "checksum", "x");
    letters.letter(read("c", null), "malformed", "x");

    assertThat(
            meters
                .get("logitstream.dead.letters")
                .tags("topic", "prompts", "code", "checksum")
                .counter()
                .count())
        .isEqualTo(2);
  }

  private static ConsumerRecord<String, byte[]> read(
      @Nullable String key, byte @Nullable [] value) {
    Headers headers = new RecordHeaders();
    return new ConsumerRecord<>(
        "prompts",
        3,
        42,
        1_700_000_000_000L,
        TimestampType.LOG_APPEND_TIME,
        0,
        0,
        key,
        value,
        headers,
        Optional.empty());
  }

  private static String text(ProducerRecord<String, byte[]> letter, String header) {
    return new String(letter.headers().lastHeader(header).value(), StandardCharsets.UTF_8);
  }
}
