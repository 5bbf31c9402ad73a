package io.strmqtt.dist.cli.proxy;

import java.util.Arrays;

/** Bytes to be read at offsets from their start; all numbers are big-endian and unsigned. */
record Bytes(byte[] all) {
  int length() {
    return all.length;
  }

  int u8(int at) {
    return all[at] & 0xff;
  }

  int u16(int at) {
    return u8(at) << 8 | u8(at + 1);
  }

  /** From an offset to another, or to the last byte there is. */
  byte[] range(int from, int to) {
    return Arrays.copyOfRange(all, Math.min(from, all.length), Math.min(to, all.length));
  }
}
