package io.strmqtt.mqtt.codec;

import static io.strmqtt.mqtt.packet.ReasonCode.*;

import io.strmqtt.mqtt.packet.ReasonCode;
import org.jspecify.annotations.Nullable;

/**
 * The packet types of section 2.1.2 in the order of their numbers, with the flags section 2.1.3
 * fixes for them, who may send them, and the reason codes section 2.4 allows them.
 */
enum PacketType {
  CONNECT(0, Sender.CLIENT),
  CONNACK(
      0,
      Sender.SERVER,
      SUCCESS,
      UNSPECIFIED_ERROR,
      MALFORMED_PACKET,
      PROTOCOL_ERROR,
      IMPLEMENTATION_SPECIFIC_ERROR,
      UNSUPPORTED_PROTOCOL_VERSION,
      CLIENT_IDENTIFIER_NOT_VALID,
      BAD_USER_NAME_OR_PASSWORD,
      NOT_AUTHORIZED,
      SERVER_UNAVAILABLE,
      SERVER_BUSY,
      BANNED,
      BAD_AUTHENTICATION_METHOD,
      TOPIC_NAME_INVALID,
      PACKET_TOO_LARGE,
      QUOTA_EXCEEDED,
      PAYLOAD_FORMAT_INVALID,
      RETAIN_NOT_SUPPORTED,
      QOS_NOT_SUPPORTED,
      USE_ANOTHER_SERVER,
      SERVER_MOVED,
      CONNECTION_RATE_EXCEEDED),
  /** Its flags are fields, checked where they are read. */
  PUBLISH(0, Sender.BOTH),
  PUBACK(
      0,
      Sender.BOTH,
      SUCCESS,
      NO_MATCHING_SUBSCRIBERS,
      UNSPECIFIED_ERROR,
      IMPLEMENTATION_SPECIFIC_ERROR,
      NOT_AUTHORIZED,
      TOPIC_NAME_INVALID,
      PACKET_IDENTIFIER_IN_USE,
      QUOTA_EXCEEDED,
      PAYLOAD_FORMAT_INVALID),
  PUBREC(
      0,
      Sender.BOTH,
      SUCCESS,
      NO_MATCHING_SUBSCRIBERS,
      UNSPECIFIED_ERROR,
      IMPLEMENTATION_SPECIFIC_ERROR,
      NOT_AUTHORIZED,
      TOPIC_NAME_INVALID,
      PACKET_IDENTIFIER_IN_USE,
      QUOTA_EXCEEDED,
      PAYLOAD_FORMAT_INVALID),
  PUBREL(0b0010, Sender.BOTH, SUCCESS, PACKET_IDENTIFIER_NOT_FOUND),
  PUBCOMP(0, Sender.BOTH, SUCCESS, PACKET_IDENTIFIER_NOT_FOUND),
  SUBSCRIBE(0b0010, Sender.CLIENT),
  SUBACK(
      0,
      Sender.SERVER,
      SUCCESS,
      GRANTED_QOS_1,
      GRANTED_QOS_2,
      UNSPECIFIED_ERROR,
      IMPLEMENTATION_SPECIFIC_ERROR,
      NOT_AUTHORIZED,
      TOPIC_FILTER_INVALID,
      PACKET_IDENTIFIER_IN_USE,
      QUOTA_EXCEEDED,
      SHARED_SUBSCRIPTIONS_NOT_SUPPORTED,
      SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED,
      WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED),
  UNSUBSCRIBE(0b0010, Sender.CLIENT),
  UNSUBACK(
      0,
      Sender.SERVER,
      SUCCESS,
      NO_SUBSCRIPTION_EXISTED,
      UNSPECIFIED_ERROR,
      IMPLEMENTATION_SPECIFIC_ERROR,
      NOT_AUTHORIZED,
      TOPIC_FILTER_INVALID,
      PACKET_IDENTIFIER_IN_USE),
  PINGREQ(0, Sender.CLIENT),
  PINGRESP(0, Sender.SERVER),
  DISCONNECT(
      0,
      Sender.BOTH,
      SUCCESS,
      DISCONNECT_WITH_WILL,
      UNSPECIFIED_ERROR,
      MALFORMED_PACKET,
      PROTOCOL_ERROR,
      IMPLEMENTATION_SPECIFIC_ERROR,
      NOT_AUTHORIZED,
      SERVER_BUSY,
      SERVER_SHUTTING_DOWN,
      BAD_AUTHENTICATION_METHOD,
      KEEP_ALIVE_TIMEOUT,
      SESSION_TAKEN_OVER,
      TOPIC_FILTER_INVALID,
      TOPIC_NAME_INVALID,
      RECEIVE_MAXIMUM_EXCEEDED,
      TOPIC_ALIAS_INVALID,
      PACKET_TOO_LARGE,
      MESSAGE_RATE_TOO_HIGH,
      QUOTA_EXCEEDED,
      ADMINISTRATIVE_ACTION,
      PAYLOAD_FORMAT_INVALID,
      RETAIN_NOT_SUPPORTED,
      QOS_NOT_SUPPORTED,
      USE_ANOTHER_SERVER,
      SERVER_MOVED,
      SHARED_SUBSCRIPTIONS_NOT_SUPPORTED,
      CONNECTION_RATE_EXCEEDED,
      MAXIMUM_CONNECT_TIME,
      SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED,
      WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED),
  AUTH(0, Sender.BOTH, SUCCESS, CONTINUE_AUTHENTICATION, REAUTHENTICATE);

  /** Who may send a packet. */
  enum Sender {
    CLIENT,
    SERVER,
    BOTH
  }

  private static final PacketType[] BY_NUMBER = values();

  private final int flags;
  private final Sender sender;
  private final long codes;

  PacketType(int flags, Sender sender, ReasonCode... codes) {
    long bits = 0;
    for (ReasonCode code : codes) {
      bits |= 1L << code.ordinal();
    }
    this.flags = flags;
    this.sender = sender;
    this.codes = bits;
  }

  /** The type of the upper half of a packet's first byte; null for the reserved 0. */
  static @Nullable PacketType of(int number) {
    return number == 0 ? null : BY_NUMBER[number - 1];
  }

  /** The first byte of a packet of this type; PUBLISH adds its flags. */
  int firstByte() {
    return (ordinal() + 1) << 4 | flags;
  }

  /** The lower half of the first byte. */
  int flags() {
    return flags;
  }

  boolean isSentBy(Sender side) {
    return sender == Sender.BOTH || sender == side;
  }

  boolean mayCarry(ReasonCode code) {
    return (codes & 1L << code.ordinal()) != 0;
  }
}
