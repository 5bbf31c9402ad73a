package io.strmqtt.core.session;

import io.strmqtt.mqtt.codec.PublishFrame;
import org.jspecify.annotations.Nullable;

/**
 * The topic aliases of the broker towards one client (MQTT 5, 3.3.2.3.4); valid for the connection.
 * On its loop only.
 *
 * <p>A topic belongs to one alias, by its hash; a topic that finds the alias taken goes without,
 * and takes it over if its owner is not seen again before the next one asks. So two topics that
 * take turns do not drive each other out, topics that are seen once cost three bytes for every
 * second of them at the most, and there is nothing to look up or to keep in order: one comparison
 * for each packet.
 */
final class OutboundAliases {
  /** Shorter topics save nothing. */
  private static final int SHORTEST = 4;

  /** Bounds what an idle connection holds on to. */
  private static final int LONGEST = 1024;

  private static final int LARGEST_PACKET = 268_435_460;

  private final @Nullable String[] topics;
  private final boolean[] seen;

  /**
   * @param count how many to use, 1 to 65535: at most what the client takes
   */
  OutboundAliases(int count) {
    topics = new @Nullable String[count]; // MQTT-3.1.2-26, MQTT-3.3.2-11
    seen = new boolean[count];
  }

  private int slot(String topic) {
    int hash = topic.hashCode();
    return ((hash ^ hash >>> 16) & 0x7FFF_FFFF) % topics.length;
  }

  /** Whether the client knows the topic by an alias now. */
  boolean knows(String topic) {
    return topic.equals(topics[slot(topic)]);
  }

  /**
   * Writes a packet with an alias if its topic has one, or gets one now, and else as it is.
   *
   * @param frame the packet without an alias; one that is larger than {@code maxSize} must have a
   *     topic that the client {@link #knows}
   * @param maxSize bytes the client takes
   */
  void write(
      Outbox out,
      String topic,
      PublishFrame frame,
      long maxSize,
      int qos,
      int packetId,
      boolean dup,
      long expiry) {
    int slot = slot(topic);
    boolean named = !topic.equals(topics[slot]);
    if (named && !mayTake(slot, topic, frame, maxSize)) {
      out.write(frame, qos, packetId, dup, expiry, 0, true);
      return;
    }
    topics[slot] = topic;
    seen[slot] = true;
    out.write(frame, qos, packetId, dup, expiry, slot + 1, named); // MQTT-3.3.2-8
  }

  private boolean mayTake(int slot, String topic, PublishFrame frame, long maxSize) {
    if (topic.length() < SHORTEST || topic.length() > LONGEST) {
      return false;
    }
    if (seen[slot]) {
      seen[slot] = false; // The owner's last chance.
      return false;
    }
    return frame.aliasedSize(true) <= Math.min(maxSize, LARGEST_PACKET);
  }
}
