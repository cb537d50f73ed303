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
  };

  private final int bytes;

  TensorType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one value. */
  public int bytes() {
    return bytes;
  }

  abstract float read(ByteBuffer from);

  abstract void write(float value, ByteBuffer to);
}
