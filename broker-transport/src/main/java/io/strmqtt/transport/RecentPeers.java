package io.strmqtt.transport;

import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The last ten different addresses, and when they came. Any thread; the lock is brief. */
final class RecentPeers {
  private static final int MOST = 10;

  private final Deque<Seen> latestFirst = new ArrayDeque<>(MOST + 1);

  private record Seen(InetAddress peer, long at) {}

  synchronized void add(InetAddress peer, long now) {
    latestFirst.removeIf(seen -> seen.peer().equals(peer));
    latestFirst.addFirst(new Seen(peer, now));
    if (latestFirst.size() > MOST) {
      latestFirst.removeLast();
    }
  }

  /** Those that came at most {@code age} nanoseconds ago. */
  synchronized List<InetAddress> latestFirst(long now, long age) {
    return latestFirst.stream().filter(seen -> now - seen.at() <= age).map(Seen::peer).toList();
  }
}
