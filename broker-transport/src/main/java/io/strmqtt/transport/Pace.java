package io.strmqtt.transport;

/**
 * When to look at the clock while packets are handled: seldom for small ones that take no time,
 * behind each one that is large, and behind each one of a connection whose packets have been found
 * to take long, as those to many subscribers do. On the channel's loop.
 */
final class Pace {
  /** So many small packets take no time. */
  private static final int QUICK = 8;

  /** So many bytes may take some: they are decoded, copied and compared. */
  private static final int BYTES = 4 * 1024;

  private final long turnNanos;
  private final long slowNanos;
  private long begin;
  private long lastLook;
  private int most = 1;
  private int packets;
  private int bytes;

  /**
   * @param turnNanos how long a turn may be
   */
  Pace(long turnNanos) {
    this.turnNanos = turnNanos;
    this.slowNanos = turnNanos / 16;
  }

  void begin(long now) {
    begin = now;
    lastLook = now;
  }

  /**
   * Counts a packet that was handled; whether {@link #isOver} is to be asked.
   *
   * @param size of the packet in bytes
   */
  boolean isLookDue(int size) {
    bytes += size;
    return ++packets >= most || bytes >= BYTES;
  }

  /** Whether it is the others' turn. */
  boolean isOver(long now) {
    most = now - lastLook > slowNanos ? 1 : QUICK;
    lastLook = now;
    packets = 0;
    bytes = 0;
    return now - begin >= turnNanos;
  }
}
