package io.logitstream.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** The subset of Confluent's REST interface that its clients use for Avro. */
final class RegistryRoutes {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final SchemaRegistry registry;

  RegistryRoutes(SchemaRegistry registry) {
    this.registry = registry;
  }

  /**
   * Answers a request.
   *
   * @throws RegistryException for every answer that is not a success
   */
  JsonNode answer(RegistryRequest request) {
    registry.requireReady();
    return switch (request.segment(0)) {
      case "" -> JSON.createObjectNode();
      case "subjects" -> subjects(request);
      case "schemas" -> schemas(request);
      case "compatibility" -> compatibility(request);
      case "config" -> config(request);
      case "mode" -> mode(request);
      default -> throw noSuchPath(request);
    };
  }

  private JsonNode subjects(RegistryRequest request) {
    String subject = request.segment(1);
    boolean withDeleted = request.flag("deleted");
    return switch (request.path().size()) {
      case 1 -> {
        allow(request, "GET");
        String prefix = request.query().getOrDefault("subjectPrefix", "");
        yield array(
            registry.subjects(withDeleted).stream()
                .filter(name -> name.startsWith(prefix))
                .toList());
      }
      case 2 ->
          switch (request.method()) {
            case "POST" -> version(registry.lookup(subject, request.schema(), withDeleted));
            case "DELETE" -> array(registry.deleteSubject(subject, request.flag("permanent")));
            default -> throw RegistryException.methodNotAllowed(request.method());
          };
      default -> {
        if (!request.segment(2).equals("versions")) {
          throw noSuchPath(request);
        }
        yield versions(request, subject, withDeleted);
      }
    };
  }

  private JsonNode versions(RegistryRequest request, String subject, boolean withDeleted) {
    String version = request.segment(3);
    return switch (request.path().size()) {
      case 3 ->
          switch (request.method()) {
            case "GET" -> array(registry.versions(subject, withDeleted));
            case "POST" -> version(registry.register(subject, request.schema()));
            default -> throw RegistryException.methodNotAllowed(request.method());
          };
      case 4 ->
          switch (request.method()) {
            case "GET" -> version(registry.version(subject, version, withDeleted));
            case "DELETE" ->
                JSON.valueToTree(
                    registry.deleteVersion(subject, version, request.flag("permanent")));
            default -> throw RegistryException.methodNotAllowed(request.method());
          };
      case 5 -> {
        allow(request, "GET");
        if (!request.segment(4).equals("schema")) {
          throw noSuchPath(request);
        }
        yield SchemaRecords.read(registry.version(subject, version, withDeleted).schema());
      }
      default -> throw noSuchPath(request);
    };
  }

  private JsonNode schemas(RegistryRequest request) {
    allow(request, "GET");
    if (request.segment(1).equals("types") && request.path().size() == 2) {
      return array(List.of("AVRO"));
    }
    if (!request.segment(1).equals("ids") || request.path().size() < 3) {
      throw noSuchPath(request);
    }
    int id = schemaId(request.segment(2));
    boolean withDeleted = request.flag("deleted");
    return switch (request.segment(3)) {
      case "" -> JSON.createObjectNode().put("schema", registry.schema(id));
      case "schema" -> SchemaRecords.read(registry.schema(id));
      case "subjects" ->
          array(
              new TreeSet<>(
                  registry.versionsOf(id, withDeleted).stream()
                      .map(SchemaVersion::subject)
                      .toList()));
      case "versions" ->
          array(
              registry.versionsOf(id, withDeleted).stream()
                  .map(
                      found ->
                          JSON.createObjectNode()
                              .put("subject", found.subject())
                              .put("version", found.version()))
                  .toList());
      default -> throw noSuchPath(request);
    };
  }

  private JsonNode compatibility(RegistryRequest request) {
    allow(request, "POST");
    int length = request.path().size();
    if (!request.segment(1).equals("subjects")
        || !request.segment(3).equals("versions")
        || length > 5) {
      throw noSuchPath(request);
    }
    String subject = request.segment(2);
    List<String> objections =
        length == 5
            ? registry.objections(subject, request.segment(4), request.schema())
            : registry.objections(subject, request.schema());
    ObjectNode answer = JSON.createObjectNode().put("is_compatible", objections.isEmpty());
    if (request.flag("verbose")) {
      answer.set("messages", array(objections));
    }
    return answer;
  }

  private JsonNode config(RegistryRequest request) {
    if (request.path().size() > 2) {
      throw noSuchPath(request);
    }
    Optional<String> subject =
        request.path().size() == 2 ? Optional.of(request.segment(1)) : Optional.empty();
    return switch (request.method()) {
      case "GET" -> level(levelToShow(subject, request.flag("defaultToGlobal")));
      case "PUT" -> {
        String name = request.body().path("compatibility").asText();
        CompatibilityLevel level =
            CompatibilityLevel.named(name).orElseThrow(() -> RegistryException.invalidLevel(name));
        registry.setLevel(subject, level);
        yield JSON.createObjectNode().put("compatibility", level.name());
      }
      case "DELETE" -> {
        CompatibilityLevel before = levelToShow(subject, false);
        registry.clearLevel(subject);
        yield level(before);
      }
      default -> throw RegistryException.methodNotAllowed(request.method());
    };
  }

  private CompatibilityLevel levelToShow(Optional<String> subject, boolean defaultToGlobal) {
    if (subject.isEmpty()) {
      return registry.defaultLevel();
    }
    String name = subject.get();
    if (defaultToGlobal) {
      return registry.level(name);
    }
    return registry.levelOf(name).orElseThrow(() -> RegistryException.noLevelOfSubject(name));
  }

  private static JsonNode mode(RegistryRequest request) {
    allow(request, "GET");
    if (request.path().size() == 2 && !request.flag("defaultToGlobal")) {
      throw RegistryException.noModeOfSubject(request.segment(1));
    }
    return JSON.createObjectNode().put("mode", "READWRITE");
  }

  private static JsonNode level(CompatibilityLevel level) {
    return JSON.createObjectNode().put("compatibilityLevel", level.name());
  }

  private static JsonNode version(SchemaVersion version) {
    return JSON.createObjectNode()
        .put("subject", version.subject())
        .put("version", version.version())
        .put("id", version.id())
        .put("schemaType", "AVRO")
        .put("schema", version.schema());
  }

  private static JsonNode array(Iterable<?> values) {
    return JSON.valueToTree(values);
  }

  private static int schemaId(String segment) {
    try {
      return Integer.parseInt(segment);
    } catch (NumberFormatException e) {
      throw RegistryException.badRequest("A schema's ID is a number, not '" + segment + "'");
    }
  }

  private static void allow(RegistryRequest request, String method) {
    if (!request.method().equals(method)) {
      throw RegistryException.methodNotAllowed(request.method());
    }
  }

  private static RegistryException noSuchPath(RegistryRequest request) {
    return RegistryException.noSuchPath("/" + String.join("/", request.path()));
  }
}
