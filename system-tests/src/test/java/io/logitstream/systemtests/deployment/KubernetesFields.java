package io.logitstream.systemtests.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import java.io.IOException;
import java.util.Map;

/**
 * Holds objects to the fields that Kubernetes has, by the models that its own client is generated
 * with: unknown and missing fields, and values of another type.
 */
final class KubernetesFields {
  private static final Gson PLAIN = new Gson();

  private static final Map<String, Kind> KINDS =
      Map.of(
          "v1/ConfigMap", new Kind(V1ConfigMap.class, V1ConfigMap::validateJsonElement),
          "v1/Service", new Kind(V1Service.class, V1Service::validateJsonElement),
          "batch/v1/Job", new Kind(V1Job.class, V1Job::validateJsonElement),
          "apps/v1/Deployment", new Kind(V1Deployment.class, V1Deployment::validateJsonElement),
          "apps/v1/StatefulSet", new Kind(V1StatefulSet.class, V1StatefulSet::validateJsonElement),
          "networking.k8s.io/v1/NetworkPolicy",
              new Kind(V1NetworkPolicy.class, V1NetworkPolicy::validateJsonElement),
          "policy/v1/PodDisruptionBudget",
              new Kind(V1PodDisruptionBudget.class, V1PodDisruptionBudget::validateJsonElement));

  private KubernetesFields() {}

  private record Kind(Class<?> model, Check check) {}

  private interface Check {
    void validate(JsonElement object) throws IOException;
  }

  /** Fails, naming the field, if the object is not one that Kubernetes takes. */
  static void assertValid(Map<String, Object> object) throws IOException {
    Kind kind = KINDS.get(object.get("apiVersion") + "/" + object.get("kind"));
    if (kind == null) {
      throw new AssertionError("no kind " + object.get("kind") + " is known: " + KINDS.keySet());
    }
    JsonElement written = PLAIN.toJsonTree(object);
    kind.check().validate(written);
    // A model drops what it does not know, and writes a value as what it takes it for.
    Gson gson = JSON.getGson();
    JsonElement understood = gson.toJsonTree(gson.fromJson(written, kind.model()));
    assertThat(withoutEmpty(understood))
        .as(RenderedChart.name(object))
        .isEqualTo(withoutEmpty(written));
  }

  /** Models write maps and lists that nobody gave them. */
  private static JsonElement withoutEmpty(JsonElement element) {
    if (element.isJsonObject()) {
      JsonObject full = new JsonObject();
      element
          .getAsJsonObject()
          .asMap()
          .forEach(
              (name, value) -> {
                JsonElement kept = withoutEmpty(value);
                if (!isEmpty(kept)) {
                  full.add(name, kept);
                }
              });
      return full;
    }
    if (element.isJsonArray()) {
      JsonArray full = new JsonArray();
      element.getAsJsonArray().forEach(value -> full.add(withoutEmpty(value)));
      return full;
    }
    return element;
  }

  private static boolean isEmpty(JsonElement element) {
    return (element.isJsonObject() && element.getAsJsonObject().isEmpty())
        || (element.isJsonArray() && element.getAsJsonArray().isEmpty());
  }
}
