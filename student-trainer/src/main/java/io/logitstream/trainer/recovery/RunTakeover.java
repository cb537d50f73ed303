package io.logitstream.trainer.recovery;

import io.logitstream.checkpoints.CheckpointCommitter;
import io.logitstream.checkpoints.CheckpointReader;
import io.logitstream.checkpoints.LedgerReader;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.EvaluationSetPinnedEntry;
import io.logitstream.schemas.IncarnationStartedEntry;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.LedgerKind;
import io.logitstream.schemas.SkipEntry;
import io.logitstream.trainer.training.StepBatch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A run as its new trainer finds it.
 *
 * @param incarnation which start of the run's trainer this is, from 1
 * @param manifests the run's manifests, in the order of their sequence; none for a new run
 * @param evaluationSets the evaluation sets that the ledger names
 * @param skips the records of other topics than the trained one that the ledger condemns
 */
public record RunTakeover(
    long incarnation,
    List<CheckpointManifest> manifests,
    List<EvaluationSetPinnedEntry> evaluationSets,
    List<SkipEntry> skips) {
  public RunTakeover {
    manifests = List.copyOf(manifests);
    evaluationSets = List.copyOf(evaluationSets);
    skips = List.copyOf(skips);
  }

  /** The checkpoint with the highest sequence; empty for a new run. */
  public Optional<CheckpointManifest> newest() {
    return manifests.isEmpty()
        ? Optional.empty()
        : Optional.of(manifests.get(manifests.size() - 1));
  }

  /**
   * Takes a run over: fences its older trainers, finds the newest checkpoint at the true end of the
   * topics, and commits this start to the ledger.
   *
   * @param own the newest incarnation that this process itself started, 0 before its first: it
   *     takes the run over again only if no other process has done so meanwhile
   * @param environment host, process and hardware, for people
   * @throws LogitstreamException FENCED if another process took the run over since
   */
  public static RunTakeover of(
      String run,
      CheckpointCommitter committer,
      CheckpointReader checkpoints,
      LedgerReader ledger,
      long own,
      String version,
      Map<String, String> environment,
      Instant now) {
    if (own > 0) {
      refuseNewer(run, ledger, own);
    }
    committer.initialise();
    List<CheckpointManifest> manifests = checkpoints.list(run);
    Ledger found = new Ledger();
    ledger.forEach(run, found::add);
    long incarnation = found.incarnation + 1;
    long sequence = manifests.isEmpty() ? 0 : manifests.get(manifests.size() - 1).getSequence();
    committer.commitStart(
        LedgerEntry.newBuilder()
            .setRun(run)
            .setSequence(sequence)
            .setIndex(0)
            .setIncarnation(incarnation)
            .setWrittenAt(now)
            .setKind(LedgerKind.INCARNATION_STARTED)
            .setIncarnationStarted(new IncarnationStartedEntry(sequence, version, environment))
            .build());
    return new RunTakeover(incarnation, manifests, found.evaluationSets, found.skips);
  }

  /** Taking over first would fence the successor, and it this process, for ever. */
  private static void refuseNewer(String run, LedgerReader ledger, long own) {
    Ledger found = new Ledger();
    ledger.forEach(run, found::add);
    if (found.incarnation > own) {
      throw new LogitstreamException(
          FailureKind.FENCED,
          ("another trainer took run %s over: the ledger has incarnation %d, this one was %d and"
                  + " stops")
              .formatted(run, found.incarnation, own));
    }
  }

  private static final class Ledger {
    private final List<EvaluationSetPinnedEntry> evaluationSets = new ArrayList<>();
    private final List<SkipEntry> skips = new ArrayList<>();
    private long incarnation;

    void add(LedgerEntry entry) {
      incarnation = Math.max(incarnation, entry.getIncarnation());
      EvaluationSetPinnedEntry pinned = entry.getEvaluationSetPinned();
      if (entry.getKind() == LedgerKind.EVALUATION_SET_PINNED && pinned != null) {
        evaluationSets.add(pinned);
      }
      SkipEntry skip = entry.getSkip();
      if (skip != null
          && !skip.getCursor().equals(LiveCursor.NAME)
          && !skip.getCursor().equals(StepBatch.REHEARSAL)) {
        skips.add(skip);
      }
    }
  }
}
