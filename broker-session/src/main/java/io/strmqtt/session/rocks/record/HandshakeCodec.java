package io.strmqtt.session.rocks.record;

import io.strmqtt.api.store.StoredSession.Handshake;

/** How far an outbound QoS 2 message has come; its number is in the key. */
public final class HandshakeCodec {
  private static final int VERSION = 1;

  private HandshakeCodec() {}

  public static byte[] toBytes(Handshake handshake) {
    return new Writer(16)
        .u8(VERSION)
        .number(handshake.packetId())
        .bool(handshake.released())
        .toBytes();
  }

  /**
   * @throws Damaged if the bytes are none
   */
  public static Handshake fromBytes(long number, byte[] bytes) {
    Reader in = new Reader("handshake", bytes, VERSION);
    int packetId = (int) in.number(1, 65535);
    return in.end(new Handshake(number, packetId, in.bool()));
  }
}
