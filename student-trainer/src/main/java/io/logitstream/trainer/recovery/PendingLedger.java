package io.logitstream.trainer.recovery;

import io.logitstream.distillation.loss.LossSums;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.deadletter.CutLetters;
import io.logitstream.schemas.EvaluationSetPinnedEntry;
import io.logitstream.schemas.GateVerdictEntry;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.LedgerKind;
import io.logitstream.schemas.LossAcceptedEntry;
import io.logitstream.schemas.PartitionsAddedEntry;
import io.logitstream.schemas.RehearsalWindow;
import io.logitstream.schemas.RollbackEntry;
import io.logitstream.schemas.SettingsChangedEntry;
import io.logitstream.schemas.SkipEntry;
import io.logitstream.schemas.StepEntry;
import io.logitstream.schemas.TeacherSwitchEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.producer.ProducerRecord;

/** What has happened since the newest checkpoint, and goes into the next one. For one thread. */
public final class PendingLedger {
  /** Letters that would take more are cut: a checkpoint's transaction must stay short. */
  private static final long MAX_LETTER_BYTES = 32L << 20;

  private static final Set<LedgerKind> CHANGES =
      EnumSet.of(
          LedgerKind.SETTINGS_CHANGED,
          LedgerKind.TEACHER_SWITCH,
          LedgerKind.PARTITIONS_ADDED,
          LedgerKind.REHEARSAL_WINDOW);

  private final String run;
  private final long incarnation;
  private final int maxCondemned;
  private final List<LedgerEntry.Builder> entries = new ArrayList<>();
  private final List<ProducerRecord<String, byte[]>> letters = new ArrayList<>();
  private long letterBytes;
  private LossSums losses = LossSums.ZERO;

  /**
   * What goes into one checkpoint.
   *
   * @param entries the ledger entries, in order
   * @param letters the dead letters
   * @param losses sums over the steps
   */
  public record Drained(
      List<LedgerEntry> entries, List<ProducerRecord<String, byte[]>> letters, LossSums losses) {
    public Drained {
      entries = List.copyOf(entries);
      letters = List.copyOf(letters);
    }
  }

  /**
   * @param maxCondemned the most records that may be condemned between two checkpoints
   */
  public PendingLedger(String run, long incarnation, int maxCondemned) {
    this.run = run;
    this.incarnation = incarnation;
    this.maxCondemned = maxCondemned;
  }

  /**
   * Checks that what was condemned can go into one checkpoint, together with what a step that is
   * not taken yet has condemned.
   *
   * @throws LogitstreamException CONFIGURATION if there are too many
   */
  public void checkCondemned(List<SkipEntry> skips, List<ProducerRecord<String, byte[]>> further) {
    if (letters.size() + further.size() > maxCondemned) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          ("%d records were condemned since the newest checkpoint, expected at most %d"
                  + " (ingest.max-condemned): something is wrong with the log. The last one is %s")
              .formatted(
                  letters.size() + further.size(),
                  maxCondemned,
                  skips.isEmpty() ? "of an earlier step" : words(skips.get(skips.size() - 1))));
    }
  }

  private static String words(SkipEntry skip) {
    return "%d@%d, %s: %s"
        .formatted(skip.getPartition(), skip.getOffset(), skip.getCode(), skip.getReason());
  }

  /** A step was taken. */
  public void step(
      StepEntry step,
      List<SkipEntry> skips,
      List<ProducerRecord<String, byte[]>> stepLetters,
      LossSums stepLosses,
      Instant now) {
    condemned(skips, stepLetters, now);
    add(LedgerKind.STEP, now).setStep(step);
    losses = losses.plus(stepLosses);
  }

  /** Records were condemned. */
  public void condemned(
      List<SkipEntry> skips, List<ProducerRecord<String, byte[]>> further, Instant now) {
    for (SkipEntry skip : skips) {
      add(LedgerKind.SKIP, now).setSkip(skip);
    }
    for (ProducerRecord<String, byte[]> letter : further) {
      boolean tooMuch = letterBytes + CutLetters.bytes(letter) > MAX_LETTER_BYTES;
      ProducerRecord<String, byte[]> kept = tooMuch ? CutLetters.cut(letter) : letter;
      letterBytes += CutLetters.bytes(kept);
      letters.add(kept);
    }
  }

  /** The windows of a domain were pinned. */
  public void pinned(EvaluationSetPinnedEntry set, Instant now) {
    add(LedgerKind.EVALUATION_SET_PINNED, now).setEvaluationSetPinned(set);
  }

  /** The accepted teachers were changed. */
  public void teachers(List<String> before, List<String> after, Instant now) {
    add(LedgerKind.TEACHER_SWITCH, now).setTeacherSwitch(new TeacherSwitchEntry(before, after));
  }

  /** The topic has gained partitions. */
  public void partitionsAdded(PartitionsAddedEntry added, Instant now) {
    add(LedgerKind.PARTITIONS_ADDED, now).setPartitionsAdded(added);
  }

  /** Settings that may change within a run were changed. */
  public void settingsChanged(SettingsChangedEntry change, Instant now) {
    add(LedgerKind.SETTINGS_CHANGED, now).setSettingsChanged(change);
  }

  /** An operator accepted that records are missing. */
  public void lossAccepted(LossAcceptedEntry loss, Instant now) {
    add(LedgerKind.LOSS_ACCEPTED, now).setLossAccepted(loss);
  }

  /** Steps draw older records from another window from here on. */
  public void rehearsalWindow(RehearsalWindow window, Instant now) {
    add(LedgerKind.REHEARSAL_WINDOW, now).setRehearsalWindow(window);
  }

  /** Forgets what a start has changed. */
  public void dropChanges() {
    entries.removeIf(entry -> CHANGES.contains(entry.getKind()));
  }

  /** Training went on from an earlier checkpoint than the newest. */
  public void rollback(RollbackEntry rollback, Instant now) {
    add(LedgerKind.ROLLBACK, now).setRollback(rollback);
  }

  /** The gate measured the checkpoint that is to be written. */
  public void gateVerdict(GateVerdictEntry verdict, Instant now) {
    add(LedgerKind.GATE_VERDICT, now).setGateVerdict(verdict);
  }

  /** Gives everything to a checkpoint, and is empty from then on. */
  public Drained drain(long sequence) {
    List<LedgerEntry> drained = new ArrayList<>();
    for (LedgerEntry.Builder entry : entries) {
      drained.add(entry.setSequence(sequence).setIndex(drained.size()).build());
    }
    Drained all = new Drained(drained, letters, losses);
    entries.clear();
    letters.clear();
    letterBytes = 0;
    losses = LossSums.ZERO;
    return all;
  }

  private LedgerEntry.Builder add(LedgerKind kind, Instant now) {
    LedgerEntry.Builder entry =
        LedgerEntry.newBuilder()
            .setRun(run)
            .setIncarnation(incarnation)
            .setWrittenAt(now)
            .setKind(kind);
    entries.add(entry);
    return entry;
  }
}
