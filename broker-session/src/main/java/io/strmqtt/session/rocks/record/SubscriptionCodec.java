package io.strmqtt.session.rocks.record;

import io.strmqtt.api.store.SubscriptionRecord;

/** A subscription's options; its filter is in the key. */
public final class SubscriptionCodec {
  private static final int VERSION = 1;
  private static final int NO_LOCAL = 0x04;
  private static final int RETAIN_AS_PUBLISHED = 0x08;
  private static final int RETAIN_HANDLING_SHIFT = 4;
  private static final int RETAINED_DUE = 0x40;

  private SubscriptionCodec() {}

  public static byte[] toBytes(SubscriptionRecord subscription) {
    return new Writer(16)
        .u8(VERSION)
        .u8(
            subscription.qos()
                | (subscription.noLocal() ? NO_LOCAL : 0)
                | (subscription.retainAsPublished() ? RETAIN_AS_PUBLISHED : 0)
                | subscription.retainHandling() << RETAIN_HANDLING_SHIFT
                | (subscription.retainedDue() ? RETAINED_DUE : 0))
        .number(subscription.identifier())
        .toBytes();
  }

  /**
   * @throws Damaged if the bytes are none
   */
  public static SubscriptionRecord fromBytes(String filter, byte[] bytes) {
    Reader in = new Reader("subscription", bytes, VERSION);
    int options = in.u8(0x7f);
    int qos = options & 3;
    int retainHandling = options >> RETAIN_HANDLING_SHIFT & 3;
    if (qos == 3 || retainHandling == 3) {
      throw in.damaged("its options are " + options);
    }
    return in.end(
        new SubscriptionRecord(
            filter,
            qos,
            (options & NO_LOCAL) != 0,
            (options & RETAIN_AS_PUBLISHED) != 0,
            retainHandling,
            (int) in.number(0, Integer.MAX_VALUE),
            (options & RETAINED_DUE) != 0));
  }
}
