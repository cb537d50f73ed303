package io.logitstream.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import io.logitstream.schemas.topics.Topic;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SchemaEvolutionTest {

  @ParameterizedTest
  @EnumSource(Topic.class)
  void recordsOfTheFirstVersionAreReadAndReadersOfTheFirstVersionReadOurs(Topic topic)
      throws IOException {
    Schema first = storedSchema("v1", topic);
    Schema current = topic.valueSchema();

    assertThat(compatibility(current, first)).isEqualTo(SchemaCompatibilityType.COMPATIBLE);
    assertThat(compatibility(first, current)).isEqualTo(SchemaCompatibilityType.COMPATIBLE);
  }

  @ParameterizedTest
  @EnumSource(Topic.class)
  void everyRecordAndEveryFieldIsDocumented(Topic topic) {
    for (Schema schema : namedTypes(topic.valueSchema())) {
      assertThat(schema.getDoc()).as("doc of %s", schema.getFullName()).isNotBlank();
      if (schema.getType() == Schema.Type.RECORD) {
        for (Schema.Field field : schema.getFields()) {
          assertThat(field.doc())
              .as("doc of %s.%s", schema.getFullName(), field.name())
              .isNotBlank();
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Topic.class)
  void everyEnumHasADefaultThatOldReadersFallBackTo(Topic topic) {
    for (Schema schema : namedTypes(topic.valueSchema())) {
      if (schema.getType() == Schema.Type.ENUM) {
        assertThat(schema.getEnumDefault()).as(schema.getFullName()).isEqualTo("UNKNOWN");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Topic.class)
  void whatIsNestedIsWhatIsGeneratedForItself(Topic topic) throws ReflectiveOperationException {
    for (Schema schema : namedTypes(topic.valueSchema())) {
      Object generated = Class.forName(schema.getFullName()).getField("SCHEMA$").get(null);
      assertThat(schema)
          .as(
              "%s in the value of %s; if they differ, a class is older than what its file imports:"
                  + " run 'mvn clean' in schemas",
              schema.getName(), topic.baseName())
          .isEqualTo(generated);
    }
  }

  private static SchemaCompatibilityType compatibility(Schema reader, Schema writer) {
    return SchemaCompatibility.checkReaderWriterCompatibility(reader, writer).getType();
  }

  private static Schema storedSchema(String version, Topic topic) throws IOException {
    String resource = "/" + version + "/" + topic.baseName() + ".avsc";
    try (InputStream stored = SchemaEvolutionTest.class.getResourceAsStream(resource)) {
      assertThat(stored).as("stored schema %s", resource).isNotNull();
      return new Schema.Parser().parse(stored);
    }
  }

  private static Set<Schema> namedTypes(Schema root) {
    Set<Schema> named = new HashSet<>();
    Deque<Schema> open = new ArrayDeque<>();
    open.add(root);
    while (!open.isEmpty()) {
      Schema schema = open.remove();
      switch (schema.getType()) {
        case RECORD -> {
          if (named.add(schema)) {
            schema.getFields().forEach(field -> open.add(field.schema()));
          }
        }
        case ENUM -> named.add(schema);
        case UNION -> open.addAll(schema.getTypes());
        case ARRAY -> open.add(schema.getElementType());
        case MAP -> open.add(schema.getValueType());
        case FIXED, STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL -> {}
      }
    }
    return named;
  }
}
