package io.strmqtt.dist.blackbox;

import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttPacket.Puback;
import io.strmqtt.mqtt.packet.MqttPacket.Pubcomp;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrec;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrel;
import io.strmqtt.mqtt.packet.MqttPacket.Suback;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/**
 * Subscribes once, and takes what comes over all its connections: each QoS 2 message once, as the
 * specification asks of it (4.3.3).
 */
final class StubbornSubscriber extends StubbornClient {
  private final String filter;
  private final CountDownLatch subscribed = new CountDownLatch(1);
  private final Map<Integer, String> unreleased = new HashMap<>();
  private final List<String> received = new ArrayList<>();
  private final Set<String> different = new HashSet<>();

  StubbornSubscriber(String id, MqttVersion version, Quay quay, long seed, String filter) {
    super(id, version, quay, seed);
    this.filter = filter;
  }

  void awaitSubscribed() {
    try {
      subscribed.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** How many different payloads have come. */
  synchronized int different() {
    return different.size();
  }

  /** All payloads that have come, in their order. */
  synchronized List<String> received() {
    return List.copyOf(received);
  }

  @Override
  protected void connected(RawClient client) {
    if (subscribed.getCount() > 0) {
      client.send(
          new Subscribe(
              1, List.of(new Subscribe.Request(filter, 2, false, false, 0)), Properties.NONE));
    }
  }

  @Override
  protected void received(RawClient client, MqttPacket packet) {
    switch (packet) {
      case Suback suback -> subscribed.countDown();
      case Publish publish -> take(client, publish);
      case Pubrel pubrel -> {
        unreleased.remove(pubrel.packetId());
        client.send(new Pubcomp(pubrel.packetId(), ReasonCode.SUCCESS, Properties.NONE));
      }
      default -> throw new AssertionError("unexpected " + packet);
    }
  }

  private void take(RawClient client, Publish publish) {
    String payload = new String(publish.payload(), StandardCharsets.UTF_8);
    if (publish.qos() == 1) {
      add(payload);
      client.send(new Puback(publish.packetId(), ReasonCode.SUCCESS, Properties.NONE));
      return;
    }
    String before = unreleased.putIfAbsent(publish.packetId(), payload);
    if (before == null) {
      add(payload);
    } else if (!before.equals(payload) || !publish.dup()) {
      throw new AssertionError(
          "packet identifier " + publish.packetId() + " of [" + before + "] is in use: " + publish);
    }
    client.send(new Pubrec(publish.packetId(), ReasonCode.SUCCESS, Properties.NONE));
  }

  private synchronized void add(String payload) {
    received.add(payload);
    different.add(payload);
  }
}
