package io.logitstream.systemtests.deployment;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The chart's objects as Helm itself renders them.
 *
 * @param objects every object, in the order of the chart's files
 */
record RenderedChart(List<Map<String, Object>> objects) {
  static final Path CHART = Path.of("..", "ops", "helm", "logitstream").toAbsolutePath();

  /** What an object that Helm installs before all others is marked with, as rendered here. */
  static final String HOOK = "rendered/hook";

  RenderedChart {
    objects = List.copyOf(objects);
  }

  /**
   * Copies the chart, to be rendered. Helm's library leaves hooks out; in the copy they are objects
   * like others, marked with {@link #HOOK}.
   */
  static Path copyTo(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(CHART)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = folder.resolve(CHART.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.writeString(copy, Files.readString(file).replace("helm.sh/hook", HOOK));
      }
    }
    return folder;
  }

  /**
   * Renders a chart.
   *
   * @param chart what {@link #copyTo} made
   * @param release name of the release
   * @param values files of values, the later before the earlier
   * @throws IllegalStateException if Helm refuses, with what it says
   */
  static RenderedChart of(Path chart, String release, Path... values) {
    TemplateCommand command =
        new Helm(chart)
            .template()
            .withName(release)
            .withNamespace("logitstream")
            .withKubeVersion("1.33.0");
    for (Path file : values) {
      command.withValuesFile(file);
    }
    List<Map<String, Object>> objects = new ArrayList<>();
    for (Object document :
        new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(command.call())) {
      if (document != null) {
        objects.add(map(document));
      }
    }
    return new RenderedChart(objects);
  }

  /** KIND/NAME of every object. */
  List<String> names() {
    return objects.stream().map(RenderedChart::name).toList();
  }

  /** The object that is called KIND/NAME. */
  Map<String, Object> get(String name) {
    return objects.stream()
        .filter(object -> name(object).equals(name))
        .findFirst()
        .orElseThrow(
            () -> new AssertionError("no %s is rendered, there are %s".formatted(name, names())));
  }

  /** The objects that make pods: the job, deployments and stateful sets. */
  List<Map<String, Object>> workloads() {
    return objects.stream()
        .filter(object -> List.of("Job", "Deployment", "StatefulSet").contains(object.get("kind")))
        .toList();
  }

  static String name(Map<String, Object> object) {
    return object.get("kind") + "/" + map(object, "metadata").get("name");
  }

  /** The pod that a workload makes. */
  static Map<String, Object> pod(Map<String, Object> workload) {
    return map(workload, "spec", "template");
  }

  /** The one container of a workload's pod. */
  static Map<String, Object> container(Map<String, Object> workload) {
    List<?> containers = (List<?>) map(pod(workload), "spec").getOrDefault("containers", List.of());
    if (containers.size() != 1) {
      throw new AssertionError(name(workload) + " has containers " + containers);
    }
    return map(containers.get(0));
  }

  /** What lies under a path of names; an empty map where nothing does. */
  static Map<String, Object> map(Map<String, Object> of, String... path) {
    Map<String, Object> here = of;
    for (String name : path) {
      here = map(here.getOrDefault(name, Map.of()));
    }
    return here;
  }

  @SuppressWarnings("unchecked") // the keys of these documents are strings
  static Map<String, Object> map(Object object) {
    return (Map<String, Object>) object;
  }
}
