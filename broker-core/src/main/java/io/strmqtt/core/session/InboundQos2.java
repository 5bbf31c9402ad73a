package io.strmqtt.core.session;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Packet identifiers of QoS 2 publications that have come and are not released (4.3.3-10). On the
 * session's loop only.
 */
final class InboundQos2 {
  private @Nullable BitSet noted;

  void add(int packetId) {
    if (noted == null) {
      noted = new BitSet();
    }
    noted.set(packetId);
  }

  boolean has(int packetId) {
    return noted != null && noted.get(packetId);
  }

  /** Removes the packet identifier; false if it is not there. */
  boolean remove(int packetId) {
    boolean known = has(packetId);
    if (known && noted != null) {
      noted.clear(packetId);
    }
    return known;
  }

  /** Gives back memory; called when the connection has ended. */
  void trim() {
    if (noted != null && noted.isEmpty()) {
      noted = null;
    }
  }
}
