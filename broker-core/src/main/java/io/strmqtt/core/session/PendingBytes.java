package io.strmqtt.core.session;

import java.util.concurrent.atomic.LongAdder;

/**
 * The bytes that wait for all sessions together. Those for connected sessions are held against a
 * limit above which publishers stop reading until a quarter has drained. Those for absent sessions
 * do not drain by waiting: above twice the limit, more are turned away. Sessions report what they
 * hold; reading is one volatile field. Any thread.
 */
public final class PendingBytes {
  private final long high;
  private final long low;
  private final LongAdder live = new LongAdder();
  private final LongAdder stored = new LongAdder();
  private volatile boolean over;
  private volatile boolean farOver;
  private volatile boolean storedFull;

  /**
   * @param high bytes at which publishers are held back
   */
  public PendingBytes(long high) {
    this.high = high;
    this.low = high - high / 4;
  }

  void add(long liveBytes, long storedBytes) {
    if (liveBytes != 0) {
      live.add(liveBytes);
    }
    if (storedBytes != 0) {
      stored.add(storedBytes);
    }
  }

  /** Compares the sums with the limits; called by each loop after a drain, not for each message. */
  void evaluate() {
    long sum = live.sum();
    over = over ? sum >= low : sum > high;
    farOver = sum > 2 * high;
    storedFull = stored.sum() > 2 * high;
  }

  /** Whether publishers are to stop reading. */
  public boolean isOver() {
    return over;
  }

  /** Whether slowing down has not been enough: twice the limit waits for connected sessions. */
  public boolean isFarOver() {
    return farOver;
  }

  boolean isStoredFull() {
    return storedFull;
  }

  /** Bytes that wait now, for connected and absent sessions. */
  public long sum() {
    return live.sum() + stored.sum();
  }
}
