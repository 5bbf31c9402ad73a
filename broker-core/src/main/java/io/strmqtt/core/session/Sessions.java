package io.strmqtt.core.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/** All sessions by client id: one for each, whoever asks and from wherever. Any thread. */
public final class Sessions {
  private final ConcurrentMap<String, Session> byClientId = new ConcurrentHashMap<>();
  private final Broker broker;
  private final Publisher publisher;

  public Sessions(Broker broker) {
    this.broker = broker;
    this.publisher = new Publisher(broker);
  }

  public Broker broker() {
    return broker;
  }

  public Publisher publisher() {
    return publisher;
  }

  /**
   * Takes up all sessions that an earlier run has left. On the starting thread, before there are
   * connections.
   *
   * @param shards where they are spread
   * @return done when all are there
   */
  public CompletableFuture<Void> restore(Shards shards) {
    List<Session> restored = new ArrayList<>();
    CompletableFuture<Void> failed = new CompletableFuture<>();
    broker
        .storage()
        .sessions()
        .restore(
            stored -> {
              String clientId = stored.session().clientId();
              Shard shard = shards.of(clientId);
              Session session = new Session(clientId, this, shard, stored.session());
              byClientId.put(clientId, session);
              restored.add(session);
              shard.execute(
                  () -> {
                    try {
                      session.restore(stored);
                    } catch (RuntimeException e) {
                      failed.completeExceptionally(e); // Not half of a session.
                    }
                  });
            });
    return shards
        .caughtUp()
        .thenCompose(
            none -> {
              if (failed.isCompletedExceptionally()) {
                return failed;
              }
              // Only now: wills that are due meet every subscription.
              return resume(restored);
            });
  }

  /** A shard has a turn for so many sessions only: done when the last of them has had its own. */
  private static CompletableFuture<Void> resume(List<Session> restored) {
    CompletableFuture<Void> resumed = new CompletableFuture<>();
    if (restored.isEmpty()) {
      resumed.complete(null);
    }
    AtomicInteger left = new AtomicInteger(restored.size());
    for (Session session : restored) {
      session.command(
          () -> {
            try {
              session.resume();
            } finally {
              if (left.decrementAndGet() == 0) {
                resumed.complete(null);
              }
            }
          });
    }
    return resumed;
  }

  public Optional<Session> get(String clientId) {
    return Optional.ofNullable(byClientId.get(clientId));
  }

  public int size() {
    return byClientId.size();
  }

  /** Whether the client id may have a session: there are fewer than may be, or it has one. */
  public boolean hasRoomFor(String clientId) {
    return byClientId.size() < broker.limits().maxSessions() || byClientId.containsKey(clientId);
  }

  /**
   * Ends the session of the client id, with its connection, its messages, its subscriptions and,
   * published, its will.
   *
   * @return whether there was one; completed when the store knows that it is gone
   */
  public CompletableFuture<Boolean> delete(String clientId) {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    Session there = byClientId.get(clientId);
    if (there == null) {
      done.complete(false);
    } else {
      there.delete(() -> done.complete(true));
    }
    return done;
  }

  /**
   * Gives the session of the client id to a connection: a new one, or the one that is there, which
   * its owner hands over. Ends with {@link Attachment#attached} on the connection's loop, where
   * this is called, too.
   *
   * @param shard the connection's
   */
  public void claim(Claim claim, Shard shard) {
    assert shard.inLoop();
    while (true) {
      Session there = byClientId.get(claim.clientId());
      if (there != null) {
        there.command(() -> there.handOver(claim, shard));
        return;
      }
      Session fresh = new Session(claim.clientId(), this, shard, claim.attachment().record());
      if (byClientId.putIfAbsent(claim.clientId(), fresh) == null) {
        fresh.attach(claim.attachment(), false);
        return;
      }
    }
  }

  void remove(Session session) {
    byClientId.remove(session.clientId(), session);
  }

  /**
   * A connection's wish for a session.
   *
   * @param cleanStart whether a session that is there ends first (3.1.2-4)
   */
  public record Claim(String clientId, boolean cleanStart, Attachment attachment) {}
}
