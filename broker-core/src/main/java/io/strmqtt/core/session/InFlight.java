package io.strmqtt.core.session;

import io.netty.util.collection.IntObjectHashMap;
import io.strmqtt.core.routing.Delivery;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * QoS 1 and 2 messages on their way to the client: sent, not yet acknowledged. Packet identifiers
 * are given in turn and skipped while in use (2.2.1-4). On the session's loop only.
 */
final class InFlight {
  /** What the client still owes. */
  enum Awaits {
    PUBACK,
    PUBREC,
    PUBCOMP
  }

  static final class Entry {
    final int packetId;
    final long order;
    final Delivery delivery;
    Awaits awaits;

    /** Whether it is counted against the receive maximum of the present connection. */
    boolean holdsQuota;

    Entry(int packetId, long order, Delivery delivery) {
      this.packetId = packetId;
      this.order = order;
      this.delivery = delivery;
      this.awaits = delivery.qos() == 1 ? Awaits.PUBACK : Awaits.PUBREC;
    }
  }

  private final IntObjectHashMap<Entry> byId = new IntObjectHashMap<>();
  private int lastId;
  private long lastOrder;

  int size() {
    return byId.size();
  }

  /** Takes a free packet identifier for the message; fewer than 65,535 must be in flight. */
  Entry add(Delivery delivery) {
    do {
      lastId = lastId == 0xFFFF ? 1 : lastId + 1;
    } while (byId.containsKey(lastId));
    Entry entry = new Entry(lastId, ++lastOrder, delivery);
    byId.put(lastId, entry);
    return entry;
  }

  @Nullable Entry get(int packetId) {
    return byId.get(packetId);
  }

  void remove(int packetId) {
    byId.remove(packetId);
  }

  /** In the order they were sent. */
  List<Entry> inOrder() {
    return byId.values().stream().sorted(Comparator.comparingLong((Entry e) -> e.order)).toList();
  }

  void clear() {
    byId.clear();
  }
}
