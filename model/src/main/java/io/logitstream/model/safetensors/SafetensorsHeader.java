package io.logitstream.model.safetensors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The JSON between a file's length field and its data, checked: every byte of the data belongs to
 * exactly one tensor.
 */
record SafetensorsHeader(Map<String, Entry> tensors, Map<String, String> metadata) {
  /**
   * A tensor's place.
   *
   * @param start offset of its first byte from the end of the header
   * @param end offset after its last byte
   */
  record Entry(TensorType type, List<Long> shape, long start, long end) {
    Entry {
      shape = List.copyOf(shape);
    }
  }

  private static final String METADATA = "__metadata__";
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /**
   * @param dataBytes length of the file after the header
   */
  static SafetensorsHeader parse(byte[] json, long dataBytes) {
    JsonNode tree = tree(json);
    Map<String, Entry> tensors = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    for (Iterator<Map.Entry<String, JsonNode>> fields = tree.properties().iterator();
        fields.hasNext(); ) {
      Map.Entry<String, JsonNode> field = fields.next();
      if (field.getKey().equals(METADATA)) {
        readMetadata(field.getValue(), metadata);
      } else {
        tensors.put(field.getKey(), entry(field.getKey(), field.getValue()));
      }
    }
    requireCover(tensors, dataBytes);
    return new SafetensorsHeader(Collections.unmodifiableMap(tensors), Map.copyOf(metadata));
  }

  private static JsonNode tree(byte[] json) {
    try {
      JsonNode tree = JSON.readTree(json);
      if (!tree.isObject()) {
        throw new SafetensorsException("the header is not a JSON object");
      }
      return tree;
    } catch (JsonProcessingException e) {
      throw new SafetensorsException("the header is not JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException("could not read bytes in memory", e);
    }
  }

  private static void readMetadata(JsonNode node, Map<String, String> into) {
    for (Iterator<Map.Entry<String, JsonNode>> fields = node.properties().iterator();
        fields.hasNext(); ) {
      Map.Entry<String, JsonNode> field = fields.next();
      if (!field.getValue().isTextual()) {
        throw new SafetensorsException(
            "%s.%s is %s, expected a string".formatted(METADATA, field.getKey(), field.getValue()));
      }
      into.put(field.getKey(), field.getValue().textValue());
    }
  }

  private static Entry entry(String name, JsonNode node) {
    TensorType type = type(name, node.path("dtype"));
    List<Long> shape = wholeNumbers(name, "shape", node.path("shape"));
    List<Long> offsets = wholeNumbers(name, "data_offsets", node.path("data_offsets"));
    if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
      throw new SafetensorsException(
          "tensor %s has data_offsets %s, expected its begin and its end".formatted(name, offsets));
    }
    long expectedBytes = type.bytes();
    try {
      for (long dimension : shape) {
        expectedBytes = Math.multiplyExact(expectedBytes, dimension);
      }
    } catch (ArithmeticException e) {
      throw new SafetensorsException(
          "tensor %s has shape %s, more than 64 bits can count".formatted(name, shape), e);
    }
    long bytes = offsets.get(1) - offsets.get(0);
    if (bytes != expectedBytes) {
      throw new SafetensorsException(
          "tensor %s of shape %s in %s has %d bytes, expected %d"
              .formatted(name, shape, type, bytes, expectedBytes));
    }
    return new Entry(type, shape, offsets.get(0), offsets.get(1));
  }

  private static TensorType type(String name, JsonNode node) {
    for (TensorType type : TensorType.values()) {
      if (type.name().equals(node.textValue())) {
        return type;
      }
    }
    throw new SafetensorsException(
        "tensor %s has dtype %s, expected F32, BF16 or F16".formatted(name, node));
  }

  private static List<Long> wholeNumbers(String name, String key, JsonNode node) {
    List<Long> numbers = new ArrayList<>();
    for (JsonNode element : node) {
      if (!element.isIntegralNumber() || !element.canConvertToLong() || element.longValue() < 0) {
        throw new SafetensorsException(
            "tensor %s has %s %s, expected whole numbers".formatted(name, key, node));
      }
      numbers.add(element.longValue());
    }
    if (!node.isArray()) {
      throw new SafetensorsException("tensor %s has no %s".formatted(name, key));
    }
    return numbers;
  }

  private static void requireCover(Map<String, Entry> tensors, long dataBytes) {
    List<Map.Entry<String, Entry>> inOrder = new ArrayList<>(tensors.entrySet());
    inOrder.sort(
        Comparator.comparingLong((Map.Entry<String, Entry> tensor) -> tensor.getValue().start())
            .thenComparingLong(tensor -> tensor.getValue().end()));
    long covered = 0;
    for (Map.Entry<String, Entry> tensor : inOrder) {
      long begin = tensor.getValue().start();
      if (begin != covered) {
        throw new SafetensorsException(
            "tensor %s begins at %d, expected %d: tensors %s"
                .formatted(
                    tensor.getKey(), begin, covered, begin < covered ? "overlap" : "leave a gap"));
      }
      covered = tensor.getValue().end();
    }
    if (covered != dataBytes) {
      throw new SafetensorsException(
          "tensors end at byte %d, but there are %d bytes of data: the file %s; fetch or copy it again"
              .formatted(
                  covered,
                  dataBytes,
                  covered > dataBytes ? "was cut off" : "has more than its header names"));
    }
  }
}
