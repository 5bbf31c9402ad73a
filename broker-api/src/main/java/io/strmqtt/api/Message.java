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

  /** Bytes of heap it takes while it waits, approximately. */
  public int weight() {
    return payload.length + topic.length() + 96 + properties.weight();
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

    private static final int WEIGHT = 96;
    private static final int STRING_WEIGHT = 48;
    private static final int USER_PROPERTY_WEIGHT = 2 * STRING_WEIGHT + 32;

    public Properties {
      userProperties = List.copyOf(userProperties);
    }

    /** Whether there is nothing in them. */
    public boolean isEmpty() {
      return payloadFormat < 0
          && expiryInterval < 0
          && contentType.isEmpty()
          && responseTopic.isEmpty()
          && correlationData.isEmpty()
          && userProperties.isEmpty();
    }

    /** Bytes of heap they take, approximately; 0 if they are empty. */
    public int weight() {
      if (isEmpty()) {
        return 0;
      }
      int weight = WEIGHT;
      if (contentType.isPresent()) {
        weight += STRING_WEIGHT + contentType.get().length();
      }
      if (responseTopic.isPresent()) {
        weight += STRING_WEIGHT + responseTopic.get().length();
      }
      if (correlationData.isPresent()) {
        weight += STRING_WEIGHT + correlationData.get().length;
      }
      for (int i = 0; i < userProperties.size(); i++) {
        UserProperty property = userProperties.get(i);
        weight += USER_PROPERTY_WEIGHT + property.name().length() + property.value().length();
      }
      return weight;
    }
  }

  /** A name and a value; names may repeat, and their order is kept. */
  public record UserProperty(String name, String value) {}
}
