package io.strmqtt.session.rocks.record;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.Reason;
import io.strmqtt.api.store.UnauthorizedAttempt;
import io.strmqtt.api.store.UnauthorizedRecord;
import io.strmqtt.session.AttemptKey;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** A record of refused attempts. */
public final class UnauthorizedCodec {
  private static final int VERSION = 1;

  private UnauthorizedCodec() {}

  /** The key of its row: each part with its length, so that no two records have the same. */
  public static byte[] key(AttemptKey key) {
    return new Writer(128)
        .u8(VERSION)
        .text(key.clientHost())
        .optional(key.clientId(), Writer::text)
        .optional(key.username(), Writer::text)
        .text(key.listener())
        .toBytes();
  }

  public static byte[] toBytes(UnauthorizedRecord record) {
    UnauthorizedAttempt last = record.last();
    Writer out =
        new Writer(256)
            .u8(VERSION)
            .number(record.firstSeen().toEpochMilli())
            .number(record.lastSeen().toEpochMilli())
            .number(record.attempts())
            .optional(last.clientId(), Writer::text)
            .optional(last.username(), Writer::text)
            .bool(last.passwordProvided())
            .bool(last.tlsUsed())
            .text(last.reason().name())
            .number(last.at().toEpochMilli());
    EndpointCodec.write(out, last.endpoint());
    out.number(record.reasons().size());
    record.reasons().forEach((reason, count) -> out.text(reason.name()).number(count));
    out.optional(record.resolvedAt(), (to, at) -> to.number(at.toEpochMilli()))
        .number(record.folded());
    return out.toBytes();
  }

  /**
   * @throws Damaged if the bytes are none
   */
  public static UnauthorizedRecord fromBytes(byte[] bytes) {
    Reader in = new Reader("record of refused attempts", bytes, VERSION);
    Instant first = EndpointCodec.instant(in);
    Instant lastSeen = EndpointCodec.instant(in);
    long attempts = in.number(1, Long.MAX_VALUE);
    Optional<String> clientId = in.optional(Reader::text);
    Optional<String> username = in.optional(Reader::text);
    boolean passwordProvided = in.bool();
    boolean tlsUsed = in.bool();
    Reason reason = Names.require(Reason.class, in);
    Instant at = EndpointCodec.instant(in);
    ClientEndpoint endpoint = EndpointCodec.read(in);
    Map<Reason, Long> reasons = reasons(in);
    Optional<Instant> resolvedAt = in.optional(EndpointCodec::instant);
    long folded = in.number(0, Long.MAX_VALUE);
    return in.end(
        new UnauthorizedRecord(
            new UnauthorizedAttempt(
                clientId, endpoint, username, passwordProvided, tlsUsed, reason, at),
            first,
            lastSeen,
            attempts,
            reasons,
            resolvedAt,
            folded));
  }

  private static Map<Reason, Long> reasons(Reader in) {
    Map<Reason, Long> reasons = new EnumMap<>(Reason.class);
    for (int left = in.count(); left > 0; left--) {
      reasons.put(Names.require(Reason.class, in), in.number(1, Long.MAX_VALUE));
    }
    return reasons;
  }
}
