package io.strmqtt.core.session;

import io.strmqtt.api.Reason;
import io.strmqtt.api.store.SessionRecord;
import java.util.Optional;

/** A connection that has, or wants, a session. Called on the connection's loop. */
public interface Attachment {
  Outbox outbox();

  /** What the record of the session will say while this connection lasts. */
  SessionRecord record();

  /** QoS 1 and 2 publications the client takes unacknowledged, 1 to 65535. */
  int receiveMaximum();

  /** Bytes of the largest packet the client takes (3.1.2.11.4). */
  long maxPacketSize();

  /** Topic aliases to use towards the client, 0 to 65535 (3.1.2.11.5). */
  int topicAliasMaximum();

  /** What to publish if the connection ends without DISCONNECT. */
  Optional<Will> will();

  /** The session is this connection's now: answer CONNACK. Nothing else is written before. */
  void attached(Session session, boolean present);

  /** What the session had in flight is on its way: handle what the client sends. */
  void started();

  /** Another connection takes the session, or an administrator ends it: say so and close. */
  void detached(Reason reason);
}
