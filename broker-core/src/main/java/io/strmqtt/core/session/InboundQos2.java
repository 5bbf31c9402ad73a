package io.strmqtt.core.session;

import io.strmqtt.api.store.MessageQueue;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Packet identifiers of QoS 2 publications that have come and are not released (4.3.3-10). On the
 * session's loop only.
 */
public final class InboundQos2 {
  private @Nullable BitSet noted;

  /** Null while the session is not kept. */
  private @Nullable MessageQueue kept;

  /** From now on the store is told. */
  void keepIn(MessageQueue queue) {
    kept = queue;
  }

  /** One that the store knows. */
  void restore(int packetId) {
    if (noted == null) {
      noted = new BitSet();
    }
    noted.set(packetId);
  }

  /** Notes a publication until the client releases it. */
  public void add(int packetId) {
    restore(packetId);
    if (kept != null) {
      kept.received(packetId);
    }
  }

  /** Whether a publication with the packet identifier has come and was not released. */
  public boolean has(int packetId) {
    return noted != null && noted.get(packetId);
  }

  /** The client releases the publication; false if there is none. */
  public boolean remove(int packetId) {
    boolean known = has(packetId);
    if (known && noted != null) {
      noted.clear(packetId);
      if (kept != null) {
        kept.forget(packetId);
      }
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
