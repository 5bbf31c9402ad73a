package io.strmqtt.session.rocks;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/**
 * Removes what ended queues have left, a little at a time, on a thread of its own. A row says of
 * each such queue that it is not done yet, so that the next run goes on.
 */
final class Sweeping implements AutoCloseable {
  private static final Logger LOG = LogManager.getLogger(Sweeping.class);
  private static final int CHUNK = 1000;

  private final Database database;
  private final Committer committer;
  private final Contents contents;
  private final Runnable between;
  private final BlockingQueue<Ended> ended = new LinkedBlockingQueue<>();
  private final Thread thread =
      Thread.ofPlatform().name("store-sweep").daemon().unstarted(this::run);
  private volatile boolean closing;

  /**
   * @param between runs after each queue, and about once a second while there is none
   */
  Sweeping(Database database, Committer committer, Contents contents, Runnable between) {
    this.database = database;
    this.committer = committer;
    this.contents = contents;
    this.between = between;
  }

  void start() {
    thread.start();
  }

  /**
   * The end of the queue is written; any thread.
   *
   * @param bytes of its rows in {@link Contents}, which are taken out when it is done
   */
  void ended(long queue, long bytes) {
    ended.add(new Ended(queue, bytes));
  }

  private void run() {
    try {
      while (!closing) {
        Ended queue = ended.poll(1, TimeUnit.SECONDS);
        if (queue != null) {
          sweep(queue);
        }
        between.run();
      }
    } catch (InterruptedException e) {
      // closed
    }
  }

  private void sweep(Ended done) throws InterruptedException {
    long queue = done.queue;
    long swept = 0;
    try {
      while (true) {
        long behind = swept;
        Optional<List<Long>> chunk = database.read(open -> chunk(open, queue, behind));
        if (chunk.isEmpty()) {
          ended.add(done); // It is being opened anew; this thread has time.
          Thread.sleep(100);
          return;
        }
        if (chunk.get().isEmpty() && swept > 0) {
          swept = 0; // Once more from the beginning: what was under way may have come late.
          continue;
        }
        Unit unit = new Unit();
        if (chunk.get().isEmpty()) {
          unit.change(new Change.Delete(Family.ENDED, Keys.number(queue)));
        }
        chunk.get().forEach(number -> unit.change(new Change.Remove(queue, number)));
        CountDownLatch written = new CountDownLatch(1);
        unit.whenWritten(written::countDown);
        committer.submit(unit);
        written.await();
        if (chunk.get().isEmpty()) {
          contents.bytes().add(-done.bytes);
          return;
        }
        swept = chunk.get().getLast();
      }
    } catch (RocksDBException e) {
      LOG.error("event=store_damaged queue={} error=\"{}\"", queue, Diagnosis.text(e));
    }
  }

  /** Rows behind a number: those before are gone, and to walk over that many takes long. */
  private static List<Long> chunk(Database.Open open, long queue, long behind)
      throws RocksDBException {
    List<Long> numbers = new ArrayList<>();
    try (Slice end = new Slice(Keys.number(queue + 1));
        ReadOptions options =
            new ReadOptions()
                .setIterateUpperBound(end)
                .setPrefixSameAsStart(true)
                .setFillCache(false);
        RocksIterator row = open.db().newIterator(open.family(Family.QUEUE), options)) {
      for (row.seek(Keys.pair(queue, behind + 1));
          row.isValid() && numbers.size() < CHUNK;
          row.next()) {
        numbers.add(Keys.last(row.key()));
      }
      row.status();
    }
    return numbers;
  }

  @Override
  public void close() {
    closing = true;
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private record Ended(long queue, long bytes) {}
}
