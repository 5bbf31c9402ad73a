package io.strmqtt.transport;

import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/** Counters by index. */
final class Adders {
  private Adders() {}

  static LongAdder[] make(int count) {
    LongAdder[] adders = new LongAdder[count];
    Arrays.setAll(adders, i -> new LongAdder());
    return adders;
  }
}
