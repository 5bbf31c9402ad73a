package io.strmqtt.core;

import io.strmqtt.api.Page;
import io.strmqtt.api.Reason;
import io.strmqtt.api.admin.BrokerView;
import io.strmqtt.api.admin.ListenerView;
import io.strmqtt.api.admin.ProxyReject;
import io.strmqtt.api.admin.ProxyView;
import io.strmqtt.api.admin.SessionView;
import io.strmqtt.api.store.SessionRecord;
import io.strmqtt.api.store.UnauthorizedQuery;
import io.strmqtt.api.store.UnauthorizedRecord;
import io.strmqtt.core.connection.Services;
import io.strmqtt.core.session.Session;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/** Records from the stores, counters from the live sessions. Any thread. */
final class EngineView implements BrokerView {
  private static final SessionView.Counters NOTHING = new SessionView.Counters(0, 0, 0, 0, 0, 0, 0);

  private final EngineParts parts;
  private final Services services;
  private final Counters counters;
  private final OpenListeners listeners;
  private final BooleanSupplier ready;

  EngineView(
      EngineParts parts,
      Services services,
      Counters counters,
      OpenListeners listeners,
      BooleanSupplier ready) {
    this.parts = parts;
    this.services = services;
    this.counters = counters;
    this.listeners = listeners;
    this.ready = ready;
  }

  @Override
  public String version() {
    return parts.version();
  }

  @Override
  public boolean ready() {
    return ready.getAsBoolean();
  }

  @Override
  public Optional<String> storeProblem() {
    return parts.storage().problem();
  }

  @Override
  public Page<SessionView> sessions(Optional<String> cursor, int limit) {
    return parts.storage().sessions().page(cursor, limit).map(this::view);
  }

  @Override
  public Optional<SessionView> session(String clientId) {
    return parts.storage().sessions().get(clientId).map(this::view);
  }

  @Override
  public CompletionStage<Boolean> deleteSession(String clientId) {
    return services
        .sessions()
        .delete(clientId)
        .thenApply(
            deleted -> {
              if (deleted) {
                EventLog.deleted(clientId);
              }
              return deleted;
            });
  }

  private SessionView view(SessionRecord session) {
    return new SessionView(
        session,
        parts.storage().sessions().subscriptions(session.clientId()),
        services.sessions().get(session.clientId()).map(Session::counters).orElse(NOTHING));
  }

  @Override
  public Page<UnauthorizedRecord> unauthorized(
      UnauthorizedQuery query, Optional<String> cursor, int limit) {
    return parts.storage().unauthorized().page(query, cursor, limit);
  }

  @Override
  public List<ListenerView> listeners() {
    return listeners.views();
  }

  @Override
  public List<ProxyView> proxies() {
    return listeners.proxies();
  }

  @Override
  public List<ProxyReject> proxyRejects() {
    return listeners.proxyRejects();
  }

  @Override
  public Map<Reason, Long> reasons() {
    return counters.reasons();
  }

  @Override
  public Map<String, Long> counters() {
    Map<String, Long> all = counters.events();
    all.put("connections", (long) services.open().size());
    all.put("sessions", (long) services.sessions().size());
    all.put("subscriptions", services.broker().router().subscriptions());
    all.put("retained", parts.storage().retained().size());
    all.put("unauthorized_clients", parts.storage().unauthorized().size());
    all.put("queued_messages", parts.storage().queues().size());
    all.putAll(parts.storage().statistics());
    all.put("pending_bytes", services.broker().pending().sum());
    return all;
  }
}
