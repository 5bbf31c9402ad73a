package io.strmqtt.proxy;

/** Text that may be shown: UTF-8 (RFC 3629) without control characters (C0, DEL, C1). */
final class PlainText {
  private PlainText() {}

  /**
   * Where a range stops being such text.
   *
   * @param from index of the first byte
   * @param to index behind the last byte
   * @return the index of the first character that does not belong, or -1
   */
  static int firstFlaw(byte[] in, int from, int to) {
    int i = from;
    while (i < to) {
      int lead = in[i] & 0xff;
      if (lead >= ' ' && lead < 0x7f) {
        i++;
        continue;
      }
      int size = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
      if (size == 0 || lead > 0xf4 || to - i < size) {
        return i;
      }
      int character = lead & 0x7f >> size;
      for (int k = 1; k < size; k++) {
        int next = in[i + k] & 0xff;
        if (next >> 6 != 0b10) {
          return i;
        }
        character = character << 6 | next & 0x3f;
      }
      boolean overlong = size == 3 && character < 0x800 || size == 4 && character < 0x10000;
      boolean surrogate = character >= 0xd800 && character <= 0xdfff;
      if (overlong
          || surrogate
          || character > Character.MAX_CODE_POINT
          || Character.isISOControl(character)) {
        return i;
      }
      i += size;
    }
    return -1;
  }
}
