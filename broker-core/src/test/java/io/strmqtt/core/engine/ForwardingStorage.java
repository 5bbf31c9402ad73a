package io.strmqtt.core.engine;

import io.strmqtt.api.store.QueueStore;
import io.strmqtt.api.store.RetainedStore;
import io.strmqtt.api.store.SessionStore;
import io.strmqtt.api.store.Storage;
import io.strmqtt.api.store.UnauthorizedStore;
import java.util.Map;
import java.util.Optional;

/** Another storage, for tests that change a part of what it does. */
class ForwardingStorage implements Storage {
  final Storage memory;

  ForwardingStorage(Storage memory) {
    this.memory = memory;
  }

  @Override
  public SessionStore sessions() {
    return memory.sessions();
  }

  @Override
  public QueueStore queues() {
    return memory.queues();
  }

  @Override
  public RetainedStore retained() {
    return memory.retained();
  }

  @Override
  public UnauthorizedStore unauthorized() {
    return memory.unauthorized();
  }

  @Override
  public void whenDurable(Runnable then) {
    memory.whenDurable(then);
  }

  @Override
  public void flush() {
    memory.flush();
  }

  @Override
  public boolean isBehind() {
    return memory.isBehind();
  }

  @Override
  public boolean isFull() {
    return memory.isFull();
  }

  @Override
  public Optional<String> problem() {
    return memory.problem();
  }

  @Override
  public Map<String, Long> statistics() {
    return memory.statistics();
  }

  @Override
  public void close() {
    memory.close();
  }
}
