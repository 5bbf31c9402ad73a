package io.strmqtt.core.session;

import io.netty.util.collection.IntCollections;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import io.strmqtt.api.store.StoredSession;
import io.strmqtt.core.routing.Delivery;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * QoS 1 and 2 messages on their way to the client: sent, not yet acknowledged. Packet identifiers
 * are given in turn and skipped while in use (2.2.1-4). Between connections only the identifiers
 * stay here; the messages come back with the {@link Backlog}. On the session's loop only.
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

    /** In the session's queue; 0 if the session is not kept. */
    final long number;

    Awaits awaits;
    int weight;

    /** Null once it is not needed any more, and while the message is in the store alone. */
    @Nullable Delivery delivery;

    /** Whether it is a retained message of a new subscription: those are in no bound. */
    boolean isRetained;

    /** Whether it has been read from the store, to be sent again. */
    boolean isAhead;

    /** Whether the store has it and cannot read it: those behind it do not wait. */
    boolean isUnreadable;

    /** Whether it is counted against the receive maximum of the present connection. */
    boolean holdsQuota;

    /** True once the packet identifier has been handed to the store (QoS 1) or is there (QoS 2). */
    boolean isNoted;

    /** Whether PUBREL waits for the store to know that it is released. */
    boolean isReleasing;

    /** Whether it may have been sent before (3.3.1-1). */
    boolean wasSent;

    private Entry(int packetId, long order, long number, Awaits awaits) {
      this.packetId = packetId;
      this.order = order;
      this.number = number;
      this.awaits = awaits;
    }
  }

  private static final IntObjectMap<Entry> NONE = IntCollections.emptyMap();

  // Nothing of their own while there is nothing in them: most sessions are absent and idle.
  private IntObjectMap<Entry> byId = NONE;
  private Map<Long, Entry> unloaded = Collections.emptyMap();
  private int lastId;
  private long lastOrder;

  int size() {
    return byId.size();
  }

  /** Whether all packet identifiers are in use. */
  boolean isFull() {
    return byId.size() >= 0xFFFF;
  }

  /** Takes a free packet identifier for the message; not to be called while {@link #isFull}. */
  Entry add(Delivery delivery) {
    do {
      lastId = lastId == 0xFFFF ? 1 : lastId + 1;
    } while (byId.containsKey(lastId));
    Awaits awaits = delivery.qos() == 1 ? Awaits.PUBACK : Awaits.PUBREC;
    Entry entry = new Entry(lastId, ++lastOrder, delivery.number(), awaits);
    entry.delivery = delivery;
    entry.weight = delivery.weight();
    put(entry);
    return entry;
  }

  /** A QoS 2 handshake that an earlier run of the broker has begun. */
  void restore(long number, int packetId, boolean released) {
    Entry entry =
        new Entry(packetId, ++lastOrder, number, released ? Awaits.PUBCOMP : Awaits.PUBREC);
    entry.isNoted = true;
    entry.wasSent = true;
    put(entry);
    if (!released) {
      putUnloaded(entry);
    }
    lastId = packetId;
  }

  /** A QoS 1 message that an earlier run of the broker has sent. */
  void restoreSent(long number, int packetId) {
    if (byId.containsKey(packetId)) {
      return; // Its number was given anew before the store was told: it is sent as a new one.
    }
    Entry entry = new Entry(packetId, ++lastOrder, number, Awaits.PUBACK);
    entry.isNoted = true;
    entry.wasSent = true;
    put(entry);
    putUnloaded(entry);
    lastId = packetId;
  }

  /**
   * Returns the QoS 1 messages that were sent and are not acknowledged, and marks them as noted.
   *
   * @param upTo the order of the last one to look at
   * @return null if all of them were noted before
   */
  @Nullable List<StoredSession.Sent> unnoted(long upTo) {
    boolean isNew = false;
    List<StoredSession.Sent> sent = new ArrayList<>();
    for (Entry entry : byId.values()) {
      if (entry.awaits == Awaits.PUBACK && entry.wasSent && entry.order <= upTo) {
        isNew |= !entry.isNoted;
        entry.isNoted = true;
        sent.add(new StoredSession.Sent(entry.number, entry.packetId));
      }
    }
    sent.sort(Comparator.comparingLong(StoredSession.Sent::number)); // They nearly are.
    return isNew ? sent : null;
  }

  /** The order of the last one that was added. */
  long lastOrder() {
    return lastOrder;
  }

  private void put(Entry entry) {
    if (byId == NONE) {
      byId = new IntObjectHashMap<>(1);
    }
    byId.put(entry.packetId, entry);
  }

  private void putUnloaded(Entry entry) {
    if (unloaded.isEmpty()) {
      unloaded = new HashMap<>();
    }
    unloaded.put(entry.number, entry);
  }

  @Nullable Entry get(int packetId) {
    return byId.get(packetId);
  }

  void remove(Entry entry) {
    byId.remove(entry.packetId);
    unloaded.remove(entry.number);
  }

  /** PUBREC has come: the message itself is not needed any more. */
  void release(Entry entry) {
    entry.awaits = Awaits.PUBCOMP;
    entry.delivery = null;
    unloaded.remove(entry.number);
  }

  /** Leaves the messages, which are in the store, to the backlog. */
  void unload() {
    for (Entry entry : byId.values()) {
      entry.delivery = null;
      entry.isUnreadable = false;
      if (entry.awaits != Awaits.PUBCOMP) {
        putUnloaded(entry);
      }
    }
    if (byId.isEmpty()) {
      byId = NONE;
    }
    if (unloaded.isEmpty()) {
      unloaded = Collections.emptyMap();
    }
  }

  /** The entry whose message was read from the store; null if it is none of these. */
  @Nullable Entry load(Delivery delivery) {
    Entry entry = unloaded.remove(delivery.number());
    if (entry != null) {
      entry.delivery = delivery;
      entry.weight = delivery.weight();
    }
    return entry;
  }

  /** Those whose message has not come back from the store. */
  List<Entry> unloaded() {
    return List.copyOf(unloaded.values());
  }

  boolean isUnloaded(long number) {
    return unloaded.containsKey(number);
  }

  /** In the order they were sent. */
  List<Entry> inOrder() {
    return byId.values().stream().sorted(Comparator.comparingLong((Entry e) -> e.order)).toList();
  }

  void clear() {
    byId = NONE;
    unloaded = Collections.emptyMap();
  }
}
