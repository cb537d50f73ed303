package io.logitstream.trainer.rehearsal;

import io.logitstream.platform.lifecycle.RetryPolicy;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.trainer.ingest.FetchedRecord;
import io.logitstream.trainer.ingest.Reading;
import io.logitstream.trainer.ingest.RecordDecoder;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Finds the records of places that were drawn. Offsets are not all records (transactions' markers
 * take some), records are not all to train on, and not all of one domain: a place stands for the
 * first that fits from there on, going over from its range's end to its beginning, within a bound.
 * For one thread at a time.
 */
final class OlderRecords implements AutoCloseable {
  /** Records that are looked at for one place. */
  private static final int LONGEST_SEARCH_RECORDS = 256;

  private final OlderLog log;
  private final RecordDecoder<Reading> decoder;
  private final StopSignal stop;
  private final RandomGenerator random;

  /**
   * @param log closed with this
   * @param decoder decides what records are to the run
   * @param stop ends the waiting for what a record cannot be decoded without
   * @param random for the pauses of that waiting
   */
  OlderRecords(
      OlderLog log, RecordDecoder<Reading> decoder, StopSignal stop, RandomGenerator random) {
    this.log = log;
    this.decoder = decoder;
    this.stop = stop;
    this.random = random;
  }

  /**
   * The record of a place; one of another domain where the search for the wanted one has no end.
   *
   * @return empty if there is none to train on
   */
  Optional<FetchedRecord<Reading>> find(Draws.Draw draw) throws Exception {
    Search search = new Search(draw);
    long end = draw.range().getToOffset();
    if (!search.between(draw.offset(), end)) {
      search.between(draw.range().getFromOffset(), draw.offset());
    }
    return Optional.ofNullable(search.found).or(() -> Optional.ofNullable(search.other));
  }

  private final class Search {
    private final Draws.Draw draw;
    private int looked;
    private @Nullable FetchedRecord<Reading> found;
    private @Nullable FetchedRecord<Reading> other;

    Search(Draws.Draw draw) {
      this.draw = draw;
    }

    /** Looks at the records between two offsets; says whether the search is over. */
    boolean between(long from, long until) throws Exception {
      long next = from;
      while (next < until) {
        List<ConsumerRecord<String, byte[]>> records =
            log.read(draw.range().getPartition(), next, until);
        if (records.isEmpty()) {
          return false;
        }
        for (ConsumerRecord<String, byte[]> record : records) {
          if (look(record)) {
            return true;
          }
        }
        next = records.get(records.size() - 1).offset() + 1;
      }
      return false;
    }

    private boolean look(ConsumerRecord<String, byte[]> record) throws Exception {
      FetchedRecord<Reading> fetched = new FetchedRecord<>(record, decode(record));
      if (fetched.content() instanceof Reading.Trainable trainable) {
        if (draw.domain().isEmpty() || draw.domain().get().equals(trainable.example().domain())) {
          found = fetched;
        } else if (other == null) {
          other = fetched;
        }
      }
      looked++;
      return found != null || looked >= LONGEST_SEARCH_RECORDS;
    }
  }

  private Reading decode(ConsumerRecord<String, byte[]> record) throws Exception {
    return RetryPolicy.patient()
        .call(
            "decode %s-%d@%d".formatted(record.topic(), record.partition(), record.offset()),
            () -> decoder.decode(record),
            stop::await,
            random);
  }

  @Override
  public void close() {
    log.close();
  }
}
