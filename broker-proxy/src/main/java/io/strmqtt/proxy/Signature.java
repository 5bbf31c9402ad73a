package io.strmqtt.proxy;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** How a header of either version begins. */
enum Signature {
  /** Some byte differs from both signatures. */
  NONE,
  /** Every byte so far agrees with a signature, and it is not complete. */
  PARTIAL,
  COMPLETE;

  private static final byte[] V1 = "PROXY ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] V2 = "\r\n\r\n\0\r\nQUIT\n".getBytes(StandardCharsets.US_ASCII);

  static final int V1_LENGTH = V1.length;
  static final int V2_LENGTH = V2.length;

  /** Whether the readable bytes begin with a signature. */
  static Signature of(ByteBuf in) {
    int readable = in.readableBytes();
    if (readable == 0) {
      return PARTIAL;
    }
    byte[] signature = in.getByte(in.readerIndex()) == V1[0] ? V1 : V2;
    if (firstDifference(in, signature) >= 0) {
      return NONE;
    }
    return readable >= signature.length ? COMPLETE : PARTIAL;
  }

  /** The offset of the first readable byte that differs from version 1's signature, or -1. */
  static int differsFromV1(ByteBuf in) {
    return firstDifference(in, V1);
  }

  /** The offset of the first readable byte that differs from version 2's signature, or -1. */
  static int differsFromV2(ByteBuf in) {
    return firstDifference(in, V2);
  }

  private static int firstDifference(ByteBuf in, byte[] signature) {
    int start = in.readerIndex();
    int length = Math.min(in.readableBytes(), signature.length);
    for (int i = 0; i < length; i++) {
      if (in.getByte(start + i) != signature[i]) {
        return i;
      }
    }
    return -1;
  }
}
