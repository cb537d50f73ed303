package io.logitstream.console.logits;

import io.logitstream.logits.FullLogits;
import io.logitstream.logits.Labels;
import io.logitstream.logits.SparseLogits;
import io.logitstream.logits.TeacherLogitsRecords;
import io.logitstream.priors.PriorCodecs;
import io.logitstream.schemas.TeacherLogits;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Adds up what the records of a log take, by encoding, and how close they are to FULL ones. */
public final class LogitStats {
  private final PriorCodecs codecs;
  private final Map<String, FullLogits> full = new HashMap<>();
  private final Map<String, Kind> kinds = new TreeMap<>();

  /** Records of one encoding, version and sample size. */
  private static final class Kind {
    private final AgainstFull fidelity = new AgainstFull();
    private RecordParts parts = RecordParts.NONE;
    private long records;
    private long tokens;
  }

  /**
   * @param codecs the codecs of the records' priors
   */
  public LogitStats(PriorCodecs codecs) {
    this.codecs = codecs;
  }

  /**
   * Reads FULL records to compare others of the same key with; those of other encodings are passed
   * over. All are held in memory.
   *
   * @param most the most records that are read
   */
  public void compareWith(LogitLog log, long most) {
    log.forEach(
        most,
        (read, record) -> {
          if (TeacherLogitsRecords.decode(record, LogitLog.MAX_TOKENS, codecs)
              instanceof FullLogits whole) {
            full.put(read.key(), whole);
          }
        });
  }

  /** Measures the first records of a log. */
  public void measure(LogitLog log, long most) {
    log.forEach(most, this::add);
  }

  private void add(ConsumerRecord<String, byte[]> read, TeacherLogits record) {
    SparseLogits logits = TeacherLogitsRecords.decode(record, LogitLog.MAX_TOKENS, codecs);
    Kind kind = kinds.computeIfAbsent(RecordText.kind(record), name -> new Kind());
    long recordBytes = read.key().getBytes(StandardCharsets.UTF_8).length + read.value().length;
    kind.records++;
    kind.tokens += logits instanceof Labels ? record.getTokenCount() - 1 : logits.rows();
    kind.parts = kind.parts.plus(RecordParts.of(record, recordBytes, logits, codecs));
    FullLogits whole = full.get(read.key());
    if (whole != null && record.getTemperature() == 1) {
      kind.fidelity.add(logits, whole);
    }
  }

  /** What was measured, by kind of records. */
  public Map<String, Object> figures() {
    Map<String, Object> told = new LinkedHashMap<>();
    kinds.forEach(
        (name, kind) -> {
          Map<String, Object> figures = new LinkedHashMap<>();
          figures.put("records", kind.records);
          figures.put("tokens", kind.tokens);
          figures.put("bytesPerToken", kind.parts.perToken(Math.max(1, kind.tokens)));
          if (!full.isEmpty()) {
            figures.put("againstFull", kind.fidelity.figures());
          }
          told.put(name, figures);
        });
    return told;
  }
}
