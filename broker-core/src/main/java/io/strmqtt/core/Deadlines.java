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
 * tick, never early. On its loop only.
 */
public final class Deadlines {
  private static final Logger LOG = LogManager.getLogger(Deadlines.class);
  private static final int SLOTS = 512;
  private static final long TICK = TimeUnit.MILLISECONDS.toNanos(250);

  private final EventLoop loop;
  private final LongSupplier nanoTime;
  private final Entry[] slots = new Entry[SLOTS];
  private final long start;
  private long tick;
  private int size;
  private boolean running;

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
    Entry head = slots[(int) (entry.dueTick % SLOTS)];
    Entry last = linked(head.previous);
    entry.previous = last;
    entry.next = head;
    last.next = entry;
    head.previous = entry;
  }

  /** Forgets the deadline, if it is set. */
  public void cancel(Entry entry) {
    assert loop.inEventLoop();
    if (!entry.isSet()) {
      return;
    }
    linked(entry.previous).next = entry.next;
    linked(entry.next).previous = entry.previous;
    entry.previous = null;
    entry.next = null;
    entry.dueTick = -1;
    size--;
  }

  private void advance() {
    long target = (now() - start) / TICK;
    while (tick < target && size > 0) {
      tick++;
      fire(slots[(int) (tick % SLOTS)]);
    }
    tick = Math.max(tick, target);
    running = size > 0;
    if (running) {
      loop.schedule(this::advance, TICK, TimeUnit.NANOSECONDS);
    }
  }

  private void fire(Entry head) {
    Entry entry = linked(head.next);
    while (entry != head) {
      if (entry.dueTick <= tick) {
        cancel(entry);
        try {
          entry.action.run();
        } catch (RuntimeException | Error e) {
          // One that fails must not take the loop's other deadlines along.
          LOG.error("event=internal_error error={}", LogText.of(String.valueOf(e)), e);
        }
        // The action may have changed the list anywhere: begin again, what is due has left it.
        entry = linked(head.next);
      } else {
        entry = linked(entry.next);
      }
    }
  }

  private static Entry linked(@Nullable Entry entry) {
    return Objects.requireNonNull(entry);
  }
}
