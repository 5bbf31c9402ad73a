package io.strmqtt.core;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.Reason;
import io.strmqtt.api.store.UnauthorizedAttempt;
import io.strmqtt.api.store.UnauthorizedStore;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * The one place every refused attempt goes through: counted, recorded, and logged; the log line of
 * the first occurrence, then once a minute with the number since, for each listener, client host
 * and reason, as {@link LogSamples} bounds it. Any thread.
 */
public final class Refusals {
  private static final Logger LOG = LogManager.getLogger(Refusals.class);

  private final Counters counters;
  private final UnauthorizedStore store;
  private final Clock clock;
  private final LongSupplier nanoTime;
  private final LogSamples<Key, Reason> samples = new LogSamples<>(Key::reason);

  /**
   * @param client an address; the name of one that has none
   */
  private record Key(String listener, Object client, Reason reason) {
    static Key of(Refusal refusal) {
      InetSocketAddress client = refusal.endpoint().client();
      InetAddress ip = client.getAddress();
      return new Key(
          refusal.endpoint().listener(),
          ip == null ? client.getHostString() : ip,
          refusal.reason());
    }
  }

  /**
   * @param clock the wall's, for records
   * @param nanoTime one that nobody sets, for the times between lines in the log
   */
  public Refusals(Counters counters, UnauthorizedStore store, Clock clock, LongSupplier nanoTime) {
    this.counters = counters;
    this.store = store;
    this.clock = clock;
    this.nanoTime = nanoTime;
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

  /**
   * A client got in: what was recorded of it is resolved.
   *
   * @param clientId as the client sent it, not empty
   */
  public void accepted(ClientEndpoint endpoint, String clientId) {
    store.resolved(endpoint, clientId, clock.instant());
  }

  private void log(Refusal refusal) {
    switch (samples.add(Key.of(refusal), TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong()))) {
      case LogSamples.Write(long more) -> write(refusal, more);
      case LogSamples.Summary(long count) ->
          LOG.warn(
              "event=refused_many reason={} attempts={} text={} detail={}",
              refusal.reason(),
              count,
              LogText.of(refusal.reason().text()),
              LogText.sentence("from more addresses than are told apart in the log"));
      case LogSamples.Quiet _ -> {
        if (LOG.isDebugEnabled()) {
          LOG.debug("event=refused {} reason={}", refusal.endpoint().toLog(), refusal.reason());
        }
      }
    }
  }

  private static void write(Refusal refusal, long more) {
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
    String detail = refusal.detail().get();
    if (!detail.isEmpty()) {
      line.append(" detail=").append(LogText.sentence(detail));
    }
    if (more > 0) {
      line.append(" more_like_this=").append(more);
    }
    LOG.warn(line);
  }
}
