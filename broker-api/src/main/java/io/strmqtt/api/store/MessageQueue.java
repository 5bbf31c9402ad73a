package io.strmqtt.api.store;

import java.util.List;
import java.util.function.Consumer;

/**
 * The messages of one session that is kept, and how far each has come. {@link #add} is for any
 * thread; everything else is for one thread at a time, the session's owner, and for messages whose
 * addition was ended by {@link Storage#whenDurable} or {@link Storage#flush} before.
 */
public interface MessageQueue {
  /**
   * Adds a message. A body that one thread adds to several queues with the same number, one behind
   * the other, is kept once.
   */
  void add(QueuedMessage message);

  /** A QoS 2 message is about to be sent with the packet identifier (MQTT 5, 4.3.3). */
  void sending(long number, int packetId);

  /**
   * Stores which QoS 1 messages have been sent and are not acknowledged yet, in the place of what
   * an earlier call has stored (MQTT 5, 4.4). Messages that are {@link #remove removed} later need
   * no further call.
   *
   * @param unacknowledged may be empty
   */
  void sent(List<StoredSession.Sent> unacknowledged);

  /** Its PUBREC has come: from now on the packet identifier is all that is needed. */
  void released(long number, int packetId);

  /** The message is acknowledged, expired or dropped. */
  void remove(long number);

  /** A QoS 2 publication with the packet identifier has come from the client (4.3.3-10). */
  void received(int packetId);

  /** The publication with the packet identifier has been released by the client. */
  void forget(int packetId);

  /**
   * Reads messages in the order of their numbers; not those that are {@link #released}. Sees all
   * that threads had ended by {@link Storage#whenDurable} or {@link Storage#flush} before the call.
   *
   * @param behind the number to begin behind, 0 for all
   * @param most how many at the most, at least 1; a store may hand over fewer of large ones, but at
   *     least one if there is any
   * @param then is handed what there is, once, be it that nothing could be read; on a thread of the
   *     store or, if nothing has to be waited for, on this one before the method returns
   */
  void read(long behind, int most, Consumer<QueuePage> then);

  /**
   * The session has ended: removes everything. The last call, but for an {@link #add} in flight.
   */
  void end();
}
