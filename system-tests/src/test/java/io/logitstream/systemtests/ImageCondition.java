package io.logitstream.systemtests;

import com.github.dockerjava.api.exception.NotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;
import org.testcontainers.DockerClientFactory;

/** Decides {@link EnabledIfImages}. */
final class ImageCondition implements ExecutionCondition {
  private static final Path IN_CONTAINER = Path.of("/.dockerenv");
  private static final String HOST = "TESTCONTAINERS_HOST_OVERRIDE";

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    List<String> images =
        AnnotationSupport.findAnnotation(context.getElement(), EnabledIfImages.class)
            .map(annotation -> List.of(annotation.value()))
            .orElse(List.of());
    if (Files.exists(IN_CONTAINER) && System.getenv(HOST) == null) {
      return ConditionEvaluationResult.disabled(
          ("this machine is a container itself, where Testcontainers would have to fetch an image to"
                  + " find its host: set %s to the host's address")
              .formatted(HOST));
    }
    if (!DockerClientFactory.instance().isDockerAvailable()) {
      return ConditionEvaluationResult.disabled("no Docker daemon answers; it needs " + images);
    }
    List<String> missing = images.stream().filter(image -> !isThere(image)).toList();
    return missing.isEmpty()
        ? ConditionEvaluationResult.enabled("Docker has " + images)
        : ConditionEvaluationResult.disabled(
            "Docker lacks " + missing + "; get it with 'docker pull'");
  }

  private static boolean isThere(String image) {
    try {
      DockerClientFactory.lazyClient().inspectImageCmd(image).exec();
      return true;
    } catch (NotFoundException e) {
      return false;
    }
  }
}
