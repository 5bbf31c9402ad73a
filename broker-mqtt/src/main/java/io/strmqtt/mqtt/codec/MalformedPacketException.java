package io.strmqtt.mqtt.codec;

import io.strmqtt.mqtt.packet.ReasonCode;

/**
 * The peer sent bytes that no connection survives (section 4.13). It carries no stack trace: a
 * hostile peer must not make the broker walk its stack.
 */
public final class MalformedPacketException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ReasonCode code;

  MalformedPacketException(ReasonCode code, String message) {
    super(message, null, false, false);
    this.code = code;
  }

  /** What a CONNACK or DISCONNECT should say, where the version has a place for it. */
  public ReasonCode code() {
    return code;
  }
}
