package io.strmqtt.core.sys;

import io.strmqtt.api.Message;
import io.strmqtt.api.store.RetainedStore;
import io.strmqtt.mqtt.topic.Topics;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;

/**
 * The retained messages with those of {@code $SYS} beside them: these live in memory only, because
 * they are wrong after a restart, and count for nothing. Any thread.
 */
public final class SysRetained implements RetainedStore {
  private final RetainedStore stored;
  private final ConcurrentMap<String, Message> own = new ConcurrentHashMap<>();

  public SysRetained(RetainedStore stored) {
    this.stored = stored;
  }

  @Override
  public boolean put(Message message) {
    if (SysAccess.isSys(message.topic())) {
      own.put(message.topic(), message);
      return true;
    }
    return stored.put(message);
  }

  @Override
  public void remove(String topic) {
    stored.remove(topic);
  }

  @Override
  public void expire(Message message) {
    stored.expire(message);
  }

  @Override
  public void match(String filter, Consumer<Message> consumer) {
    if (!SysAccess.isSys(filter)) {
      stored.match(filter, consumer);
      return;
    }
    own.forEach(
        (topic, message) -> {
          if (Topics.matches(filter, topic)) {
            consumer.accept(message);
          }
        });
  }

  @Override
  public long size() {
    return stored.size();
  }
}
