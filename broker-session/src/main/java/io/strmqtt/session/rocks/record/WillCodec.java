package io.strmqtt.session.rocks.record;

import io.strmqtt.api.store.StoredWill;

/** A will with its delay. */
public final class WillCodec {
  private static final int VERSION = 1;

  private WillCodec() {}

  public static byte[] toBytes(StoredWill will) {
    Writer out = new Writer(will.message().payload().length + 64);
    out.u8(VERSION).number(will.delay());
    MessageCodec.write(out, will.message());
    return out.toBytes();
  }

  /**
   * @throws Damaged if the bytes are none
   */
  public static StoredWill fromBytes(byte[] bytes) {
    Reader in = new Reader("will", bytes, VERSION);
    long delay = in.number(0, 0xFFFF_FFFFL);
    return in.end(new StoredWill(MessageCodec.read(in), delay));
  }
}
