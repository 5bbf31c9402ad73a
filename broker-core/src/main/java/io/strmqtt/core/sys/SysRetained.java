package io.strmqtt.core.sys;

import io.strmqtt.api.Message;
import io.strmqtt.api.store.RetainedStore;
import io.strmqtt.api.store.RetainedWalk;
import io.strmqtt.mqtt.topic.Topics;
import java.util.Iterator;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

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
  public int expire(long now, int most) {
    return stored.expire(now, most);
  }

  @Override
  public RetainedWalk match(String filter, Executor owner, Runnable ready) {
    return SysAccess.isSys(filter)
        ? new OwnWalk(filter, own.values().iterator())
        : stored.match(filter, owner, ready);
  }

  /** There are less than a hundred of them. */
  private record OwnWalk(String filter, Iterator<Message> all) implements RetainedWalk {
    @Override
    public @Nullable Message next(int steps) {
      for (int left = steps; left > 0 && all.hasNext(); left--) {
        Message message = all.next();
        if (Topics.matches(filter, message.topic())) {
          return message;
        }
      }
      return null;
    }

    @Override
    public boolean isReading() {
      return false;
    }

    @Override
    public boolean isOver() {
      return !all.hasNext();
    }
  }

  @Override
  public long size() {
    return stored.size();
  }
}
