package io.strmqtt.session;

import io.strmqtt.api.store.QueueStore;
import io.strmqtt.api.store.RetainedStore;
import io.strmqtt.api.store.SessionStore;
import io.strmqtt.api.store.Storage;
import io.strmqtt.api.store.UnauthorizedStore;
import java.util.Map;
import java.util.Optional;

/**
 * The memory stores together. Nothing outlives the process, so everything is as durable as it will
 * get at once.
 */
final class MemoryStorage implements Storage {
  private final SessionStore sessions = new SessionTable();
  private final MemoryQueues queues;
  private final RetainedStore retained;
  private final UnauthorizedStore unauthorized;

  MemoryStorage(
      UnauthorizedStore unauthorized, int retainedMax, long retainedMaxBytes, long queuedMaxBytes) {
    this.queues = new MemoryQueues(queuedMaxBytes);
    this.unauthorized = unauthorized;
    this.retained = new RetainedTree(retainedMax, retainedMaxBytes);
  }

  @Override
  public SessionStore sessions() {
    return sessions;
  }

  @Override
  public QueueStore queues() {
    return queues;
  }

  @Override
  public RetainedStore retained() {
    return retained;
  }

  @Override
  public UnauthorizedStore unauthorized() {
    return unauthorized;
  }

  @Override
  public void whenDurable(Runnable then) {
    then.run();
  }

  @Override
  public void flush() {}

  @Override
  public boolean isBehind() {
    return false;
  }

  @Override
  public boolean isFull() {
    return queues.isFull();
  }

  @Override
  public Optional<String> problem() {
    return Optional.empty();
  }

  @Override
  public Map<String, Long> statistics() {
    return Map.of();
  }

  @Override
  public void close() {}
}
