package io.strmqtt.dist.blackbox;

import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttPacket.Puback;
import io.strmqtt.mqtt.packet.MqttPacket.Pubcomp;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrec;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrel;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Publishes with QoS 1 and 2, a window of messages at a time, and repeats what was not acknowledged
 * over each new connection, as 4.4 asks of it. Some messages are retained, on a topic of its own.
 */
final class StubbornPublisher extends StubbornClient {
  private static final int WINDOW = 20;
  private static final int PACKET_IDS = 64; // So few that they come again soon.

  private final Map<Integer, MqttPacket> unacknowledged = new LinkedHashMap<>();
  private final List<String> published = new ArrayList<>();
  private String retained = "";
  private int allowance;
  private int lastPacketId;

  StubbornPublisher(String id, MqttVersion version, Quay quay, long seed) {
    super(id, version, quay, seed);
  }

  /** How many new messages it may publish from its next connection on; at first none. */
  synchronized void mayPublish(int messages) {
    allowance = messages;
  }

  synchronized boolean isDone() {
    return allowance == 0 && unacknowledged.isEmpty();
  }

  /** What it has published on {@code t/...} with a QoS, in order. */
  synchronized List<String> published(int qos) {
    return published.stream().filter(payload -> hasQos(payload, qos)).toList();
  }

  static boolean hasQos(String payload, int qos) {
    return payload.contains(" q" + qos + " ");
  }

  /** Whether a subscriber's payload is one of this publisher. */
  boolean isFrom(String payload) {
    return payload.startsWith(id + " ");
  }

  String retainedTopic() {
    return "r/" + id;
  }

  /** What should be retained on {@link #retainedTopic()} now; empty if nothing. */
  synchronized String retained() {
    return retained;
  }

  @Override
  protected synchronized void connected(RawClient client) {
    Stream<MqttPacket> again = unacknowledged.values().stream().map(StubbornPublisher::repeated);
    again.toList().forEach(client::send);
    fill(client);
  }

  private static MqttPacket repeated(MqttPacket packet) {
    return packet instanceof Publish p
        ? new Publish(
            p.topic(), p.qos(), p.retain(), true, p.packetId(), p.payload(), p.properties())
        : packet;
  }

  @Override
  protected synchronized void received(RawClient client, MqttPacket packet) {
    switch (packet) {
      case Puback puback -> {
        insist(puback.code());
        unacknowledged.remove(puback.packetId());
      }
      case Pubrec pubrec -> {
        insist(pubrec.code());
        Pubrel pubrel = new Pubrel(pubrec.packetId(), ReasonCode.SUCCESS, Properties.NONE);
        unacknowledged.replace(pubrec.packetId(), pubrel);
        client.send(pubrel);
      }
      case Pubcomp pubcomp -> unacknowledged.remove(pubcomp.packetId());
      default -> throw new AssertionError("unexpected " + packet);
    }
    fill(client);
  }

  private static void insist(ReasonCode code) {
    if (code.isError()) {
      throw new AssertionError("refused: " + code);
    }
  }

  private void fill(RawClient client) {
    while (allowance > 0 && unacknowledged.size() < WINDOW) {
      allowance--;
      do {
        lastPacketId = lastPacketId % PACKET_IDS + 1;
      } while (unacknowledged.containsKey(lastPacketId));
      Publish next = random.nextInt(10) == 0 ? retainedMessage() : message();
      unacknowledged.put(lastPacketId, next);
      client.send(next);
    }
  }

  private Publish message() {
    int qos = 1 + random.nextInt(2);
    String payload = id + " q" + qos + " " + published.size();
    published.add(payload);
    return publish("t/" + random.nextInt(5), qos, false, payload);
  }

  private Publish retainedMessage() {
    retained = random.nextInt(5) == 0 ? "" : id + " keeps " + published.size();
    return publish(retainedTopic(), 1, true, retained);
  }

  private Publish publish(String topic, int qos, boolean retain, String payload) {
    return new Publish(
        topic,
        qos,
        retain,
        false,
        lastPacketId,
        payload.getBytes(StandardCharsets.UTF_8),
        Properties.NONE);
  }
}
