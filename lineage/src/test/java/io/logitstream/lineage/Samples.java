package io.logitstream.lineage;

import io.logitstream.schemas.Artifact;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.ComputeEnvironment;
import io.logitstream.schemas.EvaluationSetPinnedEntry;
import io.logitstream.schemas.EvaluationWindow;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.LedgerKind;
import io.logitstream.schemas.LogitsEncoding;
import io.logitstream.schemas.OffsetRange;
import io.logitstream.schemas.Origin;
import io.logitstream.schemas.OriginKind;
import io.logitstream.schemas.Prompt;
import io.logitstream.schemas.RollbackEntry;
import io.logitstream.schemas.SkipEntry;
import io.logitstream.schemas.StepEntry;
import io.logitstream.schemas.TeacherIdentity;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.TrainedSpan;
import io.logitstream.schemas.Verdict;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Records as the services write them, as small as the schemas allow. */
public final class Samples {
  public static final String REVISION = "r1";
  public static final String TEACHER = "teacher@" + REVISION;

  private Samples() {}

  public static Prompt prompt(String id, @Nullable String subject, boolean heldOut) {
    return Prompt.newBuilder()
        .setPromptId(id)
        .setText("text")
        .setSource("docs")
        .setSourcePosition("file/" + id)
        .setSourceIndex(0)
        .setDocumentGroup("group")
        .setHeldOut(heldOut)
        .setSubject(subject)
        .setDomain("java")
        .setOrigin(origin())
        .setCreatedAt(Instant.EPOCH)
        .build();
  }

  public static TeacherLogits window(
      String id, int window, int windows, String revision, @Nullable String subject) {
    return TeacherLogits.newBuilder()
        .setPromptId(id)
        .setWindow(window)
        .setWindows(windows)
        .setTeacher(new TeacherIdentity("teacher", revision, null, "00", 16))
        .setEncoding(LogitsEncoding.LABELS)
        .setEncodingVersion(1)
        .setTokenCount(2)
        .setSpans(List.of(TrainedSpan.newBuilder().setStart(0).setEnd(1).build()))
        .setPayload(ByteBuffer.wrap(new byte[] {1, 2, 3}))
        .setSource("docs")
        .setSourcePosition("file/" + id)
        .setDocumentGroup("group")
        .setSubject(subject)
        .setDomain("java")
        .setOrigin(origin())
        .setCreatedAt(Instant.EPOCH)
        .setScoredAt(Instant.EPOCH)
        .build();
  }

  public static LedgerEntry step(
      String run, long sequence, int index, long step, List<OffsetRange> ranges) {
    return entry(run, sequence, index, LedgerKind.STEP)
        .setStep(new StepEntry(step, ranges, List.of()))
        .build();
  }

  public static OffsetRange range(
      String topicId, int partition, long first, long last, int count, int passedOver) {
    return OffsetRange.newBuilder()
        .setCursor("live")
        .setTopicId(topicId)
        .setPartition(partition)
        .setFirstOffset(first)
        .setLastOffset(last)
        .setCount(count)
        .setPassedOver(passedOver)
        .setDigest("00")
        .build();
  }

  public static LedgerEntry skip(
      String run, long sequence, int index, String topicId, int partition, long offset) {
    return entry(run, sequence, index, LedgerKind.SKIP)
        .setSkip(new SkipEntry("live", topicId, partition, offset, "checksum", "test"))
        .build();
  }

  public static LedgerEntry rollback(String run, long sequence, int index, long toSequence) {
    return entry(run, sequence, index, LedgerKind.ROLLBACK)
        .setRollback(new RollbackEntry(toSequence, "test", List.of(), false))
        .build();
  }

  public static LedgerEntry pinned(String run, long sequence, String promptId) {
    return entry(run, sequence, 0, LedgerKind.EVALUATION_SET_PINNED)
        .setEvaluationSetPinned(
            new EvaluationSetPinnedEntry(
                "java", List.of(new EvaluationWindow(promptId, 0, TEACHER)), "00"))
        .build();
  }

  public static CheckpointManifest manifest(
      String run, long sequence, @Nullable Long parent, String weightsSha256) {
    return CheckpointManifest.newBuilder()
        .setRun(run)
        .setSequence(sequence)
        .setStep(sequence)
        .setIncarnation(1)
        .setParentSequence(parent)
        .setCreatedAt(Instant.EPOCH)
        .setVerdict(Verdict.UNGATED)
        .setArtifacts(
            List.of(
                Artifact.newBuilder()
                    .setName("weights")
                    .setLength(1)
                    .setSha256(weightsSha256)
                    .build()))
        .setCursors(List.of())
        .setTrainedTokens(0)
        .setTrainedRecords(0)
        .setInitialStudentSha256("00")
        .setTokenizerSha256("00")
        .setAcceptedTeachers(List.of(TEACHER))
        .setSeed(1)
        .setConfiguration(Map.of())
        .setConfigurationSha256("00")
        .setEnvironment(new ComputeEnvironment("cpu", "f32", 1, "2.7.1", "00"))
        .setVersion("test")
        .setLedgerEntries(0)
        .build();
  }

  private static LedgerEntry.Builder entry(String run, long sequence, int index, LedgerKind kind) {
    return LedgerEntry.newBuilder()
        .setRun(run)
        .setSequence(sequence)
        .setIndex(index)
        .setIncarnation(1)
        .setWrittenAt(Instant.EPOCH)
        .setKind(kind);
  }

  private static Origin origin() {
    return new Origin(OriginKind.HUMAN, null, null, null, null);
  }
}
