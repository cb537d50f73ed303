package io.logitstream.systemtests;

import com.github.dockerjava.api.exception.NotFoundException;
import java.util.List;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;
import org.testcontainers.DockerClientFactory;

/** Decides {@link EnabledIfImages}. */
final class ImageCondition implements ExecutionCondition {
  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    List<String> images =
        AnnotationSupport.findAnnotation(context.getElement(), EnabledIfImages.class)
            .map(annotation -> List.of(annotation.value()))
            .orElse(List.of());
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
