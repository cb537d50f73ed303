package io.logitstream.producer.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logitstream.platform.LogitstreamException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromptSequenceTest {
  @TempDir Path folder;
  private SourceSettings settings;

  @BeforeEach
  void writeLibraries() throws IOException {
    settings =
        Sources.settings(
            new SourcePath(
                "java", Sources.library(folder.resolve("ant-1.0-sources.jar"), "ant", 20)),
            new SourcePath("java", Sources.library(folder.resolve("bee-2.0.jar"), "bee", 20)),
            new SourcePath(
                "scala", Sources.library(folder.resolve("cat_2.13-3.0.jar"), "cat", 20)));
  }

  @Test
  void everyDocumentComesOnceWithItsGroupAndDomain() {
    List<SourcedPrompt> prompts = Sources.all(settings);
    assertThat(prompts).hasSize(60);
    assertThat(new HashSet<>(Sources.places(prompts))).hasSize(60);
    assertThat(prompts)
        .anySatisfy(
            prompt -> {
              assertThat(prompt.place()).isEqualTo("ant-1.0-sources.jar!/org/ant/p0/C0.java#0");
              assertThat(prompt.documentGroup()).isEqualTo("ant:org/ant/p0");
              assertThat(prompt.domain()).isEqualTo("java");
              assertThat(prompt.text()).isEqualTo("class C0 of ant {}\n");
              assertThat(prompt.endOfDocument()).isTrue();
            });
    assertThat(prompts).anyMatch(prompt -> prompt.documentGroup().equals("cat_2.13:org/cat/p3"));
  }

  @Test
  void theOrderIsAFunctionOfFilesAndSeedWhereverTheFilesLie() throws IOException {
    List<SourcePath> moved = new ArrayList<>();
    for (SourcePath path : settings.paths()) {
      Path target = folder.resolve("elsewhere").resolve(path.path().getFileName());
      Files.createDirectories(target.getParent());
      moved.add(
          0,
          new SourcePath(
              path.domain(), Files.copy(path.path(), target, StandardCopyOption.REPLACE_EXISTING)));
    }
    SourceSettings elsewhere = Sources.settings(moved.toArray(SourcePath[]::new));
    assertThat(Sources.all(elsewhere)).isEqualTo(Sources.all(settings));
    assertThat(fingerprint(elsewhere)).isEqualTo(fingerprint(settings));
    SourceSettings otherSeed = Sources.withOrder(settings, Map.of(), List.of(), 2, 1);
    assertThat(Sources.places(Sources.all(otherSeed)))
        .isNotEqualTo(Sources.places(Sources.all(settings)))
        .containsExactlyInAnyOrderElementsOf(Sources.places(Sources.all(settings)));
    assertThat(fingerprint(otherSeed)).isNotEqualTo(fingerprint(settings));
  }

  @Test
  void theArchivesOfADomainAreMixed() {
    List<String> archives =
        Sources.all(settings).stream()
            .filter(prompt -> prompt.domain().equals("java"))
            .map(prompt -> prompt.place().substring(0, 3))
            .toList();
    assertThat(archives.subList(0, 20)).contains("ant", "bee");
    assertThat(archives).isNotEqualTo(archives.stream().sorted().toList());
  }

  @Test
  void domainsTakeTurnsByTheirWeights() {
    List<SourcedPrompt> even = Sources.all(settings).subList(0, 20);
    assertThat(countOf("java", even)).isEqualTo(10);
    List<SourcedPrompt> weighted =
        Sources.all(Sources.withOrder(settings, Map.of("java", 3), List.of(), 1, 1));
    assertThat(countOf("java", weighted.subList(0, 20))).isEqualTo(15);
    assertThat(countOf("scala", weighted)).isEqualTo(20);
  }

  @Test
  void aShiftDrawsOneDomainBeforeTheOther() {
    List<Phase> shift = Phase.parseAll(List.of("scala:7", "java"));
    List<String> domains =
        Sources.all(Sources.withOrder(settings, Map.of(), shift, 1, 1)).stream()
            .map(SourcedPrompt::domain)
            .toList();
    assertThat(domains).hasSize(47);
    assertThat(domains.subList(0, 7)).containsOnly("scala");
    assertThat(domains.subList(7, 47)).containsOnly("java");
  }

  @Test
  void aPhaseWhoseDomainEndsEarlyGivesWayToTheNext() {
    List<Phase> shift = Phase.parseAll(List.of("scala:1000", "java+scala:30"));
    List<SourcedPrompt> prompts = Sources.all(Sources.withOrder(settings, Map.of(), shift, 1, 1));
    assertThat(prompts).hasSize(50);
    assertThat(countOf("java", prompts)).isEqualTo(30);
  }

  @Test
  void epochsRepeatEverythingInAnotherOrderAtPlacesOfTheirOwn() {
    List<SourcedPrompt> prompts =
        Sources.all(Sources.withOrder(settings, Map.of(), List.of(), 1, 2));
    assertThat(new HashSet<>(Sources.places(prompts))).hasSize(120);
    List<String> java =
        Sources.places(prompts.stream().filter(p -> p.domain().equals("java")).toList());
    List<String> first = java.subList(0, 40);
    List<String> second = java.subList(40, 80);
    assertThat(second).allMatch(place -> place.endsWith("@1"));
    List<String> secondWithoutEpoch =
        second.stream().map(place -> place.replace("@1", "")).toList();
    assertThat(secondWithoutEpoch).isNotEqualTo(first).containsExactlyInAnyOrderElementsOf(first);
  }

  @Test
  void endlessEpochsNeverEnd() {
    SourceSettings endless = Sources.withOrder(settings, Map.of(), List.of(), 1, 0);
    try (PromptSequence sequence = PromptSequence.open(endless, (document, reason, found) -> {})) {
      assertThat(Sources.take(sequence, 1000)).hasSize(1000);
      assertThat(sequence.hasNext()).isTrue();
    }
  }

  @Test
  void fromAnyPlaceTheRestIsTheSame() throws IOException {
    Sources.file(folder.resolve("long/novel.txt"), "A line of the novel.\n".repeat(300));
    SourceSettings mixed =
        Sources.withOrder(
            Sources.settings(
                settings.paths().get(0),
                settings.paths().get(2),
                new SourcePath("prose", folder.resolve("long"))),
            Map.of("java", 2),
            List.of(
                new Phase(List.of("java", "prose"), OptionalLong.of(25)),
                new Phase(List.of("scala", "prose"), OptionalLong.empty())),
            9,
            2);
    List<SourcedPrompt> whole = Sources.all(mixed);
    for (int cut = 0; cut <= whole.size(); cut += 7) {
      String location;
      try (PromptSequence sequence = PromptSequence.open(mixed, (document, reason, found) -> {})) {
        Sources.take(sequence, cut);
        location = sequence.location();
      }
      try (PromptSequence sequence = PromptSequence.open(mixed, (document, reason, found) -> {})) {
        sequence.seek(location);
        assertThat(Sources.take(sequence, 1000)).isEqualTo(whole.subList(cut, whole.size()));
      }
    }
  }

  @Test
  void anotherEpochGoesOnFromTheEnd() {
    String end;
    try (PromptSequence sequence = PromptSequence.open(settings, (document, reason, found) -> {})) {
      Sources.take(sequence, 1000);
      end = sequence.location();
    }
    SourceSettings twice = Sources.withOrder(settings, Map.of(), List.of(), 1, 2);
    assertThat(fingerprint(twice)).isEqualTo(fingerprint(settings));
    try (PromptSequence sequence = PromptSequence.open(twice, (document, reason, found) -> {})) {
      sequence.seek(end);
      assertThat(Sources.take(sequence, 1000)).hasSize(60).allMatch(p -> p.place().endsWith("@1"));
    }
  }

  @Test
  void aLocationOfAnotherKindIsRefused() {
    try (PromptSequence sequence = PromptSequence.open(settings, (document, reason, found) -> {})) {
      assertThatThrownBy(() -> sequence.seek("line 12"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("line 12");
      assertThatThrownBy(() -> sequence.seek("phase=0 prompts=0 java=1"))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void heldOutGroupsAreWholeAndTheirShareIsAsAskedFor() {
    Map<String, List<Boolean>> byGroup =
        Sources.all(settings).stream()
            .collect(
                Collectors.groupingBy(
                    SourcedPrompt::documentGroup,
                    Collectors.mapping(SourcedPrompt::heldOut, Collectors.toList())));
    assertThat(byGroup.values()).allMatch(flags -> new HashSet<>(flags).size() == 1);
    HeldOutShare share = new HeldOutShare(20);
    long heldOut = 0;
    for (int i = 0; i < 10_000; i++) {
      heldOut += share.holdsOut("library:org/package" + i) ? 1 : 0;
    }
    assertThat(heldOut).isBetween(150L, 250L);
    assertThat(new HeldOutShare(0).holdsOut("any")).isFalse();
    assertThat(new HeldOutShare(1000).holdsOut("any")).isTrue();
  }

  @Test
  void aLargerShareHoldsOutAllThatASmallerOneDoes() {
    for (int i = 0; i < 2_000; i++) {
      String group = "group" + i;
      if (new HeldOutShare(20).holdsOut(group)) {
        assertThat(new HeldOutShare(50).holdsOut(group)).isTrue();
      }
    }
  }

  @Test
  void anEmptySourceIsAnErrorThatNamesItsPathsAndExtensions() throws IOException {
    Path empty = Files.createDirectories(folder.resolve("empty"));
    assertThatThrownBy(() -> Sources.all(Sources.settings(new SourcePath("prose", empty))))
        .isInstanceOf(LogitstreamException.class)
        .hasMessageContaining("no documents of domain prose: found no file in " + empty)
        .hasMessageContaining("(source.extensions, empty for all)");
    Sources.file(empty.resolve("blank.txt"), " \n");
    SourceSettings blank =
        Sources.withOrder(
            Sources.settings(new SourcePath("prose", empty)), Map.of(), List.of(), 1, 0);
    assertThatThrownBy(() -> Sources.all(blank))
        .isInstanceOf(LogitstreamException.class)
        .hasMessageContaining("holds text");
    assertThatThrownBy(
            () -> Sources.all(Sources.settings(new SourcePath("prose", folder.resolve("gone")))))
        .isInstanceOf(LogitstreamException.class)
        .hasMessageContaining("gone");
  }

  @Test
  void twoFilesOfOneNameAreRefused() throws IOException {
    Path other = Sources.library(folder.resolve("other/ant-1.0-sources.jar"), "ant", 3);
    SourceSettings doubled =
        Sources.settings(settings.paths().get(0), new SourcePath("java", other));
    assertThatThrownBy(() -> Sources.all(doubled))
        .isInstanceOf(LogitstreamException.class)
        .hasMessageContaining("would be named ant-1.0-sources.jar!/org/ant/p0/C0.java");
  }

  private static long countOf(String domain, List<SourcedPrompt> prompts) {
    return prompts.stream().filter(prompt -> prompt.domain().equals(domain)).count();
  }

  private static String fingerprint(SourceSettings settings) {
    try (PromptSequence sequence = PromptSequence.open(settings, (document, reason, found) -> {})) {
      return sequence.fingerprint();
    }
  }
}
