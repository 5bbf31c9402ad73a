package io.strmqtt.transport;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.Reason;
import io.strmqtt.api.admin.ProxyReject;
import io.strmqtt.proxy.ProxyRefusal;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The last hundred refusals on account of the PROXY header, of all listeners. What they look like
 * is worked out when someone asks. Any thread; the lock is taken by refusals and readers only.
 */
final class ProxyRejects {
  static final int MOST = 100;

  private static final String V1 = "PROXY ";
  private static final String V2 = "\r\n\r\n\0\r\nQUIT\n";

  private final Clock clock;
  private final @Nullable Entry[] ring = new Entry[MOST];
  private long added;

  private record Entry(Instant at, ClientEndpoint endpoint, ProxyRefusal refusal) {

    ProxyReject view() {
      return new ProxyReject(
          at,
          endpoint,
          refusal.reason(),
          HexFormat.of().formatHex(refusal.firstBytes()),
          guess(refusal.reason(), refusal.firstBytes()),
          refusal.detail(),
          refusal.hint());
    }
  }

  ProxyRejects(Clock clock) {
    this.clock = clock;
  }

  void add(ClientEndpoint endpoint, ProxyRefusal refusal) {
    Entry entry = new Entry(clock.instant(), endpoint, refusal);
    synchronized (ring) {
      ring[(int) (added++ % MOST)] = entry;
    }
  }

  List<ProxyReject> latestFirst() {
    List<Entry> entries = new ArrayList<>(MOST);
    synchronized (ring) {
      for (long i = added - 1; i >= Math.max(0, added - MOST); i--) {
        Entry entry = ring[(int) (i % MOST)];
        if (entry != null) {
          entries.add(entry);
        }
      }
    }
    return entries.stream().map(Entry::view).toList();
  }

  /** What a connection is that began so, or a second header. */
  static String guess(Reason reason, byte[] bytes) {
    return switch (reason) {
      case NO_HEADER_MQTT -> "an MQTT CONNECT";
      case NO_HEADER_TLS -> "a TLS ClientHello";
      case NO_HEADER_HTTP -> "an HTTP request";
      default -> guess(bytes);
    };
  }

  private static String guess(byte[] bytes) {
    if (bytes.length == 0) {
      return "nothing was read";
    }
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    if (text.startsWith(V1) || V1.startsWith(text)) {
      return "a PROXY header of version 1";
    }
    return text.startsWith(V2) || V2.startsWith(text)
        ? "a PROXY header of version 2"
        : "something else";
  }
}
