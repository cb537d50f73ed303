package io.logitstream.trainer.recovery;

import io.logitstream.schemas.ComputeEnvironment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What all manifests of one start of a run have in common.
 *
 * @param run the run
 * @param incarnation which start of the run's trainer this is
 * @param configJson the student's config.json
 * @param tokenizerJson the student's tokenizer.json
 * @param tokenizerSha256 SHA-256 (hex) of tokenizer.json
 * @param initialStudentSha256 SHA-256 (hex) of the weights at sequence 0, adapters included
 * @param teachers the accepted teachers
 * @param version the build
 * @param replayOf the checkpoint of another run that the run began with; null for a student
 * @param untilOffsets the offsets, by partition, from which on nothing is read
 * @param adapters what is needed where adapters are trained; empty where the weights are
 */
public record RunFacts(
    String run,
    long incarnation,
    byte[] configJson,
    byte[] tokenizerJson,
    String tokenizerSha256,
    String initialStudentSha256,
    List<String> teachers,
    long seed,
    RunConfiguration configuration,
    ComputeEnvironment environment,
    String version,
    @Nullable String replayOf,
    Map<Integer, Long> untilOffsets,
    Optional<AdapterFacts> adapters) {
  public RunFacts {
    untilOffsets = Map.copyOf(untilOffsets);
    teachers = List.copyOf(teachers);
  }
}
