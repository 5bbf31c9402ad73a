package io.strmqtt.dist.blackbox;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A connected client of somebody else's library, reduced to what the tests ask of all of them.
 * Every method waits for the broker's answer.
 */
interface ForeignClient extends AutoCloseable {
  int PATIENCE_SECONDS = 20;

  /** Whether the broker had the session still. */
  boolean sessionPresent();

  void subscribe(String filter, int qos) throws Exception;

  void publish(Message message) throws Exception;

  /** DISCONNECT, if the connection is there still. */
  @Override
  void close() throws Exception;

  /**
   * What is published, and what comes of it.
   *
   * @param userProperties MQTT 5 only, as is the correlation data (text here, empty if absent)
   */
  record Message(
      String topic,
      String payload,
      int qos,
      boolean retained,
      List<Map.Entry<String, String>> userProperties,
      String correlation) {

    static Message of(String topic, String payload, int qos) {
      return new Message(topic, payload, qos, false, List.of(), "");
    }

    Message asRetained() {
      return new Message(topic, payload, qos, true, userProperties, correlation);
    }
  }

  /**
   * How to connect.
   *
   * @param clean whether the session begins and ends with the connection; else it is resumed and
   *     outlives it
   * @param inbox where what arrives is put, also before SUBSCRIBE is answered
   */
  record Terms(
      String clientId,
      Transport transport,
      int port,
      ForeignTls tls,
      boolean clean,
      Optional<Message> will,
      BlockingQueue<Message> inbox) {

    static Terms clean(String clientId, Transport transport, int port, ForeignTls tls) {
      return new Terms(
          clientId, transport, port, tls, true, Optional.empty(), new LinkedBlockingQueue<>());
    }

    Terms persistent() {
      return new Terms(clientId, transport, port, tls, false, will, new LinkedBlockingQueue<>());
    }

    Terms with(Message lastWill) {
      return new Terms(clientId, transport, port, tls, clean, Optional.of(lastWill), inbox);
    }

    Terms sharing(BlockingQueue<Message> other) {
      return new Terms(clientId, transport, port, tls, clean, will, other);
    }

    String uri() {
      return "%s://127.0.0.1:%d%s"
          .formatted(transport.listener(), port, transport.isWebSocket() ? "/mqtt" : "");
    }

    /** The next message that arrives. */
    Message receive() throws InterruptedException {
      Message message = inbox.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (message == null) {
        throw new AssertionError(clientId + " received nothing");
      }
      return message;
    }
  }

  /** The libraries, each with the versions of MQTT it speaks. */
  enum Library {
    HIVEMQ_3_1_1,
    HIVEMQ_5,
    PAHO_3_1_1,
    PAHO_5,
    MQTTJS_3_1_1,
    MQTTJS_5;

    ForeignClient connect(Terms terms) throws Exception {
      return switch (this) {
        case HIVEMQ_3_1_1 -> HiveMq3Client.connect(terms);
        case HIVEMQ_5 -> HiveMq5Client.connect(terms);
        case PAHO_3_1_1 -> Paho3Client.connect(terms);
        case PAHO_5 -> Paho5Client.connect(terms);
        case MQTTJS_3_1_1 -> MqttJsClient.connect(terms, 4);
        case MQTTJS_5 -> MqttJsClient.connect(terms, 5);
      };
    }
  }
}
