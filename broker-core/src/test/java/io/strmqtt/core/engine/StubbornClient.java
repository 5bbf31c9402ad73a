package io.strmqtt.core.engine;

import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Puback;
import io.strmqtt.mqtt.packet.MqttPacket.Pubcomp;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrec;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrel;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A client with a session that never gives up: it keeps its state over connections, repeats what
 * was not acknowledged, and takes each QoS 2 message once, as the specification asks of it.
 */
final class StubbornClient {
  /** How a client repeats what was not acknowledged. */
  enum Repeats {
    /** First of all and in the order of first sending, PUBREL for what has a PUBREC (4.4, 4.6). */
    IN_ORDER,
    /** Behind what is new, the latest first, and PUBLISH until PUBCOMP has come: a mistake. */
    LATE
  }

  private final String id;
  private final Repeats repeats;
  private final IntConsumer whenAcknowledged;
  private @Nullable TestClient connection;
  private boolean isIn;
  private int lastPacketId;
  private final Map<Integer, MqttPacket> unacknowledged = new LinkedHashMap<>();
  private final Set<Integer> unreleased = new HashSet<>();
  private final ArrayDeque<MqttPacket> answers = new ArrayDeque<>();
  private final ArrayDeque<MqttPacket> late = new ArrayDeque<>();
  private final List<String> received = new ArrayList<>();

  StubbornClient(String id) {
    this(id, Repeats.IN_ORDER, packetId -> {});
  }

  /**
   * @param whenAcknowledged given the packet identifier of a publication that is not repeated any
   *     more
   */
  StubbornClient(String id, Repeats repeats, IntConsumer whenAcknowledged) {
    this.id = id;
    this.repeats = repeats;
    this.whenAcknowledged = whenAcknowledged;
  }

  String id() {
    return id;
  }

  /** All payloads that have come, in their order. */
  List<String> received() {
    return received;
  }

  int unacknowledged() {
    return unacknowledged.size();
  }

  boolean isIn() {
    return isIn;
  }

  void connect(EngineFixture broker, int loop) {
    isIn = false;
    answers.clear();
    late.clear();
    connection = broker.attempt(EngineFixture.as(id).resume().expiry(10_000).loop(loop));
  }

  void drop() {
    isIn = false;
    if (connection != null) {
      connection.drop();
      connection = null;
    }
  }

  /** The broker is gone, and the connection with it. */
  void lost() {
    isIn = false;
    connection = null;
  }

  /** Publishes if it is connected, and later as often as it takes. */
  void publish(String topic, String payload, int qos) {
    publish(topic, payload, qos, false);
  }

  /** The same, and returns the packet identifier. */
  int publish(String topic, String payload, int qos, boolean retain) {
    do {
      lastPacketId = lastPacketId % 30 + 1; // So few that they come again soon.
    } while (unacknowledged.containsKey(lastPacketId));
    Publish publish =
        new Publish(
            topic,
            qos,
            retain,
            false,
            lastPacketId,
            payload.getBytes(StandardCharsets.UTF_8),
            Properties.NONE);
    unacknowledged.put(lastPacketId, publish);
    if (isIn) {
      answers.add(publish); // Behind what is still to be repeated.
    }
    return lastPacketId;
  }

  /** Reads what has come, and sends some of the answers that are due. */
  void turn(int mostAnswers) {
    TestClient now = connection;
    if (now == null) {
      return;
    }
    for (Object event : now.drain()) {
      if (event instanceof TestClient.Closed) {
        lost();
        return;
      }
      take((MqttPacket) event);
    }
    for (int i = 0; i < mostAnswers && !answers.isEmpty() && connection == now; i++) {
      now.send(answers.remove());
    }
    if (answers.isEmpty() && !late.isEmpty()) {
      answers.add(late.removeLast());
    }
  }

  private void take(MqttPacket packet) {
    switch (packet) {
      case Connack connack -> {
        isIn = true;
        for (MqttPacket each : unacknowledged.values()) {
          (repeats == Repeats.LATE ? late : answers).add(repeated(each));
        }
      }
      case Puback puback -> acknowledged(puback.packetId());
      case Pubrec pubrec -> {
        Pubrel pubrel = new Pubrel(pubrec.packetId(), ReasonCode.SUCCESS, Properties.NONE);
        if (repeats == Repeats.IN_ORDER
            && unacknowledged.replace(pubrec.packetId(), pubrel) instanceof Publish) {
          whenAcknowledged.accept(pubrec.packetId());
        }
        answers.add(pubrel);
      }
      case Pubcomp pubcomp -> {
        if (repeats == Repeats.LATE) {
          acknowledged(pubcomp.packetId());
        } else {
          unacknowledged.remove(pubcomp.packetId());
        }
      }
      case Publish publish -> {
        if (publish.qos() == 1) {
          received.add(TestClient.text(publish));
          answers.add(new Puback(publish.packetId(), ReasonCode.SUCCESS, Properties.NONE));
        } else {
          if (unreleased.add(publish.packetId())) {
            received.add(TestClient.text(publish));
          }
          answers.add(new Pubrec(publish.packetId(), ReasonCode.SUCCESS, Properties.NONE));
        }
      }
      case Pubrel pubrel -> {
        unreleased.remove(pubrel.packetId());
        answers.add(new Pubcomp(pubrel.packetId(), ReasonCode.SUCCESS, Properties.NONE));
      }
      default -> throw new AssertionError("unexpected " + packet);
    }
  }

  private void acknowledged(int packetId) {
    if (unacknowledged.remove(packetId) != null) {
      late.removeIf(each -> each instanceof Publish p && p.packetId() == packetId);
      whenAcknowledged.accept(packetId);
    }
  }

  private static MqttPacket repeated(MqttPacket packet) {
    return packet instanceof Publish p
        ? new Publish(
            p.topic(), p.qos(), p.retain(), true, p.packetId(), p.payload(), p.properties())
        : packet;
  }
}
