package io.strmqtt.dist.blackbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/** The Paho client at MQTT 3.1.1. */
record Paho3Client(MqttAsyncClient client, boolean sessionPresent) implements ForeignClient {
  private static final long PATIENCE_MILLIS = PATIENCE_SECONDS * 1000L;

  static Paho3Client connect(Terms terms) throws MqttException {
    MqttAsyncClient client =
        new MqttAsyncClient(terms.uri(), terms.clientId(), new MemoryPersistence());
    client.setCallback(
        new MqttCallback() {
          @Override
          public void messageArrived(String topic, MqttMessage message) {
            terms.inbox().add(received(topic, message));
          }

          @Override
          public void connectionLost(Throwable cause) {}

          @Override
          public void deliveryComplete(IMqttDeliveryToken token) {}
        });
    MqttConnectOptions options = new MqttConnectOptions();
    options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
    options.setCleanSession(terms.clean());
    terms
        .will()
        .ifPresent(
            will ->
                options.setWill(
                    will.topic(), will.payload().getBytes(UTF_8), will.qos(), will.retained()));
    if (terms.transport().isEncrypted()) {
      options.setSocketFactory(terms.tls().sockets());
    }
    IMqttToken connected = client.connect(options);
    connected.waitForCompletion(PATIENCE_MILLIS);
    return new Paho3Client(client, connected.getSessionPresent());
  }

  @Override
  public void subscribe(String filter, int qos) throws MqttException {
    IMqttToken subscribed = client.subscribe(filter, qos);
    subscribed.waitForCompletion(PATIENCE_MILLIS);
    if (subscribed.getGrantedQos()[0] != qos) {
      throw new AssertionError("granted " + subscribed.getGrantedQos()[0]);
    }
  }

  @Override
  public void publish(Message message) throws MqttException {
    client
        .publish(
            message.topic(), message.payload().getBytes(UTF_8), message.qos(), message.retained())
        .waitForCompletion(PATIENCE_MILLIS);
  }

  @Override
  public void close() throws MqttException {
    if (client.isConnected()) {
      client.disconnect().waitForCompletion(PATIENCE_MILLIS);
    }
    client.close(true);
  }

  private static Message received(String topic, MqttMessage message) {
    return new Message(
        topic,
        new String(message.getPayload(), UTF_8),
        message.getQos(),
        message.isRetained(),
        List.of(),
        "");
  }
}
