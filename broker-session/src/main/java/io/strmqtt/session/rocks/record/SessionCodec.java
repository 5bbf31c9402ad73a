package io.strmqtt.session.rocks.record;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.ProtocolVersion;
import io.strmqtt.api.Reason;
import io.strmqtt.api.store.SessionRecord;
import java.time.Instant;
import java.util.Optional;

/** A session's record; its client id is in the key. Reasons are kept by name. */
public final class SessionCodec {
  private static final int VERSION = 1;

  private SessionCodec() {}

  public static byte[] toBytes(SessionRecord session) {
    Writer out = new Writer(160);
    out.u8(VERSION)
        .text(session.username())
        .text(session.version().name())
        .bool(session.connected())
        .bool(session.cleanStart())
        .number(session.keepAlive())
        .number(session.expiryInterval())
        .number(session.connectedAt().toEpochMilli())
        .optional(session.disconnectedAt(), (w, at) -> w.number(at.toEpochMilli()))
        .optional(session.disconnectReason(), (w, reason) -> w.text(reason.name()));
    EndpointCodec.write(out, session.endpoint());
    return out.toBytes();
  }

  /**
   * @throws Damaged if the bytes are none
   */
  public static SessionRecord fromBytes(String clientId, byte[] bytes) {
    Reader in = new Reader("session", bytes, VERSION);
    String username = in.text();
    ProtocolVersion version = Names.require(ProtocolVersion.class, in);
    boolean connected = in.bool();
    boolean cleanStart = in.bool();
    int keepAlive = (int) in.number(0, 65535);
    long expiryInterval = in.number(0, SessionRecord.NEVER);
    Instant connectedAt = EndpointCodec.instant(in);
    Optional<Instant> disconnectedAt = in.optional(EndpointCodec::instant);
    Optional<Reason> reason =
        in.optional(Reader::text).flatMap(name -> Names.find(Reason.class, name));
    ClientEndpoint endpoint = EndpointCodec.read(in);
    return in.end(
        new SessionRecord(
            clientId,
            username,
            version,
            connected,
            endpoint,
            cleanStart,
            keepAlive,
            expiryInterval,
            connectedAt,
            disconnectedAt,
            reason));
  }
}
