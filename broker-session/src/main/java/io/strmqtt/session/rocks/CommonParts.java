package io.strmqtt.session.rocks;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.store.SessionRecord;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * Parts that many sessions have in common, once in memory: the address and name of the listener,
 * the username, and the peer where that is the client. One thread.
 */
final class CommonParts {
  /** More are not common. */
  private static final int MOST = 4096;

  private final Map<Object, Object> known = new HashMap<>();
  private final Map<Object, Object> usernames = new HashMap<>();

  SessionRecord of(SessionRecord session) {
    return new SessionRecord(
        session.clientId(),
        once(usernames, session.username()),
        session.version(),
        session.connected(),
        of(session.endpoint()),
        session.cleanStart(),
        session.keepAlive(),
        session.expiryInterval(),
        session.connectedAt(),
        session.disconnectedAt(),
        once(known, session.disconnectReason()));
  }

  private ClientEndpoint of(ClientEndpoint endpoint) {
    InetSocketAddress client = endpoint.client();
    return new ClientEndpoint(
        client,
        client.equals(endpoint.peer()) ? client : endpoint.peer(),
        once(known, endpoint.local()),
        once(known, endpoint.listener()),
        endpoint.proxy(),
        once(known, endpoint.tls()),
        endpoint.forwarded());
  }

  @SuppressWarnings("unchecked") // What is equal is of one class.
  private static <T> T once(Map<Object, Object> known, T value) {
    T there = (T) known.get(value);
    if (there != null) {
      return there;
    }
    if (known.size() < MOST) {
      known.put(value, value);
    }
    return value;
  }
}
