package io.strmqtt.core.engine;

import io.netty.util.concurrent.Ticker;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;

/** Time that passes when a test says so: both the monotonic clock and the wall clock. */
public final class VirtualTime implements Ticker {
  private static final Instant ORIGIN = Instant.parse("2030-01-01T00:00:00Z");
  private static final long START = TimeUnit.DAYS.toNanos(1);

  private long nanos = START;

  public void advanceTo(long to) {
    nanos = Math.max(nanos, to);
  }

  @Override
  public long initialNanoTime() {
    return START;
  }

  @Override
  public long nanoTime() {
    return nanos;
  }

  @Override
  public void sleep(long delay, TimeUnit unit) {
    throw new UnsupportedOperationException("nothing here sleeps");
  }

  Clock clock() {
    return new Clock() {
      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        return this;
      }

      @Override
      public Instant instant() {
        return ORIGIN.plusNanos(nanos - START);
      }
    };
  }
}
