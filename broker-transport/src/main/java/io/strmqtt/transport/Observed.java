package io.strmqtt.transport;

import io.strmqtt.api.admin.ProxyView;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;

/**
 * A listener's connections with a header and without, since it has been in observe mode: what is
 * known to decide whether the header can be required. Any thread. Times are nanoseconds of the
 * loops' clock.
 */
final class Observed {
  private final long start;
  private final LastHour headers = new LastHour();
  private final LastHour missing = new LastHour();
  private final RecentPeers missingPeers = new RecentPeers();

  /**
   * @param now when observe mode began
   */
  Observed(long now) {
    this.start = now;
  }

  void addHeader(long now) {
    headers.add(since(now));
  }

  void addMissing(InetAddress peer, long now) {
    missing.add(since(now));
    missingPeers.add(peer, now);
  }

  /** Another thread may have read the clock before this began. */
  private long since(long now) {
    return Math.max(0, now - start);
  }

  /**
   * @param open connections that began without a header and are still there
   */
  ProxyView.Observation view(long open, long now) {
    long without = missing.sum(since(now));
    long all = without + headers.sum(since(now));
    String when = when(TimeUnit.NANOSECONDS.toMinutes(since(now)));
    String why;
    if (without > 0) {
      why = without + " of " + all + " connections " + when + " came without a header";
    } else if (open > 0) {
      why = open + " open connections began without a header, and may come again";
    } else if (all == 0) {
      why = "no connection " + when + ": nothing is known yet";
    } else {
      why = "all " + all + " connections " + when + " came with a header";
    }
    return new ProxyView.Observation(
        all > 0 && without == 0 && open == 0,
        why,
        all,
        without,
        open,
        missingPeers.latestFirst(now, TimeUnit.MINUTES.toNanos(LastHour.MINUTES)));
  }

  private static String when(long minutes) {
    return minutes >= LastHour.MINUTES
        ? "in the last hour"
        : "since observe mode began "
            + (minutes == 0
                ? "less than a minute ago"
                : minutes + (minutes == 1 ? " minute ago" : " minutes ago"));
  }
}
