package io.strmqtt.session.rocks.record;

import io.strmqtt.api.store.StoredSession.Sent;
import java.util.ArrayList;
import java.util.List;

/** The QoS 1 messages of a session that were sent and are not acknowledged. */
public final class SentCodec {
  private static final int VERSION = 1;

  private SentCodec() {}

  public static byte[] toBytes(List<Sent> all) {
    Writer out = new Writer(8 + 6 * all.size());
    out.u8(VERSION).number(all.size());
    long before = 0;
    for (Sent each : all) {
      // The difference may be negative: it takes ten bytes then, which is rare.
      out.number(each.number() - before).number(each.packetId());
      before = each.number();
    }
    return out.toBytes();
  }

  /**
   * @throws Damaged if the bytes are none
   */
  public static List<Sent> fromBytes(byte[] bytes) {
    Reader in = new Reader("row of sent messages", bytes, VERSION);
    int count = in.count();
    List<Sent> all = new ArrayList<>(count);
    long number = 0;
    for (int i = 0; i < count; i++) {
      number += in.number();
      all.add(new Sent(number, (int) in.number(1, 65535)));
    }
    return in.end(all);
  }
}
