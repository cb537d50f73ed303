package io.logitstream.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.LedgerKind;
import io.logitstream.schemas.OffsetRange;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What a run's ledger says of the records of the log.
 *
 * @param lost records up to the newest checkpoint's positions that no step consumed
 * @param twice records that more than one step consumed
 */
record LedgerAudit(long lost, long twice) {
  static LedgerAudit of(
      CheckpointManifest newest,
      List<LedgerEntry> entries,
      List<ConsumerRecord<String, byte[]>> log) {
    List<LedgerEntry> steps =
        entries.stream().filter(entry -> entry.getKind() == LedgerKind.STEP).toList();
    assertThat(steps.stream().map(entry -> entry.getStep().getStep()).sorted())
        .as("steps in the ledger")
        .containsExactlyElementsOf(LongStream.rangeClosed(1, newest.getStep()).boxed().toList());
    Map<Integer, TreeMap<Long, Integer>> consumed = new HashMap<>();
    for (LedgerEntry entry : steps) {
      for (OffsetRange range : entry.getStep().getRanges()) {
        if (!range.getCursor().equals("live")) {
          continue; // rehearsed: consumed before, and meant to be consumed again
        }
        for (long offset = range.getFirstOffset(); offset <= range.getLastOffset(); offset++) {
          consumed
              .computeIfAbsent(range.getPartition(), partition -> new TreeMap<>())
              .merge(offset, 1, Integer::sum);
        }
      }
    }
    Map<Integer, Set<Long>> there = new HashMap<>();
    log.forEach(
        record ->
            there
                .computeIfAbsent(record.partition(), partition -> new HashSet<>())
                .add(record.offset()));
    long lost = 0;
    for (var position : newest.getCursors().get(0).getPositions()) {
      TreeMap<Long, Integer> offsets =
          consumed.getOrDefault(position.getPartition(), new TreeMap<>());
      for (long offset : there.getOrDefault(position.getPartition(), Set.of())) {
        if (offset < position.getNextOffset() && !offsets.containsKey(offset)) {
          lost++;
        }
      }
    }
    long twice =
        consumed.values().stream()
            .flatMap(offsets -> offsets.values().stream())
            .filter(times -> times > 1)
            .count();
    return new LedgerAudit(lost, twice);
  }
}
