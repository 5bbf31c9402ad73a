package com.example.shelf;

import io.strmqtt.api.store.QueueStore;
import io.strmqtt.api.store.RetainedStore;
import io.strmqtt.api.store.SessionStore;
import io.strmqtt.api.store.Storage;
import io.strmqtt.api.store.UnauthorizedStore;
import java.util.Map;
import java.util.Optional;

/** So far it knows sessions only. */
record Shelf(String label, SessionStore sessions) implements Storage {
  Shelf(String label) {
    this(label, new Sessions());
  }

  @Override
  public QueueStore queues() {
    throw new UnsupportedOperationException();
  }

  @Override
  public RetainedStore retained() {
    throw new UnsupportedOperationException();
  }

  @Override
  public UnauthorizedStore unauthorized() {
    throw new UnsupportedOperationException();
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
    return false;
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
