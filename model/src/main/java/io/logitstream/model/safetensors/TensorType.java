package io.logitstream.model.safetensors;

import java.nio.ByteBuffer;

/** Number types of stored tensors, converted to and from float32. */
public enum TensorType {
  F32(4) {
    @Override
    float read(ByteBuffer from) {
      return from.getFloat();
    }

    @Override
    void write(float value, ByteBuffer to) {
      to.putFloat(value);
    }
  },
  /** The upper half of a float32; written rounded to nearest, ties to even. */
  BF16(2) {
    @Override
    float read(ByteBuffer from) {
      return Float.intBitsToFloat(from.getShort() << 16);
    }

    @Override
    void write(float value, ByteBuffer to) {
      int bits = Float.floatToRawIntBits(value);
      int rounded = Float.isNaN(value) ? bits | 0x0040_0000 : bits + 0x7FFF + ((bits >>> 16) & 1);
      to.putShort((short) (rounded >>> 16));
    }
  },
  /**
   * IEEE 754 half precision; read, never written: its range is too small for weights of unknown
   * size.
   */
  F16(2) {
    @Override
    float read(ByteBuffer from) {
      return widen(from.getShort());
    }

    @Override
    void write(float value, ByteBuffer to) {
      throw new IllegalArgumentException("F16 is read, never written: write F32 or BF16");
    }
  };

  private final int bytes;

  TensorType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one value. */
  public int bytes() {
    return bytes;
  }

  private static float widen(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = (half >>> 10) & 0x1F;
    int fraction = half & 0x3FF;
    if (exponent == 0) {
      float magnitude = fraction * 0x1.0p-24f;
      return sign == 0 ? magnitude : -magnitude;
    }
    int wideExponent = exponent == 0x1F ? 0xFF : exponent + 112;
    return Float.intBitsToFloat(sign | (wideExponent << 23) | (fraction << 13));
  }

  abstract float read(ByteBuffer from);

  abstract void write(float value, ByteBuffer to);
}
