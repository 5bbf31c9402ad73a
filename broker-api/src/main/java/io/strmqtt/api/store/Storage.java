package io.strmqtt.api.store;

/** An open store. Thread-safe. */
public interface Storage extends AutoCloseable {
  SessionStore sessions();

  RetainedStore retained();

  UnauthorizedStore unauthorized();

  /**
   * Runs {@code then} once everything the calling thread has handed to the stores is durable at the
   * configured durability: at once on this thread if it is already, else later on a thread of the
   * store. Callbacks of one thread run in order.
   */
  void whenDurable(Runnable then);

  /** Writes what is left and closes. */
  @Override
  void close();
}
