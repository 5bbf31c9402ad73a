package io.strmqtt.session.rocks;

import io.strmqtt.api.Message;
import io.strmqtt.api.store.QueuedMessage;
import io.strmqtt.session.rocks.record.Damaged;
import io.strmqtt.session.rocks.record.MessageCodec;
import io.strmqtt.session.rocks.record.QueueEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/**
 * Reads messages back, on threads of its own. What is damaged is left out and counted, so that it
 * does not stop what is behind it.
 */
final class QueueReader implements AutoCloseable {
  private static final Logger LOG = LogManager.getLogger(QueueReader.class);
  private static final int THREADS = 2;
  private static final int AT_A_TIME = 256;
  private static final long CLOSED_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Database database;
  private final Consumer<Runnable> behindAllWrites;
  private final ExecutorService threads;
  private final AtomicLong leftOut = new AtomicLong();
  private volatile boolean closing;

  /**
   * @param behindAllWrites runs a task when it may read: at once, or once all that was handed over
   *     is written
   */
  QueueReader(Database database, Consumer<Runnable> behindAllWrites) {
    this.database = database;
    this.behindAllWrites = behindAllWrites;
    this.threads =
        Executors.newFixedThreadPool(
            THREADS, Thread.ofPlatform().name("store-read-", 0).daemon().factory());
  }

  void read(long queue, long behind, int most, Consumer<List<QueuedMessage>> then) {
    behindAllWrites.accept(() -> submit(() -> then.accept(read(queue, behind, most))));
  }

  /** How many entries could not be read so far. */
  long leftOut() {
    return leftOut.get();
  }

  private void submit(Runnable task) {
    try {
      threads.execute(
          () -> {
            try {
              task.run();
            } catch (RuntimeException | Error e) {
              if (!closing) {
                LOG.error("event=read_failed", e);
              }
            }
          });
    } catch (RejectedExecutionException e) {
      // The store is closed; nobody waits any more.
    }
  }

  private List<QueuedMessage> read(long queue, long behind, int most) {
    while (!closing) {
      try {
        Optional<List<QueuedMessage>> found =
            database.read(open -> read(open, queue, behind, most));
        if (found.isPresent()) {
          return found.get();
        }
        LockSupport.parkNanos(this, CLOSED_NANOS); // It is being opened anew.
      } catch (RocksDBException e) {
        damaged(queue, behind, Diagnosis.text(e));
        return List.of();
      }
    }
    throw new IllegalStateException("the store is closing");
  }

  private List<QueuedMessage> read(Database.Open open, long queue, long behind, int most)
      throws RocksDBException {
    List<QueuedMessage> found = new ArrayList<>(Math.min(most, AT_A_TIME));
    try (Slice end = new Slice(Keys.number(queue + 1));
        ReadOptions options =
            new ReadOptions().setIterateUpperBound(end).setPrefixSameAsStart(true);
        RocksIterator row = open.db().newIterator(open.family(Family.QUEUE), options)) {
      row.seek(Keys.pair(queue, behind + 1));
      while (row.isValid() && found.size() < most) {
        List<Row> rows = new ArrayList<>();
        int wanted = Math.min(AT_A_TIME, most - found.size());
        for (; row.isValid() && rows.size() < wanted; row.next()) {
          entry(queue, row.key(), row.value()).ifPresent(rows::add);
        }
        toMessages(open, queue, rows, found);
      }
      row.status();
    }
    return found;
  }

  private Optional<Row> entry(long queue, byte[] key, byte[] value) {
    try {
      return Optional.of(new Row(Keys.last(key), QueueEntry.fromBytes(value)));
    } catch (Damaged e) {
      damaged(queue, Keys.last(key), e.getMessage());
      return Optional.empty();
    }
  }

  private void toMessages(Database.Open open, long queue, List<Row> rows, List<QueuedMessage> found)
      throws RocksDBException {
    List<byte[]> keys =
        rows.stream()
            .filter(row -> row.entry.body().isEmpty())
            .map(row -> Keys.number(row.number))
            .toList();
    ColumnFamilyHandle family = open.family(Family.BODIES);
    List<byte[]> bodies =
        keys.isEmpty()
            ? List.of()
            : open.db().multiGetAsList(keys.stream().map(key -> family).toList(), keys);
    int next = 0;
    for (Row row : rows) {
      byte[] body = row.entry.body().isPresent() ? row.entry.body().get() : bodies.get(next++);
      if (body == null) {
        damaged(queue, row.number, whyMissing(open, row.number));
        continue;
      }
      try {
        Message message = MessageCodec.fromBytes(body);
        found.add(row.entry.toMessage(row.number, message));
      } catch (Damaged e) {
        damaged(queue, row.number, e.getMessage());
      }
    }
  }

  /** Reading many at a time does not say what is wrong with one. */
  private static String whyMissing(Database.Open open, long number) {
    try {
      byte @Nullable [] body = open.db().get(open.family(Family.BODIES), Keys.number(number));
      return body == null ? "its body is missing" : "its body could not be read";
    } catch (RocksDBException e) {
      return Diagnosis.text(e);
    }
  }

  private void damaged(long queue, long number, @Nullable String what) {
    if (leftOut.incrementAndGet() == 1) {
      LOG.error(
          "event=store_damaged queue={} number={} error=\"{}\" text=\"messages are left out; stop the"
              + " broker and run st-rmqtt store check\"",
          queue,
          number,
          what);
    }
  }

  @Override
  public void close() {
    closing = true;
    threads.shutdown();
    try {
      if (!threads.awaitTermination(10, TimeUnit.SECONDS)) {
        LOG.warn("event=store_readers_slow");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private record Row(long number, QueueEntry entry) {}
}
