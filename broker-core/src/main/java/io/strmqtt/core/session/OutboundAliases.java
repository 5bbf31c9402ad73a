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

  private static final byte[] NOTHING = {};
  private static final int LARGEST_PACKET = 268_435_460;

  private final @Nullable String[] topics;
  private final boolean[] seen;

  // Of the packet that was prepared last.
  private byte[] frame = NOTHING;
  private String topic = "";
  private int alias;
  private boolean named;

  /**
   * @param count how many to use, 1 to 65535: at most what the client takes
   */
  OutboundAliases(int count) {
    topics = new @Nullable String[count]; // MQTT-3.1.2-26, MQTT-3.3.2-11
    seen = new boolean[count];
  }

  /**
   * Decides how the packet will name its topic. Nothing is promised to the client before {@link
   * #write}.
   *
   * @param plain the packet without an alias
   * @param maxSize bytes the client takes
   * @return the bytes of the packet; more than {@code maxSize} if it does not fit either way
   */
  int prepare(String ofTopic, byte[] plain, long maxSize) {
    topic = ofTopic;
    frame = plain;
    alias = 0;
    if (topic.length() < SHORTEST || topic.length() > LONGEST) {
      return plain.length;
    }
    int hash = topic.hashCode();
    int slot = ((hash ^ hash >>> 16) & 0x7FFF_FFFF) % topics.length;
    named = !topic.equals(topics[slot]);
    if (named && seen[slot]) {
      seen[slot] = false; // The owner's last chance.
      return plain.length;
    }
    int size = PublishFrame.aliasedSize(plain, named);
    if (named && size > Math.min(maxSize, LARGEST_PACKET)) {
      return plain.length;
    }
    alias = slot + 1; // MQTT-3.3.2-8
    return size;
  }

  /** Writes the packet that was prepared. */
  void write(Outbox out, int qos, int packetId, boolean dup) {
    if (alias > 0) {
      topics[alias - 1] = topic;
      seen[alias - 1] = true;
      out.writeAliased(frame, named, qos, packetId, dup, alias);
    } else if (qos == 0) {
      out.writeFrame(frame);
    } else {
      out.writeFrame(frame, qos, packetId, dup);
    }
    frame = NOTHING;
  }
}
