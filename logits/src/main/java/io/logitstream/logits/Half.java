package io.logitstream.logits;

/** IEEE 754 binary16, as the 16 bits of a short. */
final class Half {
  /** The smallest finite number, -65504. */
  static final short LOWEST = (short) 0xfbff;

  private Half() {}

  /** The nearest binary16, ties to even; numbers out of range become infinite. */
  static short fromFloat(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = bits >>> 16 & 0x8000;
    int magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) {
      return (short) (sign | 0x7e00);
    }
    // 65520 and more round to infinity
    if (magnitude >= 0x477ff000) {
      return (short) (sign | 0x7c00);
    }
    // under 2^-14 the result is subnormal: adding 0.5 lets the float unit round at the right place
    if (magnitude < 0x38800000) {
      float shifted = Float.intBitsToFloat(magnitude) + 0.5f;
      return (short) (sign | Float.floatToRawIntBits(shifted) - 0x3f000000);
    }
    int roundedToEven = magnitude + 0xfff + (magnitude >>> 13 & 1);
    return (short) (sign | (roundedToEven - 0x38000000) >>> 13);
  }

  static float toFloat(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = half >>> 10 & 0x1f;
    int fraction = half & 0x3ff;
    if (exponent == 0) {
      float magnitude = fraction * 0x1p-24f;
      return sign == 0 ? magnitude : -magnitude;
    }
    if (exponent == 0x1f) {
      return Float.intBitsToFloat(sign | 0x7f800000 | fraction << 13);
    }
    return Float.intBitsToFloat(sign | (exponent + 112) << 23 | fraction << 13);
  }
}
