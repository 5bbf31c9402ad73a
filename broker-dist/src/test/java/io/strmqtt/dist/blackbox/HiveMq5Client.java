package io.strmqtt.dist.blackbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.MqttWebSocketConfig;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.exceptions.ConnectionClosedException;
import com.hivemq.client.mqtt.exceptions.MqttClientStateException;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperties;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperty;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.util.List;
import java.util.Map;

/** The HiveMQ client at MQTT 5. */
record HiveMq5Client(Mqtt5BlockingClient client, boolean sessionPresent) implements ForeignClient {

  static HiveMq5Client connect(Terms terms) {
    Mqtt5ClientBuilder builder =
        MqttClient.builder()
            .useMqttVersion5()
            .identifier(terms.clientId())
            .serverHost("127.0.0.1")
            .serverPort(terms.port());
    if (terms.transport().isEncrypted()) {
      builder.sslConfig(
          MqttClientSslConfig.builder().trustManagerFactory(terms.tls().trust()).build());
    }
    if (terms.transport().isWebSocket()) {
      builder.webSocketConfig(MqttWebSocketConfig.builder().serverPath("mqtt").build());
    }
    Mqtt5BlockingClient client = builder.buildBlocking();
    client
        .toAsync()
        .publishes(MqttGlobalPublishFilter.ALL, publish -> terms.inbox().add(received(publish)));
    Mqtt5ConnAck connack =
        client
            .connectWith()
            .cleanStart(terms.clean())
            .sessionExpiryInterval(terms.clean() ? 0 : 300)
            .restrictions() // It uses aliases of its own as far as the broker takes them.
            .topicAliasMaximum(5)
            .applyRestrictions()
            .willPublish(terms.will().map(HiveMq5Client::toPublish).orElse(null))
            .send();
    return new HiveMq5Client(client, connack.isSessionPresent());
  }

  @Override
  public void subscribe(String filter, int qos) {
    client.subscribeWith().topicFilter(filter).qos(MqttQos.fromCode(qos)).send();
  }

  @Override
  public void publish(Message message) {
    client.publish(toPublish(message));
  }

  @Override
  public void close() {
    try {
      client.disconnect();
    } catch (MqttClientStateException | ConnectionClosedException e) {
      // The line was cut, whether the library has noticed yet or not.
    }
  }

  private static Mqtt5Publish toPublish(Message message) {
    return Mqtt5Publish.builder()
        .topic(message.topic())
        .payload(message.payload().getBytes(UTF_8))
        .qos(MqttQos.fromCode(message.qos()))
        .retain(message.retained())
        .correlationData(
            message.correlation().isEmpty() ? null : message.correlation().getBytes(UTF_8))
        .userProperties(
            Mqtt5UserProperties.of(
                message.userProperties().stream()
                    .map(property -> Mqtt5UserProperty.of(property.getKey(), property.getValue()))
                    .toList()))
        .build();
  }

  private static Message received(Mqtt5Publish publish) {
    List<Map.Entry<String, String>> properties =
        publish.getUserProperties().asList().stream()
            .map(
                property ->
                    Map.entry(property.getName().toString(), property.getValue().toString()))
            .toList();
    return new Message(
        publish.getTopic().toString(),
        new String(publish.getPayloadAsBytes(), UTF_8),
        publish.getQos().getCode(),
        publish.isRetain(),
        properties,
        publish.getCorrelationData().map(data -> UTF_8.decode(data).toString()).orElse(""));
  }
}
