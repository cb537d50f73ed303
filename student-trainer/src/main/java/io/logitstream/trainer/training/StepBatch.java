package io.logitstream.trainer.training;

import io.logitstream.distillation.step.TrainingExample;
import io.logitstream.platform.deadletter.CutLetters;
import io.logitstream.platform.deadletter.DeadLetters;
import io.logitstream.platform.tracing.TraceContext;
import io.logitstream.schemas.OffsetRange;
import io.logitstream.schemas.SkipEntry;
import io.logitstream.schemas.StepEntry;
import io.logitstream.schemas.TokenTally;
import io.logitstream.trainer.ingest.FetchedRecord;
import io.logitstream.trainer.ingest.Reading;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The records of one step: those to train on, and those that were passed over or condemned on the
 * way. It becomes the step's entry in the ledger.
 */
public final class StepBatch {
  /** Letters that would take more are cut: a batch of damaged records must not fill the memory. */
  private static final long MAX_LETTER_BYTES = 32L << 20;

  /** As many as OpenTelemetry keeps of a span's links. */
  private static final int MAX_TRACE_LINKS = 128;

  /** Name of the cursor that rehearses older records of the log. */
  public static final String REHEARSAL = "rehearsal";

  private static final String NON_FINITE = "non-finite";

  private final LogIdentity log;
  private final DeadLetters deadLetters;
  private final List<Taken> trainable = new ArrayList<>();
  private final List<StepRange> ranges = new ArrayList<>();
  private final Map<Integer, StepRange> latestRange = new HashMap<>();
  private final Map<Integer, ConsumerRecord<String, byte[]>> lastRecords = new TreeMap<>();
  private final List<SkipEntry> skips = new ArrayList<>();
  private final List<ProducerRecord<String, byte[]>> letters = new ArrayList<>();
  private long letterBytes;

  private record Taken(FetchedRecord<Reading> record, Reading.Trainable reading, StepRange range) {}

  public StepBatch(LogIdentity log, DeadLetters deadLetters) {
    this.log = log;
    this.deadLetters = deadLetters;
  }

  /** Adds the next record of the canonical order. */
  public void add(FetchedRecord<Reading> record) {
    ConsumerRecord<String, byte[]> read = record.read();
    lastRecords.put(read.partition(), read);
    StepRange range = rangeFor(record);
    range.add(read);
    if (record.content() instanceof Reading.Trainable reading) {
      trainable.add(new Taken(record, reading, range));
    } else if (record.content() instanceof Reading.Condemned condemned) {
      range.passOver();
      condemn(range, read, condemned.code(), condemned.reason());
    } else {
      range.passOver();
    }
  }

  /**
   * Adds an older record: it is consumed by the rehearsal, and moves no position. It is a range of
   * its own.
   */
  public void rehearse(FetchedRecord<Reading> record) {
    if (!(record.content() instanceof Reading.Trainable reading)) {
      throw new IllegalArgumentException("nothing to rehearse: " + record.content());
    }
    StepRange range = new StepRange(REHEARSAL, record.read());
    range.add(record.read());
    ranges.add(range);
    trainable.add(new Taken(record, reading, range));
  }

  /**
   * The order of ranges is the order of training. Records that are not trained on have no place in
   * it, so they lengthen a range of their partition that is there: the number of ranges is bounded
   * however many records are passed over.
   */
  private StepRange rangeFor(FetchedRecord<Reading> record) {
    int partition = record.read().partition();
    StepRange latest = latestRange.get(partition);
    boolean isTrainable = record.content() instanceof Reading.Trainable;
    boolean isOpen = latest != null && ranges.get(ranges.size() - 1) == latest;
    if (latest != null && (isOpen || !isTrainable)) {
      return latest;
    }
    StepRange range = new StepRange(log.cursor(), record.read());
    ranges.add(range);
    latestRange.put(partition, range);
    return range;
  }

  /** Number of records to train on. */
  public int size() {
    return trainable.size();
  }

  /** What is trained on, in canonical order. */
  public List<TrainingExample> examples() {
    return trainable.stream().map(taken -> taken.reading().example()).toList();
  }

  /** Condemns records whose step has no finite result; one that was drawn twice is told of once. */
  public void condemnNonFinite(Collection<Integer> indices, String reason) {
    Set<Integer> out = new HashSet<>(indices);
    List<Taken> kept = new ArrayList<>();
    for (int index = 0; index < trainable.size(); index++) {
      Taken taken = trainable.get(index);
      if (out.contains(index)) {
        taken.range().passOver();
        if (!isCondemned(taken.record())) {
          condemn(taken.range(), taken.record().read(), NON_FINITE, reason);
        }
      } else {
        kept.add(taken);
      }
    }
    trainable.clear();
    trainable.addAll(kept);
  }

  private void condemn(
      StepRange range, ConsumerRecord<String, byte[]> read, String code, String reason) {
    skips.add(
        new SkipEntry(
            range.cursor(), log.topicId(), read.partition(), read.offset(), code, reason));
    ProducerRecord<String, byte[]> letter = deadLetters.letter(read, code, reason);
    boolean tooMuch = letterBytes + CutLetters.bytes(letter) > MAX_LETTER_BYTES;
    ProducerRecord<String, byte[]> kept = tooMuch ? CutLetters.cut(letter) : letter;
    letterBytes += CutLetters.bytes(kept);
    letters.add(kept);
  }

  /** Whether a record was condemned in this step. */
  public boolean isCondemned(FetchedRecord<Reading> record) {
    return skips.stream()
        .anyMatch(
            skip ->
                skip.getPartition() == record.read().partition()
                    && skip.getOffset() == record.read().offset());
  }

  /** The records without which the step has a finite result. */
  public List<SkipEntry> nonFinite() {
    return skips.stream().filter(skip -> skip.getCode().equals(NON_FINITE)).toList();
  }

  /** The records that were condemned. */
  public List<SkipEntry> skips() {
    return List.copyOf(skips);
  }

  /** The dead letters of those records. */
  public List<ProducerRecord<String, byte[]>> letters() {
    return List.copyOf(letters);
  }

  /** The last record that was consumed of each partition that the step touched. */
  public Collection<ConsumerRecord<String, byte[]>> lastRecords() {
    return lastRecords.values();
  }

  /** Bytes of the values that are trained on. */
  public long valueBytes() {
    return trainable.stream().mapToLong(taken -> taken.record().valueBytes()).sum();
  }

  /** The traceparent of what is trained on, of those that have one, each once. */
  public List<String> traceLinks() {
    return trainable.stream()
        .flatMap(taken -> TraceContext.of(taken.record().read().headers()).stream())
        .map(TraceContext::traceparent)
        .distinct()
        .limit(MAX_TRACE_LINKS)
        .toList();
  }

  /** Milliseconds from the creation of each live prompt to a time. */
  public List<Double> agesMs(java.time.Instant end) {
    return trainable.stream()
        .filter(taken -> !taken.range().cursor().equals(REHEARSAL))
        .map(taken -> (double) (end.toEpochMilli() - taken.reading().createdAt().toEpochMilli()))
        .toList();
  }

  /** The step's entry in the ledger; ends the batch. */
  public StepEntry entry(long step) {
    List<OffsetRange> closed = ranges.stream().map(range -> range.close(log.topicId())).toList();
    Map<String, TokenTally> tallies = new TreeMap<>();
    for (Taken taken : trainable) {
      Reading.Trainable reading = taken.reading();
      String domain = reading.example().domain();
      TokenTally tally =
          tallies.computeIfAbsent(
              domain + "\0" + reading.origin() + "\0" + reading.teacher(),
              key -> new TokenTally(domain, reading.origin(), reading.teacher(), 0L));
      tally.setTokens(tally.getTokens() + reading.example().trainedPositions());
    }
    return new StepEntry(step, closed, List.copyOf(tallies.values()));
  }
}
