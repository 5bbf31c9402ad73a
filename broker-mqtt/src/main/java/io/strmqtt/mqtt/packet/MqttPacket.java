package io.strmqtt.mqtt.packet;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * An MQTT control packet (MQTT 5, section 2.1.2). The same values serve 3.1, 3.1.1 and 5.0: where a
 * version has no reason code or no properties, they are {@link ReasonCode#SUCCESS} and {@link
 * Properties#NONE}.
 */
public sealed interface MqttPacket {

  /**
   * Section 3.1.
   *
   * @param keepAlive seconds, 0 to 65535, 0 for none
   * @param bridge whether the protocol level has the mark of a bridge, 0x80, as only 3.x may
   */
  record Connect(
      MqttVersion version,
      String clientId,
      boolean cleanStart,
      int keepAlive,
      Optional<Will> will,
      Optional<String> username,
      Optional<byte[]> password,
      Properties properties,
      boolean bridge)
      implements MqttPacket {

    /** Of a client that is no bridge. */
    public Connect(
        MqttVersion version,
        String clientId,
        boolean cleanStart,
        int keepAlive,
        Optional<Will> will,
        Optional<String> username,
        Optional<byte[]> password,
        Properties properties) {
      this(version, clientId, cleanStart, keepAlive, will, username, password, properties, false);
    }

    /** Without the password. */
    @Override
    public String toString() {
      return "Connect[version=" + version + ", clientId=" + clientId + "]";
    }
  }

  /** The will of a CONNECT, sections 3.1.2.5 to 3.1.3.4. */
  record Will(String topic, byte[] payload, int qos, boolean retain, Properties properties) {}

  /** Section 3.2. */
  record Connack(boolean sessionPresent, ReasonCode code, Properties properties)
      implements MqttPacket {}

  /**
   * Section 3.3.
   *
   * @param topic empty only if the packet relies on a topic alias
   * @param packetId 1 to 65535; 0 for QoS 0
   * @param payload not to be modified
   */
  record Publish(
      String topic,
      int qos,
      boolean retain,
      boolean dup,
      int packetId,
      byte[] payload,
      Properties properties)
      implements MqttPacket {

    /** Without the payload. */
    @Override
    public String toString() {
      return "Publish[topic="
          + topic
          + ", qos="
          + qos
          + ", packetId="
          + packetId
          + ", bytes="
          + payload.length
          + "]";
    }
  }

  /** Section 3.4. */
  record Puback(int packetId, ReasonCode code, Properties properties) implements MqttPacket {}

  /** Section 3.5. */
  record Pubrec(int packetId, ReasonCode code, Properties properties) implements MqttPacket {}

  /** Section 3.6. */
  record Pubrel(int packetId, ReasonCode code, Properties properties) implements MqttPacket {}

  /** Section 3.7. */
  record Pubcomp(int packetId, ReasonCode code, Properties properties) implements MqttPacket {}

  /** Section 3.8. */
  record Subscribe(int packetId, List<Request> requests, int beyond, Properties properties)
      implements MqttPacket {
    public Subscribe {
      requests = List.copyOf(requests);
    }

    /** With all its filters. */
    public Subscribe(int packetId, List<Request> requests, Properties properties) {
      this(packetId, requests, 0, properties);
    }

    /** One filter with its options, section 3.8.3.1. The filter's syntax is not yet checked. */
    public record Request(
        String filter, int qos, boolean noLocal, boolean retainAsPublished, int retainHandling) {}
  }

  /** Section 3.9; one code per request, in order. */
  record Suback(int packetId, List<ReasonCode> codes, Properties properties) implements MqttPacket {
    public Suback {
      codes = List.copyOf(codes);
    }
  }

  /** Section 3.10. */
  record Unsubscribe(int packetId, List<String> filters, int beyond, Properties properties)
      implements MqttPacket {
    public Unsubscribe {
      filters = List.copyOf(filters);
    }

    /** With all its filters. */
    public Unsubscribe(int packetId, List<String> filters, Properties properties) {
      this(packetId, filters, 0, properties);
    }
  }

  /** Section 3.11; one code per filter, in order. 3.x sends none of them. */
  record Unsuback(int packetId, List<ReasonCode> codes, Properties properties)
      implements MqttPacket {
    public Unsuback {
      codes = List.copyOf(codes);
    }
  }

  /** Section 3.12. */
  record Pingreq() implements MqttPacket {}

  /** Section 3.13. */
  record Pingresp() implements MqttPacket {}

  /** Section 3.14. */
  record Disconnect(ReasonCode code, Properties properties) implements MqttPacket {}

  /** Section 3.15; 5.0 only. */
  record Auth(ReasonCode code, Properties properties) implements MqttPacket {
    public Auth {
      Objects.requireNonNull(code);
    }
  }
}
