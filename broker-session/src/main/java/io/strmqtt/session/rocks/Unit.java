package io.strmqtt.session.rocks;

import io.strmqtt.api.store.QueuedMessage;
import io.strmqtt.session.rocks.record.MessageCodec;
import io.strmqtt.session.rocks.record.QueueEntry;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Changes that are written together or not at all. One thread gathers them; sealed, the unit
 * belongs to the committer. What waits for it may be added by any thread.
 */
final class Unit {
  private final List<Change> changes = new ArrayList<>();
  private long size;

  // the latest message that was added, in case it is for further queues
  private @Nullable QueuedMessage latest;
  private byte[] latestBody = {};
  private int latestIndex;
  private boolean latestIsShared;

  private final Object waiting = new Object();
  private @Nullable List<Runnable> callbacks = new ArrayList<>(2);

  void change(Change change) {
    changes.add(change);
    size += change.size();
  }

  /**
   * The body goes into the entry; if the next message is the same, into a row of its own that both
   * entries refer to.
   */
  void add(RocksQueue queue, QueuedMessage message) {
    QueuedMessage before = latest;
    if (before == null || before.number() != message.number()) {
      latest = message;
      latestBody = MessageCodec.toBytes(message.message());
      latestIndex = changes.size();
      latestIsShared = false;
      byte[] entry = QueueEntry.inline(message, latestBody).toBytes();
      queue.weigh(RocksQueue.KEY + entry.length);
      change(new Change.Add(queue, message.number(), entry, false));
      return;
    }
    if (!latestIsShared) {
      latestIsShared = true;
      Change.Add first = (Change.Add) changes.get(latestIndex);
      Change.Add instead = sharing(first.queue(), before);
      changes.set(latestIndex, instead);
      size += instead.size() - first.size();
      first.queue().weigh(instead.entry().length - first.entry().length);
      change(new Change.Body(message.number(), latestBody));
    }
    Change.Add entry = sharing(queue, message);
    queue.weigh(RocksQueue.KEY + entry.entry().length);
    change(entry);
  }

  private Change.Add sharing(RocksQueue queue, QueuedMessage message) {
    return new Change.Add(queue, message.number(), QueueEntry.sharing(message).toBytes(), true);
  }

  List<Change> changes() {
    return changes;
  }

  /** About how much memory it takes, in bytes. */
  long size() {
    return size;
  }

  /** Runs once the unit is written, in the order of these calls; at once if it is already. */
  void whenWritten(Runnable then) {
    synchronized (waiting) {
      if (callbacks != null) {
        callbacks.add(then);
        return;
      }
    }
    then.run();
  }

  /** Lets go of the changes, and returns what has waited. */
  List<Runnable> written() {
    changes.clear();
    latest = null;
    latestBody = new byte[0];
    synchronized (waiting) {
      List<Runnable> waited = callbacks == null ? List.of() : callbacks;
      callbacks = null;
      return waited;
    }
  }
}
