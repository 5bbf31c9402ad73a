package io.strmqtt.core.session;

import io.netty.channel.EventLoop;
import io.strmqtt.api.Reason;
import io.strmqtt.core.Deadlines;
import io.strmqtt.core.LogText;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;

/**
 * What the engine keeps for each event loop: the list of sessions with mail, the deadlines, and the
 * connections that wait to read on. {@link #ready} and {@link #execute} are for any thread; the
 * rest is for the loop.
 */
public final class Shard {
  private static final Logger LOG = LogManager.getLogger(Shard.class);
  private static final int READY_CHUNK = 256;
  private static final int DRAINS_PER_TURN = 4;
  private static final int DRAINED_AT_ONCE = 1024;

  /** How long sessions with mail may keep the loop from its sockets. */
  private static final long TURN_NANOS = 1_000_000;

  private static final long PAUSE_CHECK_MILLIS = 5;

  /** How long pieces of large packets may keep the loop from its sockets and sessions with mail. */
  private static final long PARTS_TURN_NANOS = 1_000_000;

  /** How long those that wait to read on may keep the loop from its sockets. */
  private static final long PAUSE_TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** Paused connections that are asked before the clock is. */
  private static final int PAUSED_PER_CLOCK = 64;

  private final EventLoop loop;
  private final Deadlines deadlines;
  private final PendingBytes pending;
  private final MpscUnboundedAtomicArrayQueue<Session> ready =
      new MpscUnboundedAtomicArrayQueue<>(READY_CHUNK);
  private final AtomicBoolean awake = new AtomicBoolean();

  /** In the order they are asked: the longest waiting first. */
  private final Deque<Paused> paused = new ArrayDeque<>();

  /** How many of them have not been asked in this round. */
  private int unasked;

  private final Chunks chunks;

  /** With a large packet under way, in the order they came. */
  private final Deque<Outbox> parts = new ArrayDeque<>();

  private boolean sendingParts;

  /** Packets that are worked on over several turns. */
  private int working;

  private boolean checking;
  private boolean watching;
  private int drains;
  private volatile boolean closed;

  /** A connection that does not read until its reason to wait has gone. */
  private record Paused(BooleanSupplier mayResume, Runnable resume) {}

  Shard(EventLoop loop, LongSupplier nanoTime, PendingBytes pending) {
    this.loop = loop;
    this.pending = pending;
    this.deadlines = new Deadlines(loop, nanoTime);
    this.chunks = new Chunks(pending);
  }

  public EventLoop loop() {
    return loop;
  }

  public Deadlines deadlines() {
    return deadlines;
  }

  PendingBytes pending() {
    return pending;
  }

  Chunks chunks() {
    return chunks;
  }

  /**
   * Has the task run behind the sockets' turn, as what is too long for one turn goes on. Not at all
   * if the loop ends: there is nobody left to do it for. One that fails is named. Any thread.
   */
  public void later(Runnable task) {
    try {
      // Scheduled tasks are looked for behind the sockets, others as long as there are some.
      loop.schedule(() -> run(task), 0, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("event=loop_ended");
    }
  }

  /** Whether a packet is worked on over several turns: others that may take as long wait. */
  public boolean isWorking() {
    return working > 0;
  }

  /** Another packet is worked on over several turns. */
  public void beginWork() {
    working++;
  }

  /** Its last turn is over. */
  public void endWork() {
    working--;
  }

  /** Whether connections wait for their turn to send more of a large packet. */
  boolean hasParts() {
    return !parts.isEmpty();
  }

  /**
   * Has the connection send more of its large packet in its turn: behind those that came before,
   * and never so many that sessions with mail have to wait for them.
   */
  void sendPart(Outbox outbox) {
    parts.add(outbox);
    if (!sendingParts) {
      sendingParts = true;
      later(this::sendParts);
    }
  }

  private void sendParts() {
    long begun = deadlines.now();
    Outbox next;
    while ((next = parts.poll()) != null) {
      try {
        next.sendPart();
      } catch (RuntimeException | Error e) {
        failed(e);
        next.connection().abort();
      }
      if (deadlines.now() - begun >= PARTS_TURN_NANOS) {
        break;
      }
    }
    sendingParts = !parts.isEmpty();
    if (sendingParts) {
      later(this::sendParts);
    }
    balance();
  }

  /** Netty keeps what a scheduled task throws to itself. */
  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      failed(e);
    }
  }

  public boolean inLoop() {
    return loop.inEventLoop();
  }

  /** Runs on the loop: at once if this is it; not at all once the shard is closed. */
  public void execute(Runnable task) {
    if (loop.inEventLoop()) {
      task.run();
    } else {
      enqueue(task);
    }
  }

  private void enqueue(Runnable task) {
    if (closed) {
      return;
    }
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      if (!closed) { // Otherwise both have happened since it was asked.
        throw e;
      }
    }
  }

  /**
   * The loop is about to end: from now on nobody waits for what other threads bring, such as a
   * store that has written or an authenticator that has answered. Any thread.
   */
  void close() {
    closed = true;
  }

  /** Puts a session with mail on the list; the first one wakes the loop. */
  void ready(Session session) {
    ready.offer(session);
    if (!awake.get() && awake.compareAndSet(false, true)) {
      enqueue(this::drain);
    }
  }

  /**
   * Behind a few drains the sockets have their turn: while another loop delivers as fast as this
   * one sends, there would be mail without end, and nobody to read what clients say.
   */
  private void drain() {
    if (drains++ < DRAINS_PER_TURN) {
      drainNow();
    } else {
      drains = 0;
      later(this::drainNow);
    }
  }

  private void drainNow() {
    // Off before the list is read: a session added from now on wakes the loop again.
    awake.set(false);
    long begin = deadlines.now();
    int most = DRAINED_AT_ONCE;
    boolean late = false;
    Session session;
    while (most-- > 0 && !late && (session = ready.poll()) != null) {
      try {
        session.drain(this);
      } catch (OutOfMemoryError e) {
        session.disconnect(Reason.OUT_OF_MEMORY);
      } catch (RuntimeException | Error e) {
        failed(e);
        session.disconnect(Reason.INTERNAL_ERROR);
      }
      late = deadlines.now() - begin >= TURN_NANOS;
    }
    balance();
    if (!ready.isEmpty() && awake.compareAndSet(false, true)) {
      if (late) {
        drains = 0;
        later(this::drainNow);
      } else {
        loop.execute(this::drain);
      }
    }
  }

  /** Looks at what waits for all, and comes again while it is too much. */
  private void balance() {
    pending.evaluate();
    if (pending.isShort()) {
      pending.relieve(deadlines.now());
      if (!watching) {
        watching = true;
        loop.schedule(this::watch, PAUSE_CHECK_MILLIS, TimeUnit.MILLISECONDS);
      }
    }
  }

  private void watch() {
    watching = false;
    balance();
  }

  /**
   * Calls {@code resume} on this loop once {@code mayResume} says so; asked every few milliseconds,
   * in turns that leave the sockets theirs, the longest waiting first.
   */
  public void pause(BooleanSupplier mayResume, Runnable resume) {
    assert inLoop();
    paused.add(new Paused(mayResume, resume));
    if (!checking) {
      checking = true;
      loop.schedule(this::checkPaused, PAUSE_CHECK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void checkPaused() {
    balance();
    unasked = paused.size();
    goOnChecking();
  }

  private void goOnChecking() {
    long begun = deadlines.now();
    int asked = 0;
    while (unasked > 0) {
      unasked--;
      boolean resumed = check(paused.remove());
      if ((resumed || ++asked % PAUSED_PER_CLOCK == 0)
          && unasked > 0
          && deadlines.now() - begun >= PAUSE_TURN_NANOS) {
        later(this::goOnChecking);
        return;
      }
    }
    checking = !paused.isEmpty();
    if (checking) {
      loop.schedule(this::checkPaused, PAUSE_CHECK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  /** Whether it has resumed; otherwise it waits for the next round. */
  private boolean check(Paused each) {
    try {
      if (!each.mayResume().getAsBoolean()) {
        paused.add(each);
        return false;
      }
      each.resume().run();
    } catch (RuntimeException | Error e) {
      failed(e);
    }
    return true;
  }

  private static void failed(Throwable e) {
    LOG.error("event=internal_error error={}", LogText.of(String.valueOf(e)), e);
  }
}
