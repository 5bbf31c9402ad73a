package io.strmqtt.core;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.Reason;
import io.strmqtt.api.store.UnauthorizedAttempt;
import io.strmqtt.api.store.UnauthorizedStore;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * The one place every refused attempt goes through: counted, recorded, and logged; the log line of
 * the first occurrence, then once a minute with the number since, for each listener, client host
 * and reason. Any thread.
 */
public final class Refusals {
  private static final Logger LOG = LogManager.getLogger(Refusals.class);
  private static final long QUIET_MILLIS = 60_000;
  private static final int MOST_KEYS = 10_000;

  private final Counters counters;
  private final UnauthorizedStore store;
  private final Clock clock;
  private final Map<Key, Sample> samples = new ConcurrentHashMap<>();

  private record Key(String listener, String client, Reason reason) {}

  /** When a line was last written, and how many were not since. */
  private record Sample(long writtenAt, long suppressed, boolean write) {}

  public Refusals(Counters counters, UnauthorizedStore store, Clock clock) {
    this.counters = counters;
    this.store = store;
    this.clock = clock;
  }

  public void refused(Refusal refusal) {
    counters.count(refusal.reason());
    store.record(
        new UnauthorizedAttempt(
            refusal.clientId(),
            refusal.endpoint(),
            refusal.username(),
            refusal.passwordProvided(),
            refusal.tlsUsed(),
            refusal.reason(),
            clock.instant()));
    log(refusal);
  }

  private void log(Refusal refusal) {
    if (samples.size() > MOST_KEYS) {
      samples.clear();
    }
    long now = clock.millis();
    Key key =
        new Key(
            refusal.endpoint().listener(),
            ClientEndpoint.host(refusal.endpoint().client()),
            refusal.reason());
    long[] suppressed = {0};
    Sample sample =
        samples.compute(
            key,
            (k, last) -> {
              if (last == null || now - last.writtenAt() >= QUIET_MILLIS) {
                suppressed[0] = last == null ? 0 : last.suppressed();
                return new Sample(now, 0, true);
              }
              return new Sample(last.writtenAt(), last.suppressed() + 1, false);
            });
    if (!sample.write()) {
      LOG.debug("event=refused {} reason={}", refusal.endpoint().toLog(), refusal.reason());
      return;
    }
    StringBuilder line =
        new StringBuilder(200)
            .append("event=refused ")
            .append(refusal.endpoint().toLog())
            .append(" listener=")
            .append(refusal.endpoint().listener())
            .append(" reason=")
            .append(refusal.reason());
    refusal.clientId().ifPresent(id -> line.append(" client_id=").append(LogText.of(id)));
    refusal.username().ifPresent(name -> line.append(" username=").append(LogText.of(name)));
    line.append(" text=").append(LogText.of(refusal.reason().text()));
    if (!refusal.detail().isEmpty()) {
      line.append(" detail=").append(LogText.sentence(refusal.detail()));
    }
    if (suppressed[0] > 0) {
      line.append(" more_like_this=").append(suppressed[0]);
    }
    LOG.warn(line);
  }
}
