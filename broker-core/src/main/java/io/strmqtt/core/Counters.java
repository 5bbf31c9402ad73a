package io.strmqtt.core;

import io.strmqtt.api.Reason;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/** What happened since the start. Any thread. */
public final class Counters {
  /** The counted events; their names in lower case are the names in the API. */
  public enum Event {
    CONNECTIONS_ACCEPTED,
    PUBLISH_RECEIVED,
    PUBLISH_SENT,
    PUBLISH_WITHOUT_SUBSCRIBER,
    WILLS_PUBLISHED,
    /** Publications and wills of bridges below {@code $SYS}, which are taken and go no further. */
    BRIDGE_NOTIFICATIONS,
    READS_PAUSED,
    PLUGIN_FAILURES,
    PROBES,
    /** Times the system refused to accept a connection, mostly for want of file descriptors. */
    ACCEPT_FAILURES,
    /** MQTT packets of any kind; those sent are counted when they are handed to the socket. */
    PACKETS_RECEIVED,
    PACKETS_SENT,
    /** Bytes of MQTT, without those of WebSocket and TLS. */
    BYTES_RECEIVED,
    BYTES_SENT
  }

  private final LongAdder[] events = adders(Event.values().length);
  private final LongAdder[] reasons = adders(Reason.values().length);
  private final LongAccumulator mostConnections = new LongAccumulator(Math::max, 0);

  public void count(Event event) {
    events[event.ordinal()].increment();
  }

  public void add(Event event, long amount) {
    events[event.ordinal()].add(amount);
  }

  public void count(Reason reason) {
    reasons[reason.ordinal()].increment();
  }

  public void count(Reason reason, int times) {
    reasons[reason.ordinal()].add(times);
  }

  /** Notes how many clients are connected now. */
  public void connected(long now) {
    mostConnections.accumulate(now);
  }

  /** How many clients were connected at the same time at the most. */
  public long mostConnections() {
    return mostConnections.get();
  }

  public long get(Event event) {
    return events[event.ordinal()].sum();
  }

  public long get(Reason reason) {
    return reasons[reason.ordinal()].sum();
  }

  /** The reasons that have occurred. */
  public Map<Reason, Long> reasons() {
    Map<Reason, Long> result = new EnumMap<>(Reason.class);
    for (Reason reason : Reason.values()) {
      long n = get(reason);
      if (n > 0) {
        result.put(reason, n);
      }
    }
    return result;
  }

  /** All events, by name. */
  public Map<String, Long> events() {
    Map<String, Long> result = new TreeMap<>();
    for (Event event : Event.values()) {
      result.put(event.name().toLowerCase(Locale.ROOT), get(event));
    }
    return result;
  }

  private static LongAdder[] adders(int n) {
    LongAdder[] adders = new LongAdder[n];
    for (int i = 0; i < n; i++) {
      adders[i] = new LongAdder();
    }
    return adders;
  }
}
