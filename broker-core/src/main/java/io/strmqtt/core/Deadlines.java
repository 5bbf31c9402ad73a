package io.strmqtt.core;

import io.netty.channel.EventLoop;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The deadlines of one event loop: a hashed wheel of 512 slots, a quarter of a second each. Setting
 * and cancelling are a few pointer writes, so each packet may move a deadline; precision is one
 * tick, never early. When thousands fall due together, they fire in turns of about a millisecond
 * with the sockets' turn between: later than a tick, but nobody else waits for them. On its loop
 * only.
 */
public final class Deadlines {
  private static final Logger LOG = LogManager.getLogger(Deadlines.class);
  private static final int SLOTS = 512;
  private static final long TICK = TimeUnit.MILLISECONDS.toNanos(250);

  /** How long deadlines may keep the loop from its sockets. */
  private static final long TURN = TimeUnit.MILLISECONDS.toNanos(1);

  /** Entries that are looked at, due or not, before the clock is: a full slot is no free walk. */
  private static final int LOOKS_PER_CLOCK = 64;

  private final EventLoop loop;
  private final LongSupplier nanoTime;
  private final Entry[] slots = new Entry[SLOTS];
  private final long start;
  private long tick;
  private int size;
  private boolean running;

  /** Stands in the slot of {@link #tick}, behind what has been looked at, while turns go on. */
  private final Entry mark = new Entry(() -> {});

  /** Something that is due at a time, once. Reusable. */
  public static final class Entry {
    private final Runnable action;
    private long dueTick = -1;
    private @Nullable Entry previous;
    private @Nullable Entry next;

    /**
     * @param action runs on the loop when the deadline has passed
     */
    public Entry(Runnable action) {
      this.action = action;
    }

    public boolean isSet() {
      return dueTick >= 0;
    }
  }

  public Deadlines(EventLoop loop, LongSupplier nanoTime) {
    this.loop = loop;
    this.nanoTime = nanoTime;
    this.start = nanoTime.getAsLong();
    for (int i = 0; i < SLOTS; i++) {
      Entry head = new Entry(() -> {});
      head.previous = head;
      head.next = head;
      slots[i] = head;
    }
  }

  /** The loop's clock, nanoseconds from an arbitrary origin. */
  public LongSupplier nanoTime() {
    return nanoTime;
  }

  /** What the clock says. */
  public long now() {
    return nanoTime.getAsLong();
  }

  /** Sets, or moves, the deadline to {@code nanos} from now. */
  public void set(Entry entry, long nanos) {
    assert loop.inEventLoop();
    cancel(entry);
    if (size++ == 0 && !running) {
      running = true;
      tick = (now() - start) / TICK;
      loop.schedule(this::advance, TICK, TimeUnit.NANOSECONDS);
    }
    long due = (now() - start + Math.max(0, nanos)) / TICK + 1;
    entry.dueTick = Math.max(due, tick + 1);
    linkBehind(linked(slot(entry.dueTick).previous), entry);
  }

  /** Forgets the deadline, if it is set. */
  public void cancel(Entry entry) {
    assert loop.inEventLoop();
    if (!entry.isSet()) {
      return;
    }
    unlink(entry);
    entry.dueTick = -1;
    size--;
  }

  private void advance() {
    long begun = now();
    long target = (begun - start) / TICK;
    while (size > 0) {
      if (mark.next == null) {
        if (tick >= target) {
          break;
        }
        tick++;
        linkBehind(slot(tick), mark);
      }
      if (!fire(begun)) {
        // Scheduled tasks are looked for behind the sockets, others as long as there are some.
        loop.schedule(this::advance, 0, TimeUnit.NANOSECONDS);
        return;
      }
      unlink(mark);
    }
    if (mark.next != null) {
      unlink(mark);
    }
    tick = Math.max(tick, target);
    running = size > 0;
    if (running) {
      loop.schedule(this::advance, TICK, TimeUnit.NANOSECONDS);
    }
  }

  /**
   * Fires what is due in the mark's slot, from the mark on. The mark goes ahead of each action,
   * which may change the list anywhere, and nothing is looked at twice.
   *
   * @return whether the end of the slot is reached; otherwise the turn is over
   */
  private boolean fire(long begun) {
    Entry head = slot(tick);
    int looks = 0;
    Entry entry;
    while ((entry = linked(mark.next)) != head) {
      unlink(mark);
      linkBehind(entry, mark);
      boolean due = entry.dueTick <= tick;
      if (due) {
        cancel(entry);
        try {
          entry.action.run();
        } catch (RuntimeException | Error e) {
          // One that fails must not take the loop's other deadlines along.
          LOG.error("event=internal_error error={}", LogText.of(String.valueOf(e)), e);
        }
      }
      if ((due || ++looks % LOOKS_PER_CLOCK == 0) && now() - begun >= TURN) {
        return false;
      }
    }
    return true;
  }

  private Entry slot(long ofTick) {
    return slots[(int) (ofTick % SLOTS)];
  }

  private static void linkBehind(Entry before, Entry entry) {
    Entry after = linked(before.next);
    entry.previous = before;
    entry.next = after;
    before.next = entry;
    after.previous = entry;
  }

  private static void unlink(Entry entry) {
    linked(entry.previous).next = entry.next;
    linked(entry.next).previous = entry.previous;
    entry.previous = null;
    entry.next = null;
  }

  private static Entry linked(@Nullable Entry entry) {
    return Objects.requireNonNull(entry);
  }
}
