package io.strmqtt.core.session;

import java.util.concurrent.atomic.LongAdder;

/**
 * The bytes that wait for all connected sessions together, held against a limit above which
 * publishers stop reading until a quarter has drained. (What waits for absent sessions does not
 * drain by waiting: it is the store's, which has a limit of its own.) Sessions report what they
 * hold; reading is one volatile field. Any thread.
 */
public final class PendingBytes {
  private final long high;
  private final long low;
  private final LongAdder live = new LongAdder();
  private volatile boolean over;
  private volatile boolean farOver;

  /**
   * @param high bytes at which publishers are held back
   */
  public PendingBytes(long high) {
    this.high = high;
    this.low = high - high / 4;
  }

  void add(long bytes) {
    if (bytes != 0) {
      live.add(bytes);
    }
  }

  /** Compares the sums with the limits; called by each loop after a drain, not for each message. */
  void evaluate() {
    long sum = live.sum();
    over = over ? sum >= low : sum > high;
    farOver = sum > 2 * high;
  }

  /** Whether publishers are to stop reading. */
  public boolean isOver() {
    return over;
  }

  /** Whether slowing down has not been enough: twice the limit waits for connected sessions. */
  public boolean isFarOver() {
    return farOver;
  }

  /** Bytes that wait now. */
  public long sum() {
    return live.sum();
  }
}
