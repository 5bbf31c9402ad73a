package io.strmqtt.transport;

import io.strmqtt.api.ClientEndpoint;
import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Connections of a listener in observe mode that began without a PROXY header: who would be refused
 * if it were required. All are counted; the log has the first of each peer address, then one a
 * minute with the number since. Any thread.
 */
final class MissingHeaders {
  private static final Logger LOG = LogManager.getLogger(MissingHeaders.class);
  private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final int MOST_PEERS = 10_000;

  private final LongAdder count = new LongAdder();
  private final Map<InetAddress, Sample> samples = new ConcurrentHashMap<>();

  /** When a line was last written, and how many were not since. */
  private record Sample(long writtenAt, long suppressed) {}

  /**
   * @param endpoint of the connection, as its socket tells it
   * @param now nanoseconds of the loop's clock
   */
  void add(ClientEndpoint endpoint, long now) {
    count.increment();
    if (samples.size() > MOST_PEERS) {
      samples.clear();
    }
    long[] more = {-1};
    samples.compute(
        endpoint.peer().getAddress(),
        (peer, last) -> {
          if (last != null && now - last.writtenAt() < QUIET_NANOS) {
            return new Sample(last.writtenAt(), last.suppressed() + 1);
          }
          more[0] = last == null ? 0 : last.suppressed();
          return new Sample(now, 0);
        });
    if (more[0] >= 0) {
      LOG.warn(
          "event=proxy_header_missing {} listener={}{}",
          endpoint.toLog(),
          endpoint.listener(),
          more[0] > 0 ? " more_like_this=" + more[0] : "");
    }
  }

  /** Since the start. */
  long count() {
    return count.sum();
  }
}
