package io.strmqtt.dist.blackbox;

import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttPacket.Suback;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttPacket.Unsuback;
import io.strmqtt.mqtt.packet.MqttPacket.Unsubscribe;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Subscribes and unsubscribes without end, one filter at a time, and knows of each what it may be:
 * as acknowledged, or else as before or as asked for.
 */
final class WaveringSubscriber extends StubbornClient {
  private static final int FILTERS = 12;
  private static final int NONE = -1;

  private final Map<String, Set<Integer>> possible = new TreeMap<>();
  private String asked = "";
  private int wanted;
  private boolean waits;
  private boolean wantsMore = true;
  private int lastPacketId;

  WaveringSubscriber(String id, MqttVersion version, Quay quay, long seed) {
    super(id, version, quay, seed);
    IntStream.range(0, FILTERS).forEach(n -> possible.put("c/" + id + "/" + n, Set.of(NONE)));
  }

  synchronized void finish() {
    wantsMore = false;
  }

  synchronized boolean isDone() {
    return !wantsMore && !waits;
  }

  /** Of each filter, the QoS of the subscription, or those it may have; -1 is no subscription. */
  synchronized Map<String, Set<Integer>> possible() {
    return Map.copyOf(possible);
  }

  @Override
  protected synchronized void connected(RawClient client) {
    waits = false;
    next(client);
  }

  @Override
  protected synchronized void received(RawClient client, MqttPacket packet) {
    switch (packet) {
      case Suback suback -> insist(suback.packetId());
      case Unsuback unsuback -> insist(unsuback.packetId());
      default -> throw new AssertionError("unexpected " + packet);
    }
    possible.put(asked, Set.of(wanted));
    waits = false;
    next(client);
  }

  private void insist(int packetId) {
    if (packetId != lastPacketId) {
      throw new AssertionError("answered " + packetId + ", not " + lastPacketId);
    }
  }

  private void next(RawClient client) {
    if (!wantsMore) {
      return;
    }
    List<String> filters = List.copyOf(possible.keySet());
    asked = filters.get(random.nextInt(FILTERS));
    wanted = random.nextInt(4) - 1;
    Set<Integer> either = new java.util.HashSet<>(possible.get(asked));
    either.add(wanted);
    possible.put(asked, Set.copyOf(either));
    waits = true;
    lastPacketId = lastPacketId % 65_535 + 1;
    client.send(
        wanted == NONE
            ? new Unsubscribe(lastPacketId, List.of(asked), Properties.NONE)
            : new Subscribe(
                lastPacketId,
                List.of(new Subscribe.Request(asked, wanted, false, false, 0)),
                Properties.NONE));
  }
}
