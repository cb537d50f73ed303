package io.logitstream.model.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class SafetensorsRoundTripTest {

  @Property(tries = 50)
  void float32ComesBackBitForBit(@ForAll("tensors") List<Tensor> tensors) throws IOException {
    withFile(
        tensors,
        TensorType.F32,
        file -> {
          try (SafetensorsFile read = SafetensorsFile.open(file)) {
            assertThat(read.names())
                .containsExactlyElementsOf(tensors.stream().map(Tensor::name).toList());
            assertThat(read.metadata()).containsEntry("format", "pt");
            for (Tensor tensor : tensors) {
              Tensor back = read.read(tensor.name());
              assertThat(back.shape()).isEqualTo(tensor.shape());
              assertThat(bits(back.values())).isEqualTo(bits(tensor.values()));
            }
          }
        });
  }

  @Property(tries = 50)
  void bfloat16ComesBackAsTheNearest(@ForAll("tensors") List<Tensor> tensors) throws IOException {
    withFile(
        tensors,
        TensorType.BF16,
        file -> {
          try (SafetensorsFile read = SafetensorsFile.open(file)) {
            for (Tensor tensor : tensors) {
              float[] back = read.read(tensor.name()).values();
              for (int i = 0; i < back.length; i++) {
                assertNearestBrainFloat(tensor.values()[i], back[i]);
              }
            }
          }
        });
  }

  /**
   * Any file is either read or refused by name: nothing else may come of one changed byte or a cut.
   */
  @Property(tries = 200)
  void aDamagedFileIsReadOrRefused(
      @ForAll("tensors") List<Tensor> tensors,
      @ForAll @IntRange(max = 100_000) int place,
      @ForAll byte change,
      @ForAll boolean cut)
      throws IOException {
    withFile(
        tensors,
        TensorType.F32,
        file -> {
          byte[] bytes = Files.readAllBytes(file);
          int at = place % bytes.length;
          if (cut) {
            bytes = java.util.Arrays.copyOf(bytes, at);
          } else {
            bytes[at] ^= change;
          }
          Files.write(file, bytes);
          try (SafetensorsFile read = SafetensorsFile.open(file)) {
            assertThat(cut).as("a file that was cut is never whole").isFalse();
            for (String name : read.names()) {
              read.read(name);
            }
          } catch (SafetensorsException expected) {
            assertThat(expected).hasMessageContaining(file.toString());
          } catch (RuntimeException other) {
            fail("refused with " + other, other);
          }
        });
  }

  @Provide
  Arbitrary<List<Tensor>> tensors() {
    Arbitrary<List<Long>> shapes =
        Arbitraries.longs().between(0, 5).list().ofMinSize(0).ofMaxSize(3);
    return shapes
        .flatMap(
            shape -> {
              int size = Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
              return Arbitraries.integers()
                  .map(Float::intBitsToFloat)
                  .list()
                  .ofSize(size)
                  .map(values -> new Tensor("t", shape, toArray(values)));
            })
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(SafetensorsRoundTripTest::named);
  }

  private static List<Tensor> named(List<Tensor> tensors) {
    List<Tensor> named = new ArrayList<>();
    for (Tensor tensor : tensors) {
      named.add(new Tensor("tensor." + named.size(), tensor.shape(), tensor.values()));
    }
    return named;
  }

  private static void assertNearestBrainFloat(float value, float stored) {
    if (Float.isNaN(value)) {
      assertThat(stored).isNaN();
      return;
    }
    assertThat(Float.floatToRawIntBits(stored) & 0xFFFF).isZero();
    float below = Float.intBitsToFloat(Float.floatToRawIntBits(value) & 0xFFFF_0000);
    float above = Float.intBitsToFloat((Float.floatToRawIntBits(value) & 0xFFFF_0000) + 0x1_0000);
    assertThat(stored).isIn(below, above);
    if (!Float.isInfinite(above) && !Float.isNaN(above)) {
      double error = Math.abs((double) value - stored);
      assertThat(error)
          .isLessThanOrEqualTo(Math.abs((double) value - below))
          .isLessThanOrEqualTo(Math.abs((double) value - above));
    }
  }

  private static float[] toArray(List<Float> values) {
    float[] array = new float[values.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = values.get(i);
    }
    return array;
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return bits;
  }

  @FunctionalInterface
  private interface FileCheck {
    void check(Path file) throws IOException;
  }

  private static void withFile(List<Tensor> tensors, TensorType type, FileCheck check)
      throws IOException {
    Path file = Files.createTempFile("tensors", ".safetensors");
    try {
      SafetensorsWriter.write(file, tensors, type);
      check.check(file);
    } finally {
      Files.delete(file);
    }
  }
}
