package io.strmqtt.api.admin;

import io.strmqtt.api.Page;
import io.strmqtt.api.Reason;
import io.strmqtt.api.store.UnauthorizedQuery;
import io.strmqtt.api.store.UnauthorizedRecord;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The broker, as those who run it see it. Safe on every thread. */
public interface BrokerView {
  /** The broker's version, {@code 0.1.0}. */
  String version();

  /** Whether all listeners are open, the broker is not stopping, and its store can write. */
  boolean ready();

  /** Why the store cannot write at present; empty while it can. */
  Optional<String> storeProblem();

  /**
   * Sessions in the order of their client ids.
   *
   * @param cursor of the page before; empty for the first
   * @param limit 1 to 1000
   * @throws IllegalArgumentException if the cursor is none of this listing's
   */
  Page<SessionView> sessions(Optional<String> cursor, int limit);

  Optional<SessionView> session(String clientId);

  /**
   * Ends the session of the client id: its connection, if there is one, is closed, its will is
   * published (MQTT 5, 3.1.2.5), and its subscriptions and messages are gone.
   *
   * @return whether there was one; completed when the store knows that it is gone, which it does
   *     not while it cannot write
   */
  CompletionStage<Boolean> deleteSession(String clientId);

  /**
   * Refused attempts, most recently seen first.
   *
   * @param limit 1 to 1000
   * @throws IllegalArgumentException if the cursor is none of this listing's
   */
  Page<UnauthorizedRecord> unauthorized(
      UnauthorizedQuery query, Optional<String> cursor, int limit);

  /** As {@link #unauthorized(UnauthorizedQuery, Optional, int)}, of all records. */
  default Page<UnauthorizedRecord> unauthorized(Optional<String> cursor, int limit) {
    return unauthorized(new UnauthorizedQuery.MostRecent(), cursor, limit);
  }

  List<ListenerView> listeners();

  /** The PROXY protocol on each listener. */
  List<ProxyView> proxies();

  /** The last refusals on account of the PROXY header, at most 100, the latest first. */
  List<ProxyReject> proxyRejects();

  /** How often each reason has occurred since the start; reasons that never occurred are absent. */
  Map<Reason, Long> reasons();

  /**
   * Broker-wide gauges and counters by name, for people: {@code connections}, {@code sessions},
   * {@code publish_received}...
   */
  Map<String, Long> counters();
}
