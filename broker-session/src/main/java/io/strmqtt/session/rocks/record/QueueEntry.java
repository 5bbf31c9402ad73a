package io.strmqtt.session.rocks.record;

import io.strmqtt.api.Message;
import io.strmqtt.api.store.QueuedMessage;
import java.util.Optional;

/**
 * The value of a queue's row: what belongs to this copy, then the body itself, if no other queue
 * shares it.
 *
 * @param identifiers not to be modified
 * @param shared the filter of the shared subscription, empty if none
 * @param weight of the message, which the session's bounds count
 * @param body absent if it is shared
 */
public record QueueEntry(
    int qos, boolean retain, int[] identifiers, String shared, int weight, Optional<byte[]> body) {
  private static final int VERSION = 1;
  private static final int RETAIN = 0x04;
  private static final int BODY_ELSEWHERE = 0x08;

  public static QueueEntry inline(QueuedMessage message, byte[] body) {
    return of(message, Optional.of(body));
  }

  public static QueueEntry sharing(QueuedMessage message) {
    return of(message, Optional.empty());
  }

  private static QueueEntry of(QueuedMessage message, Optional<byte[]> body) {
    return new QueueEntry(
        message.qos(),
        message.retain(),
        message.identifiers(),
        message.shared(),
        message.weight(),
        body);
  }

  public byte[] toBytes() {
    Writer out =
        new Writer(
            24 + 5 * identifiers.length + 3 * shared.length() + body.map(b -> b.length).orElse(0));
    out.u8(VERSION)
        .u8(qos | (retain ? RETAIN : 0) | (body.isPresent() ? 0 : BODY_ELSEWHERE))
        .number(identifiers.length);
    for (int identifier : identifiers) {
      out.number(identifier);
    }
    out.text(shared).number(weight);
    body.ifPresent(out::bytes);
    return out.toBytes();
  }

  /**
   * @throws Damaged if the bytes are none
   */
  public static QueueEntry fromBytes(byte[] bytes) {
    Reader in = new Reader("queue entry", bytes, VERSION);
    int flags = in.u8(BODY_ELSEWHERE | RETAIN | 3);
    int[] identifiers = new int[in.count()];
    for (int i = 0; i < identifiers.length; i++) {
      identifiers[i] = (int) in.number(0, Integer.MAX_VALUE);
    }
    String shared = in.text();
    int weight = (int) in.number(0, Integer.MAX_VALUE);
    Optional<byte[]> body =
        (flags & BODY_ELSEWHERE) == 0 ? Optional.of(in.bytes()) : Optional.empty();
    return in.end(
        new QueueEntry(flags & 3, (flags & RETAIN) != 0, identifiers, shared, weight, body));
  }

  public QueuedMessage toMessage(long number, Message message) {
    return new QueuedMessage(number, message, qos, retain, identifiers, shared);
  }
}
