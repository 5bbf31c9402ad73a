package io.strmqtt.mqtt.packet;

import org.jspecify.annotations.Nullable;

/**
 * The properties of MQTT 5 (section 2.2.2.2), with the type of their values and the packets that
 * may carry them.
 */
public enum Property {
  PAYLOAD_FORMAT_INDICATOR(0x01, Type.BYTE, Carrier.PUBLISH | Carrier.WILL),
  MESSAGE_EXPIRY_INTERVAL(0x02, Type.FOUR_BYTES, Carrier.PUBLISH | Carrier.WILL),
  CONTENT_TYPE(0x03, Type.STRING, Carrier.PUBLISH | Carrier.WILL),
  RESPONSE_TOPIC(0x08, Type.STRING, Carrier.PUBLISH | Carrier.WILL),
  CORRELATION_DATA(0x09, Type.BINARY, Carrier.PUBLISH | Carrier.WILL),
  SUBSCRIPTION_IDENTIFIER(0x0B, Type.VARIABLE_INT, Carrier.PUBLISH | Carrier.SUBSCRIBE),
  SESSION_EXPIRY_INTERVAL(
      0x11, Type.FOUR_BYTES, Carrier.CONNECT | Carrier.CONNACK | Carrier.DISCONNECT),
  ASSIGNED_CLIENT_IDENTIFIER(0x12, Type.STRING, Carrier.CONNACK),
  SERVER_KEEP_ALIVE(0x13, Type.TWO_BYTES, Carrier.CONNACK),
  AUTHENTICATION_METHOD(0x15, Type.STRING, Carrier.CONNECT | Carrier.CONNACK | Carrier.AUTH),
  AUTHENTICATION_DATA(0x16, Type.BINARY, Carrier.CONNECT | Carrier.CONNACK | Carrier.AUTH),
  REQUEST_PROBLEM_INFORMATION(0x17, Type.BYTE, Carrier.CONNECT),
  WILL_DELAY_INTERVAL(0x18, Type.FOUR_BYTES, Carrier.WILL),
  REQUEST_RESPONSE_INFORMATION(0x19, Type.BYTE, Carrier.CONNECT),
  RESPONSE_INFORMATION(0x1A, Type.STRING, Carrier.CONNACK),
  SERVER_REFERENCE(0x1C, Type.STRING, Carrier.CONNACK | Carrier.DISCONNECT),
  REASON_STRING(
      0x1F, Type.STRING, Carrier.CONNACK | Carrier.ACKS | Carrier.DISCONNECT | Carrier.AUTH),
  RECEIVE_MAXIMUM(0x21, Type.TWO_BYTES, Carrier.CONNECT | Carrier.CONNACK),
  TOPIC_ALIAS_MAXIMUM(0x22, Type.TWO_BYTES, Carrier.CONNECT | Carrier.CONNACK),
  TOPIC_ALIAS(0x23, Type.TWO_BYTES, Carrier.PUBLISH),
  MAXIMUM_QOS(0x24, Type.BYTE, Carrier.CONNACK),
  RETAIN_AVAILABLE(0x25, Type.BYTE, Carrier.CONNACK),
  USER_PROPERTY(0x26, Type.STRING_PAIR, Carrier.ANY),
  MAXIMUM_PACKET_SIZE(0x27, Type.FOUR_BYTES, Carrier.CONNECT | Carrier.CONNACK),
  WILDCARD_SUBSCRIPTION_AVAILABLE(0x28, Type.BYTE, Carrier.CONNACK),
  SUBSCRIPTION_IDENTIFIER_AVAILABLE(0x29, Type.BYTE, Carrier.CONNACK),
  SHARED_SUBSCRIPTION_AVAILABLE(0x2A, Type.BYTE, Carrier.CONNACK);

  /** How a value is written (section 1.5), and what it is in {@link Properties}. */
  public enum Type {
    /** A {@code Long}, 0 to 255. */
    BYTE,
    /** A {@code Long}, 0 to 65535. */
    TWO_BYTES,
    /** A {@code Long}, 0 to 2^32-1. */
    FOUR_BYTES,
    /** A {@code Long}, 0 to 268,435,455. */
    VARIABLE_INT,
    /** A {@code String} of at most 65,535 bytes. */
    STRING,
    /** A {@code byte[]} of at most 65,535 bytes. */
    BINARY,
    /** A {@link Properties.Pair}. */
    STRING_PAIR
  }

  /** Where a property section stands; a set of bits. */
  public static final class Carrier {
    public static final int CONNECT = 1;
    public static final int WILL = 1 << 1;
    public static final int CONNACK = 1 << 2;
    public static final int PUBLISH = 1 << 3;

    /** PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK, UNSUBACK. */
    public static final int ACKS = 1 << 4;

    public static final int SUBSCRIBE = 1 << 5;
    public static final int UNSUBSCRIBE = 1 << 6;
    public static final int DISCONNECT = 1 << 7;
    public static final int AUTH = 1 << 8;
    public static final int ANY = (1 << 9) - 1;

    private Carrier() {}
  }

  private static final @Nullable Property[] BY_ID = new @Nullable Property[0x2B];

  static {
    for (Property property : values()) {
      BY_ID[property.id] = property;
    }
  }

  private final int id;
  private final Type type;
  private final int carriers;

  Property(int id, Type type, int carriers) {
    this.id = id;
    this.type = type;
    this.carriers = carriers;
  }

  public int id() {
    return id;
  }

  public Type type() {
    return type;
  }

  /** Whether the section, one of {@link Carrier}'s bits, may hold this property. */
  public boolean isAllowedIn(int carrier) {
    return (carriers & carrier) != 0;
  }

  /** The property with the identifier; null if none is defined. */
  public static @Nullable Property of(int id) {
    return id < 0 || id >= BY_ID.length ? null : BY_ID[id];
  }
}
