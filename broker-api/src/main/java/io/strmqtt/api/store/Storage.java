package io.strmqtt.api.store;

import java.util.Map;
import java.util.Optional;

/**
 * An open store. Thread-safe; nothing in it blocks its caller, but what says so.
 *
 * <p>Changes are gathered by the thread that makes them until it calls {@link #whenDurable} or
 * {@link #flush}: what was gathered is then written as one, so that after a crash all of it is
 * there, or nothing. Parts of one thread are written in their order.
 */
public interface Storage extends AutoCloseable {
  SessionStore sessions();

  QueueStore queues();

  RetainedStore retained();

  UnauthorizedStore unauthorized();

  /**
   * Ends what the calling thread has gathered, and runs {@code then} once it is durable at the
   * configured {@link Durability}: at once on this thread if nothing was gathered or it is durable
   * already, else later on a thread of the store. Callbacks that wait run in order. While the store
   * cannot write, they wait.
   *
   * @param then must be brief and must not throw
   */
  void whenDurable(Runnable then);

  /** Ends what the calling thread has gathered; nobody waits for it. Cheap if there is nothing. */
  void flush();

  /**
   * Whether more has been handed over than was written, by so much that those who publish are to
   * wait; always while the store cannot write. One volatile read.
   */
  boolean isBehind();

  /**
   * Whether the store has no room, by a limit of its own, for messages of sessions that are not
   * connected; what is there may be read and removed. One volatile read.
   */
  boolean isFull();

  /** Why the store cannot write at present, for operators; empty while it can. */
  Optional<String> problem();

  /** Figures for operators by name; units are in the names. */
  Map<String, Long> statistics();

  /** Writes what is left and closes; may take long. */
  @Override
  void close();
}
