package io.logitstream.lineage.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;

/** The index's answers as JSON. A newer instance may tell more than an older one reads. */
final class IndexJson {
  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private IndexJson() {}

  static byte[] bytes(Object value) {
    try {
      return JSON.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("not written as JSON: " + value.getClass(), e);
    }
  }

  /**
   * @throws IllegalArgumentException if the bytes are no such value
   */
  static <T> T value(byte[] json, TypeReference<T> type) {
    try {
      return JSON.readValue(json, type);
    } catch (IOException e) {
      throw new IllegalArgumentException("no such JSON value: " + e.getMessage(), e);
    }
  }
}
