package io.strmqtt.api;

import java.util.List;
import java.util.Optional;

/**
 * An application message, as a publisher handed it over. The payload is shared, never copied:
 * nobody may change it.
 *
 * @param topic the topic name; no wildcards
 * @param payload the payload; not to be modified
 * @param qos 0, 1 or 2
 * @param retain whether the publisher asked to retain it
 * @param properties what MQTT 5 adds
 * @param publishedAt when the broker accepted it, milliseconds since the epoch
 * @param publisher the publisher's client id; empty for the broker itself
 */
public record Message(
    String topic,
    byte[] payload,
    int qos,
    boolean retain,
    Properties properties,
    long publishedAt,
    String publisher) {

  /**
   * When the message expires, milliseconds since the epoch; {@link Long#MAX_VALUE} if never (MQTT
   * 5, 3.3.2.3.3).
   */
  public long expiresAt() {
    return properties.expiryInterval() < 0
        ? Long.MAX_VALUE
        : publishedAt + properties.expiryInterval() * 1000;
  }

  /** Bytes it takes while it waits, approximately. */
  public int weight() {
    return payload.length + topic.length() + 96;
  }

  /** Never the payload: it does not belong in logs. */
  @Override
  public String toString() {
    return "Message[topic="
        + topic
        + ", qos="
        + qos
        + ", retain="
        + retain
        + ", bytes="
        + payload.length
        + "]";
  }

  /**
   * The properties of an application message that travel from publisher to subscriber (MQTT 5,
   * 3.3.2.3).
   */
  public record Properties(
      int payloadFormat,
      long expiryInterval,
      Optional<String> contentType,
      Optional<String> responseTopic,
      Optional<byte[]> correlationData,
      List<UserProperty> userProperties) {

    /** None: payload format unspecified (-1), no expiry (-1). */
    public static final Properties NONE =
        new Properties(-1, -1, Optional.empty(), Optional.empty(), Optional.empty(), List.of());

    public Properties {
      userProperties = List.copyOf(userProperties);
    }
  }

  /** A name and a value; names may repeat, and their order is kept. */
  public record UserProperty(String name, String value) {}
}
