package io.strmqtt.proxy;

/**
 * Reads an IP address character by character, by the grammar of {@code inet_pton} and not a
 * character more: no zone ids, no brackets, no leading zeros in decimal. It takes a character only
 * if some address goes on so, and thus finds a mistake where it is made. Reusable; not for two
 * threads.
 */
final class AddressReader {
  private static final int GROUPS = 8;

  /** A dotted quad stands for the last two groups. */
  private static final int GROUPS_BEFORE_QUAD = 6;

  private static final int NO_GAP = -1;

  /** What a character is worth in hex, or -1. */
  private static final byte[] HEX = new byte['f' + 1];

  static {
    for (int c = 0; c < HEX.length; c++) {
      HEX[c] = (byte) Character.digit(c, 16);
    }
  }

  /** What is read is a dotted quad. */
  private boolean v4;

  /** It may yet turn out to be one, by a dot behind its first digits. */
  private boolean either;

  /** Octets are being read, and no groups: from the start, or after the first dot. */
  private boolean decimal;

  /** The group or octet being read. */
  private int digits;

  private int value;

  /** The octets of a dotted quad that a dot has ended. */
  private int dots;

  private int quad;

  /** The groups that have ended, in {@code high} and {@code low}. */
  private int groups;

  private long high;
  private long low;

  /** How many groups came before the "::", which are in {@code head} then. */
  private int gap;

  private long headHigh;
  private long headLow;

  /** A colon has come that must be the first half of "::". */
  private boolean opening;

  /** Starts anew, with a dotted quad or an IPv6 address, whichever comes. */
  void begin() {
    begin(false);
    either = true;
  }

  /**
   * Starts anew.
   *
   * @param v4 whether a dotted quad is wanted, or IPv6
   */
  void begin(boolean v4) {
    this.v4 = v4;
    either = false;
    decimal = v4;
    startGroup();
    dots = 0;
    quad = 0;
    groups = 0;
    high = 0;
    low = 0;
    gap = NO_GAP;
    opening = false;
  }

  /** Takes a character; false if no address goes on with it. */
  boolean accept(int c) {
    if (c == '.') {
      return dot();
    }
    if (decimal) {
      return decimalDigit(c);
    }
    return c == ':' ? colon() : hexDigit(c);
  }

  private boolean decimalDigit(int c) {
    if (c < '0' || c > '9' || digits > 0 && value == 0) {
      return false;
    }
    value = value * 10 + c - '0';
    digits++;
    return value <= 255;
  }

  private boolean hexDigit(int c) {
    int digit = c < HEX.length ? HEX[c] : -1;
    if (digit < 0 || digits == 4 || digits == 0 && !roomForGroup()) {
      return false;
    }
    value = value << 4 | digit;
    digits++;
    return true;
  }

  private boolean roomForGroup() {
    return !opening && (gap < 0 || groups < GROUPS - 1);
  }

  private boolean dot() {
    if (digits == 0 || dots == 3 || !decimal && !becomesQuad()) {
      return false;
    }
    endOctet();
    return true;
  }

  /** The group that was begun is the first octet of a dotted quad, if it can be. */
  private boolean becomesQuad() {
    // With a "::", which stands for one group at least, there is room for less.
    boolean room = gap < 0 ? groups == GROUPS_BEFORE_QUAD : groups < GROUPS_BEFORE_QUAD;
    v4 = either && gap < 0 && groups == 0;
    int hundreds = value >> 8;
    int tens = value >> 4 & 0xf;
    int ones = value & 0xf;
    boolean plain =
        tens <= 9 && ones <= 9 && value >> 4 * (digits - 1) != 0 || value == 0 && digits == 1;
    value = hundreds * 100 + tens * 10 + ones;
    decimal = true;
    return (room || v4) && plain && hundreds <= 2 && value <= 255;
  }

  private boolean colon() {
    if (digits > 0) { // Another group follows, or a "::".
      if (groups + 1 >= (gap < 0 ? GROUPS : GROUPS - 1)) {
        return false;
      }
      endGroup(value);
      return true;
    }
    if (gap >= 0) {
      return false;
    }
    if (groups == 0 && !opening) {
      opening = true;
      return true;
    }
    opening = false;
    gap = groups;
    headHigh = high;
    headLow = low;
    high = 0;
    low = 0;
    return true;
  }

  /** Whether what has come is an address, which {@link #high} and {@link #low} have then. */
  boolean end() {
    if (decimal) {
      if (dots != 3 || digits == 0) {
        return false;
      }
      endOctet();
      if (v4) {
        low = Ip.lowOfV4(quad);
        return true;
      }
      endGroup(quad >>> 16);
      endGroup(quad & 0xffff);
    } else if (digits > 0) {
      endGroup(value);
    } else if (gap != groups) {
      return false; // It ends with a colon, or has not begun.
    }
    if (gap < 0) {
      return groups == GROUPS;
    }
    putHeadInFront(16 * (GROUPS - gap));
    return true;
  }

  /** Whether the address was written as a dotted quad. */
  boolean isQuad() {
    return v4;
  }

  /** The first eight bytes. */
  long high() {
    return high;
  }

  /** The last eight bytes. */
  long low() {
    return low;
  }

  private void startGroup() {
    digits = 0;
    value = 0;
  }

  private void endGroup(int bits) {
    high = high << 16 | low >>> 48;
    low = low << 16 | bits;
    groups++;
    startGroup();
  }

  private void endOctet() {
    quad = quad << 8 | value;
    dots++;
    startGroup();
  }

  /**
   * @param bits how far the head has to move: 16 to 128
   */
  private void putHeadInFront(int bits) {
    if (bits < 64) {
      high |= headHigh << bits | headLow >>> 64 - bits;
      low |= headLow << bits;
    } else if (bits < 128) {
      high |= headLow << bits - 64;
    }
  }
}
