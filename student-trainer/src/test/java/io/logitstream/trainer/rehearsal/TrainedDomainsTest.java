package io.logitstream.trainer.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TrainedDomainsTest {
  private final TrainedDomains domains = new TrainedDomains();

  @Test
  void domainsAreInOrderAndEachOnce() {
    domains.trained(List.of("scala", "java"));
    domains.trained(List.of("java", "kotlin"));

    assertThat(domains.names()).containsExactly("java", "kotlin", "scala");
  }

  @Test
  void whenThereIsNoMoreRoomThoseBeforeStayAndWhichCameInDoesNotDependOnASetsOrder() {
    domains.trained(
        IntStream.range(1, TrainedDomains.MAX_DOMAINS).mapToObj("%04d"::formatted).toList());

    domains.trained(Set.of("c", "a", "b"));
    domains.trained(List.of("0001", "0000"));

    assertThat(domains.names())
        .hasSize(TrainedDomains.MAX_DOMAINS)
        .contains("0001", "a")
        .doesNotContain("b", "c", "0000");
  }

  @Test
  void whatAnEarlierBuildSavedIsTakenUpWhole() {
    List<String> saved =
        IntStream.range(0, TrainedDomains.MAX_DOMAINS + 5).mapToObj("%04d"::formatted).toList();

    domains.restore(saved);
    domains.trained(List.of("new", "0000"));

    assertThat(domains.names()).containsExactlyElementsOf(saved);
  }
}
