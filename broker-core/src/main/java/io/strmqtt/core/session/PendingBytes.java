package io.strmqtt.core.session;

import java.util.concurrent.atomic.LongAdder;

/**
 * The bytes that wait in memory for all connected sessions together, bodies counted once, with what
 * sockets have not taken; held against a limit. (What waits for absent sessions is the store's,
 * which has a limit of its own.) Above the limit those who publish to sessions that do not keep up
 * are held back; above one and a half times the limit such sessions get no QoS 0 messages; above
 * twice the limit the session that holds most is disconnected, one after the other. Clients that
 * have nothing to do with slow sessions go on. Any thread.
 */
public final class PendingBytes {
  private final long high;
  private final LongAdder messages = new LongAdder();
  private final LongAdder sockets = new LongAdder();
  private final Laggards laggards = new Laggards();
  private volatile boolean over;
  private volatile boolean isShort;
  private volatile boolean exhausted;
  private volatile boolean tight;

  /**
   * @param high bytes at which publishers to slow sessions are held back
   */
  public PendingBytes(long high) {
    this.high = high;
  }

  void add(long messageBytes, long socketBytes) {
    if (messageBytes != 0) {
      messages.add(messageBytes);
    }
    if (socketBytes != 0) {
      sockets.add(socketBytes);
    }
  }

  /** A piece of a large message is in memory for sockets, or is gone. */
  void addShared(long bytes) {
    sockets.add(bytes);
  }

  /** Compares the sums with the limits; called by each loop after a drain, not for each message. */
  void evaluate() {
    long unsent = sockets.sum();
    long sum = messages.sum() + unsent;
    over = over ? sum >= high - high / 4 : sum > high;
    isShort = sum > high + high / 2;
    exhausted = sum > 2 * high;
    tight = unsent > high / 4;
  }

  /** Whether those who publish to sessions that do not keep up are to wait. */
  public boolean isOver() {
    return over;
  }

  /** Whether sessions that do not keep up get no QoS 0 messages. */
  boolean isShort() {
    return isShort;
  }

  /** Tells whether so much waits that slow sessions are being disconnected. */
  boolean isExhausted() {
    return exhausted;
  }

  /** Whether sockets get small portions only, and the next one when the last has left. */
  boolean isTight() {
    return tight;
  }

  /** The sessions that do not keep up. */
  Laggards laggards() {
    return laggards;
  }

  /**
   * Makes room if memory is short; called by each loop from time to time.
   *
   * @param now nanoseconds of the loops' clock
   */
  void relieve(long now) {
    if (isShort) {
      laggards.relieve(now, exhausted);
    }
  }

  /** Bytes that wait now. */
  public long sum() {
    return messages.sum() + sockets.sum();
  }
}
