package io.strmqtt.core.engine;

import io.strmqtt.mqtt.packet.MqttPacket.Connect;
import io.strmqtt.mqtt.packet.MqttPacket.Will;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What a CONNECT of a test says: 5.0, clean start, no keep-alive, unless told otherwise. */
final class ConnectOptions {
  private final String clientId;
  private MqttVersion version = MqttVersion.V5;
  private boolean cleanStart = true;
  private int keepAlive;
  private int loop;
  private boolean bridge;
  private Optional<Will> will = Optional.empty();
  private Optional<String> username = Optional.empty();
  private final Properties.Builder properties = Properties.builder();

  ConnectOptions(String clientId) {
    this.clientId = clientId;
  }

  ConnectOptions version(MqttVersion value) {
    version = value;
    return this;
  }

  /** Resumes a session if there is one; in 3.x, keeps it for ever. */
  ConnectOptions resume() {
    cleanStart = false;
    return this;
  }

  ConnectOptions expiry(long seconds) {
    return property(Property.SESSION_EXPIRY_INTERVAL, seconds);
  }

  ConnectOptions keepAlive(int seconds) {
    keepAlive = seconds;
    return this;
  }

  /** Has the mark of a bridge in its protocol level. */
  ConnectOptions bridge() {
    bridge = true;
    return this;
  }

  /** Which of the engine's loops the connection lives on. */
  ConnectOptions loop(int index) {
    loop = index;
    return this;
  }

  ConnectOptions username(String value) {
    username = Optional.of(value);
    return this;
  }

  ConnectOptions will(String topic, String payload) {
    return will(topic, payload, 0, false, Properties.NONE);
  }

  ConnectOptions will(String topic, String payload, long delaySeconds) {
    return will(
        topic,
        payload,
        0,
        false,
        Properties.builder().add(Property.WILL_DELAY_INTERVAL, delaySeconds).build());
  }

  ConnectOptions will(
      String topic, String payload, int qos, boolean retain, Properties willProperties) {
    will =
        Optional.of(
            new Will(topic, payload.getBytes(StandardCharsets.UTF_8), qos, retain, willProperties));
    return this;
  }

  ConnectOptions property(Property property, long value) {
    properties.add(property, value);
    return this;
  }

  ConnectOptions property(Property property, String value) {
    properties.add(property, value);
    return this;
  }

  /** Begins an enhanced authentication. */
  ConnectOptions method(String method, String data) {
    properties.add(Property.AUTHENTICATION_METHOD, method);
    properties.add(Property.AUTHENTICATION_DATA, data.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  int loop() {
    return loop;
  }

  MqttVersion version() {
    return version;
  }

  Connect packet() {
    return new Connect(
        version,
        clientId,
        cleanStart,
        keepAlive,
        will,
        username,
        username.map(name -> new byte[] {1}),
        properties.build(),
        bridge);
  }
}
