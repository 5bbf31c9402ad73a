package io.strmqtt.session.rocks;

import io.strmqtt.api.Message;
import io.strmqtt.session.RetainedTree;
import io.strmqtt.session.rocks.record.Damaged;
import io.strmqtt.session.rocks.record.MessageCodec;
import io.strmqtt.session.rocks.record.OutlineCodec;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * Reads retained messages whose bodies are not in memory, in the order in which they are asked for.
 * Those that their readers have not taken yet take a bounded number of bytes: the others wait to be
 * read. Any thread.
 */
final class RetainedBodies implements RetainedTree.Bodies {
  private static final int MOST_AT_A_TIME = 2;
  private static final long MOST_BYTES = 8 << 20;

  /** Bytes that each counts with at the least, so that there are not too many of small ones. */
  private static final int LEAST_BYTES = 64 << 10;

  private final Database database;
  private final QueueReader reader;

  private final Object lock = new Object();
  private final Queue<Wanted> wanted = new ArrayDeque<>();
  private int underWay;
  private long bytes;

  private record Wanted(String topic, Executor owner, Consumer<@Nullable Message> then) {}

  RetainedBodies(Database database, QueueReader reader) {
    this.database = database;
    this.reader = reader;
  }

  @Override
  public void read(String topic, Executor owner, Consumer<@Nullable Message> then) {
    synchronized (lock) {
      wanted.add(new Wanted(topic, owner, then));
    }
    readOn();
  }

  /** Begins what may begin. */
  private void readOn() {
    while (true) {
      Wanted next;
      synchronized (lock) {
        if (underWay == MOST_AT_A_TIME || bytes >= MOST_BYTES || (next = wanted.poll()) == null) {
          return;
        }
        underWay++;
      }
      reader.retained(next.topic, this::row, row -> hand(next, row));
    }
  }

  private void hand(Wanted to, byte @Nullable [] row) {
    Message message = row == null ? null : message(to.topic, row);
    int weight = message == null ? 0 : Math.max(LEAST_BYTES, message.weight());
    synchronized (lock) {
      underWay--;
      bytes += weight;
    }
    to.owner.execute(
        () -> {
          try {
            to.then.accept(message);
          } finally {
            synchronized (lock) {
              bytes -= weight;
            }
            readOn();
          }
        });
    readOn();
  }

  private @Nullable Message message(String topic, byte[] row) {
    try {
      return MessageCodec.fromBytes(row);
    } catch (Damaged e) {
      reader.damagedRetained(topic, e.getMessage());
      return null;
    }
  }

  private Optional<byte[]> row(Database.Open open, String topic) throws RocksDBException {
    byte[] key = Keys.text(topic);
    byte @Nullable [] row = open.db().get(open.family(Family.RETAINED), key);
    if (row != null && OutlineCodec.isOutline(row)) {
      row = open.db().get(open.family(Family.RETAINED_BODIES), key);
    }
    return Optional.ofNullable(row);
  }
}
