package io.strmqtt.dist.blackbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.MqttWebSocketConfig;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.exceptions.ConnectionClosedException;
import com.hivemq.client.mqtt.exceptions.MqttClientStateException;
import com.hivemq.client.mqtt.mqtt3.Mqtt3BlockingClient;
import com.hivemq.client.mqtt.mqtt3.Mqtt3ClientBuilder;
import com.hivemq.client.mqtt.mqtt3.message.connect.connack.Mqtt3ConnAck;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import java.util.List;

/** The HiveMQ client at MQTT 3.1.1. */
record HiveMq3Client(Mqtt3BlockingClient client, boolean sessionPresent) implements ForeignClient {

  static HiveMq3Client connect(Terms terms) {
    Mqtt3ClientBuilder builder =
        MqttClient.builder()
            .useMqttVersion3()
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
    Mqtt3BlockingClient client = builder.buildBlocking();
    client
        .toAsync()
        .publishes(MqttGlobalPublishFilter.ALL, publish -> terms.inbox().add(received(publish)));
    Mqtt3ConnAck connack =
        client
            .connectWith()
            .cleanSession(terms.clean())
            .willPublish(terms.will().map(HiveMq3Client::toPublish).orElse(null))
            .send();
    return new HiveMq3Client(client, connack.isSessionPresent());
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

  private static Mqtt3Publish toPublish(Message message) {
    return Mqtt3Publish.builder()
        .topic(message.topic())
        .payload(message.payload().getBytes(UTF_8))
        .qos(MqttQos.fromCode(message.qos()))
        .retain(message.retained())
        .build();
  }

  private static Message received(Mqtt3Publish publish) {
    return new Message(
        publish.getTopic().toString(),
        new String(publish.getPayloadAsBytes(), UTF_8),
        publish.getQos().getCode(),
        publish.isRetain(),
        List.of(),
        "");
  }
}
