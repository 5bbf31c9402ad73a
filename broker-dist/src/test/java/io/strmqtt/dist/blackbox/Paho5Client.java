package io.strmqtt.dist.blackbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;

/** The Paho client at MQTT 5. */
record Paho5Client(MqttAsyncClient client, boolean sessionPresent) implements ForeignClient {
  private static final long PATIENCE_MILLIS = PATIENCE_SECONDS * 1000L;

  static Paho5Client connect(Terms terms) throws MqttException {
    MqttAsyncClient client =
        new MqttAsyncClient(terms.uri(), terms.clientId(), new MemoryPersistence());
    client.setCallback(new Inbox(terms.inbox()));
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setCleanStart(terms.clean());
    options.setSessionExpiryInterval(terms.clean() ? 0L : 300L);
    terms.will().ifPresent(will -> options.setWill(will.topic(), toMessage(will)));
    if (terms.transport().isEncrypted()) {
      options.setSocketFactory(terms.tls().sockets());
    }
    IMqttToken connected = client.connect(options);
    connected.waitForCompletion(PATIENCE_MILLIS);
    return new Paho5Client(client, connected.getSessionPresent());
  }

  @Override
  public void subscribe(String filter, int qos) throws MqttException {
    IMqttToken subscribed = client.subscribe(filter, qos);
    subscribed.waitForCompletion(PATIENCE_MILLIS);
    if (subscribed.getReasonCodes()[0] != qos) {
      throw new AssertionError("reason code " + subscribed.getReasonCodes()[0]);
    }
  }

  @Override
  public void publish(Message message) throws MqttException {
    client.publish(message.topic(), toMessage(message)).waitForCompletion(PATIENCE_MILLIS);
  }

  @Override
  public void close() throws MqttException {
    if (client.isConnected()) {
      client.disconnect().waitForCompletion(PATIENCE_MILLIS);
    }
    client.close(true);
  }

  private static MqttMessage toMessage(Message message) {
    MqttProperties properties = new MqttProperties();
    properties.setUserProperties(
        message.userProperties().stream()
            .map(property -> new UserProperty(property.getKey(), property.getValue()))
            .toList());
    if (!message.correlation().isEmpty()) {
      properties.setCorrelationData(message.correlation().getBytes(UTF_8));
    }
    return new MqttMessage(
        message.payload().getBytes(UTF_8), message.qos(), message.retained(), properties);
  }

  private static Message received(String topic, MqttMessage message) {
    List<Map.Entry<String, String>> properties =
        message.getProperties().getUserProperties().stream()
            .map(property -> Map.entry(property.getKey(), property.getValue()))
            .toList();
    return new Message(
        topic,
        new String(message.getPayload(), UTF_8),
        message.getQos(),
        message.isRetained(),
        properties,
        Optional.ofNullable(message.getProperties().getCorrelationData())
            .map(data -> new String(data, UTF_8))
            .orElse(""));
  }

  /** Puts what arrives into the queue. */
  private record Inbox(BlockingQueue<Message> queue) implements MqttCallback {
    @Override
    public void messageArrived(String topic, MqttMessage message) {
      queue.add(received(topic, message));
    }

    @Override
    public void disconnected(MqttDisconnectResponse response) {}

    @Override
    public void mqttErrorOccurred(MqttException exception) {}

    @Override
    public void deliveryComplete(IMqttToken token) {}

    @Override
    public void connectComplete(boolean reconnect, String serverUri) {}

    @Override
    public void authPacketArrived(int reasonCode, MqttProperties properties) {}
  }
}
