package io.strmqtt.proxy;

import java.net.InetAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * How many connections of one listener wait for a header, in all and for each peer address. Shared
 * by the loops, without locks. A peer's count outlives its last connection while there are few
 * peers, so that the connections of a load balancer cost no garbage.
 */
public final class PendingBudget {
  /** Peers beyond this number are forgotten as soon as none of their connections waits. */
  private static final int REMEMBERED_PEERS = 1024;

  private static final int FORGOTTEN = -1;

  private volatile int most;
  private volatile int mostPerPeer;
  private final AtomicInteger all = new AtomicInteger();
  private final ConcurrentMap<InetAddress, Seats> peers = new ConcurrentHashMap<>();

  /**
   * @param most connections that may wait at a time, at least 1
   * @param mostPerPeer the same for one peer address, at least 1
   */
  public PendingBudget(int most, int mostPerPeer) {
    this.most = most;
    this.mostPerPeer = mostPerPeer;
  }

  public static PendingBudget of(ProxyPolicy policy) {
    return new PendingBudget(policy.maxPending(), policy.maxPendingPerPeer());
  }

  /**
   * New limits, for connections that are still to come; who has a seat keeps it.
   *
   * @param most at least 1
   * @param mostPerPeer at least 1
   */
  public void resize(int most, int mostPerPeer) {
    this.most = most;
    this.mostPerPeer = mostPerPeer;
  }

  /** Connections that wait now. */
  public int pending() {
    return all.get();
  }

  /** Whether a peer would find no seat now. */
  boolean isFull(InetAddress peer) {
    if (all.get() >= most) {
      return true;
    }
    Seats seats = peers.get(peer);
    return seats != null && seats.taken.get() >= mostPerPeer;
  }

  /**
   * Takes a seat, to be given back exactly once with {@link Seats#leave}; null if there is none.
   */
  @Nullable Seats enter(InetAddress peer) {
    if (all.incrementAndGet() > most) {
      all.decrementAndGet();
      return null;
    }
    while (true) {
      Seats seats = peers.get(peer);
      if (seats == null) {
        Seats fresh = new Seats(peer);
        Seats earlier = peers.putIfAbsent(peer, fresh);
        seats = earlier == null ? fresh : earlier;
      }
      int taken = seats.taken.get();
      if (taken >= mostPerPeer) {
        all.decrementAndGet();
        return null;
      }
      if (taken != FORGOTTEN && seats.taken.compareAndSet(taken, taken + 1)) {
        return seats;
      }
    }
  }

  /** The seats of one peer. */
  final class Seats {
    private final InetAddress peer;
    private final AtomicInteger taken = new AtomicInteger();

    private Seats(InetAddress peer) {
      this.peer = peer;
    }

    void leave() {
      if (taken.decrementAndGet() == 0
          && peers.size() > REMEMBERED_PEERS
          && taken.compareAndSet(0, FORGOTTEN)) {
        peers.remove(peer, this);
      }
      all.decrementAndGet();
    }
  }

  /** Peers that are remembered. */
  int peers() {
    return peers.size();
  }
}
