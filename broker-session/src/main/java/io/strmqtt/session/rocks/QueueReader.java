package io.strmqtt.session.rocks;

import io.strmqtt.api.store.QueuePage;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
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
import org.rocksdb.RocksDBException;

/**
 * Reads messages back, on threads of its own. What is damaged is left out and counted, so that it
 * does not stop what is behind it.
 */
final class QueueReader implements AutoCloseable {
  private static final Logger LOG = LogManager.getLogger(QueueReader.class);
  private static final int THREADS = 2;
  private static final long FAILURE_LINE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private static final long RETRY_SECONDS = 5;
  private static final long CLOSED_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Database database;
  private final Consumer<Runnable> behindAllWrites;
  private final ExecutorService threads;
  private final AtomicLong failureLineAt = new AtomicLong();
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

  void read(long queue, long behind, int most, Consumer<QueuePage> then) {
    behindAllWrites.accept(() -> submit(() -> then.accept(read(queue, behind, most))));
  }

  /**
   * Reads the row of a retained message. What has failed is tried again after a while.
   *
   * @param then is handed the row, null if there is none or it is damaged; on a thread of the store
   */
  void retained(String topic, RetainedRow row, Consumer<byte @Nullable []> then) {
    submit(() -> readRetained(topic, row, then));
  }

  private void readRetained(String topic, RetainedRow row, Consumer<byte @Nullable []> then) {
    Optional<Optional<byte[]>> found;
    try {
      found = database.read(open -> row.of(open, topic));
    } catch (RocksDBException | RuntimeException e) {
      if (e instanceof RocksDBException rocks && Diagnosis.isCorruption(rocks)) {
        damagedRetained(topic, Diagnosis.text(rocks));
        then.accept(null);
        return;
      }
      failed("retained message", e);
      found = Optional.empty();
    }
    if (found.isPresent()) {
      then.accept(found.get().orElse(null));
    } else {
      CompletableFuture.delayedExecutor(RETRY_SECONDS, TimeUnit.SECONDS)
          .execute(() -> retained(topic, row, then));
    }
  }

  /** Looks for the row of a topic's retained message. */
  interface RetainedRow {
    Optional<byte[]> of(Database.Open open, String topic) throws RocksDBException;
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

  private QueuePage read(long queue, long behind, int most) {
    while (!closing) {
      PageRead page = new PageRead(queue, behind, most, this::damaged);
      try {
        Optional<QueuePage> found = database.read(page::all);
        if (found.isPresent()) {
          return found.get();
        }
        LockSupport.parkNanos(this, CLOSED_NANOS); // It is being opened anew.
      } catch (RocksDBException | RuntimeException e) {
        failed("queue " + queue, e);
        return page.part();
      }
    }
    throw new IllegalStateException("the store is closing");
  }

  /** A line a minute at the most: whoever reads will ask again and again. */
  private void failed(String what, Exception e) {
    long now = System.nanoTime();
    long due = failureLineAt.get();
    if (due == 0 || now - due >= 0) {
      failureLineAt.set(now + FAILURE_LINE_NANOS);
      LOG.error(
          "event=read_failed what=\"{}\" error=\"{}\" text=\"is tried again\"",
          what,
          e instanceof RocksDBException rocks ? Diagnosis.text(rocks) : e.toString());
    }
  }

  private void damaged(long queue, long number, @Nullable String what) {
    damaged("queue " + queue + ", message " + number, what);
  }

  private void damaged(String where, @Nullable String what) {
    if (leftOut.incrementAndGet() == 1) {
      LOG.error(
          "event=store_damaged where=\"{}\" error=\"{}\" text=\"messages are left out; stop the"
              + " broker and run st-rmqtt store check\"",
          where,
          what);
    }
  }

  /** A retained message is damaged: it is left out. */
  void damagedRetained(String topic, @Nullable String what) {
    damaged("retained message of a topic of " + topic.length() + " characters", what);
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
}
