package io.strmqtt.core;

import io.strmqtt.api.Reason;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * The messages that sessions do not get: counted by reason and, where somebody may miss them, named
 * in the log. The first one of a session and reason has its line, then there is one a minute with
 * the number since, the last ones included. Only so many are told apart; the rest is summed up by
 * reason. Any thread.
 */
public final class Drops {
  /** Sessions and reasons told apart at a time, and thus lines a minute. */
  static final int MOST_KEYS = 1000;

  private static final Logger LOG = LogManager.getLogger(Drops.class);
  private static final long LINE_SECONDS = 60;

  private final Counters counters;
  private final ScheduledExecutorService clock;
  private final Consumer<String> log;

  /** Messages since the last line. */
  private final Map<Key, Long> owed = new ConcurrentHashMap<>();

  private final AtomicBoolean ticking = new AtomicBoolean();

  /**
   * @param clientId empty for the sum of those that are not told apart
   */
  private record Key(String clientId, Reason reason) {}

  /**
   * @param clock where the line of a minute is written
   */
  public Drops(Counters counters, ScheduledExecutorService clock) {
    this(counters, clock, LOG::warn);
  }

  Drops(Counters counters, ScheduledExecutorService clock, Consumer<String> log) {
    this.counters = counters;
    this.clock = clock;
    this.log = log;
  }

  /** Notes messages of a session that are dropped. */
  public void dropped(String clientId, Reason reason, int messages) {
    counters.count(reason, messages);
    if (!mayBeMissed(reason) || messages == 0) {
      return;
    }
    Key key = new Key(clientId, reason);
    if (owed.size() >= MOST_KEYS && !owed.containsKey(key)) {
      key = new Key("", reason);
    }
    if (owed.putIfAbsent(key, 0L) == null) {
      write(key, messages);
      tick();
    } else {
      owed.merge(key, (long) messages, Long::sum);
    }
  }

  /** QoS 0 for who is away, and what its publisher has given a time, is not missed. */
  private static boolean mayBeMissed(Reason reason) {
    return reason != Reason.QOS0_OFFLINE && reason != Reason.MESSAGE_EXPIRED;
  }

  private void tick() {
    if (ticking.compareAndSet(false, true)) {
      try {
        clock.schedule(this::writeOwed, LINE_SECONDS, TimeUnit.SECONDS);
      } catch (RejectedExecutionException e) {
        // The broker ends.
      }
    }
  }

  private void writeOwed() {
    for (Key key : owed.keySet()) {
      owed.computeIfPresent(
          key,
          (k, messages) -> {
            if (messages == 0) {
              return null;
            }
            write(k, messages);
            return 0L;
          });
    }
    ticking.set(false);
    if (!owed.isEmpty()) {
      tick();
    }
  }

  private void write(Key key, long messages) {
    log.accept(
        (key.clientId().isEmpty()
                ? "event=messages_dropped_many"
                : "event=messages_dropped client_id=" + LogText.of(key.clientId()))
            + " reason="
            + key.reason()
            + " messages="
            + messages
            + " text="
            + LogText.of(key.reason().text()));
  }
}
