package io.strmqtt.session.rocks;

import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** Puts units into a batch of the database. The committer's alone. */
final class BatchWriter implements AutoCloseable {
  private static final Logger LOG = LogManager.getLogger(BatchWriter.class);
  private static final byte[] NOTHING = {};

  private final Database database;
  private final References references;
  private final LatestRetained retained;
  private final WriteBatch batch = new WriteBatch();

  BatchWriter(Database database, References references, LatestRetained retained) {
    this.database = database;
    this.references = references;
    this.retained = retained;
  }

  WriteBatch batch() {
    return batch;
  }

  /** Adds the unit. The database has to be open. */
  void add(Unit unit) throws RocksDBException {
    Optional<Boolean> added =
        database.read(
            open -> {
              for (Change change : unit.changes()) {
                add(open, change);
              }
              for (Change change : unit.changes()) {
                if (change instanceof Change.Body body) {
                  removeUnlessShared(open, body.number());
                }
              }
              return true;
            });
    if (added.isEmpty()) {
      throw new RocksDBException("the database is not open");
    }
  }

  /** The batch is written: the next may begin. */
  void written() {
    batch.clear();
    references.written();
  }

  private void add(Database.Open open, Change change) throws RocksDBException {
    switch (change) {
      case Change.Put(Family family, byte[] key, byte[] value) ->
          batch.put(open.family(family), key, value);
      case Change.Delete(Family family, byte[] key) -> batch.delete(open.family(family), key);
      case Change.Add add -> add(open, add);
      case Change.Body(long number, byte[] body) ->
          batch.put(open.family(Family.BODIES), Keys.number(number), body);
      case Change.Remove remove -> remove(open, remove);
      case Change.End(RocksQueue queue, boolean hasEntries) -> {
        queue.ended();
        if (hasEntries) {
          batch.put(open.family(Family.ENDED), Keys.number(queue.number()), NOTHING);
        }
      }
      case Change.Retain retain -> {
        if (retained.isLatest(retain.topic(), retain.stamp())) {
          retain(open, Keys.text(retain.topic()), retain);
        }
      }
    }
  }

  private void retain(Database.Open open, byte[] topic, Change.Retain retain)
      throws RocksDBException {
    put(open.family(Family.RETAINED), topic, retain.message());
    if (retain.body().isPresent()) {
      put(open.family(Family.RETAINED_BODIES), topic, retain.body().get());
    }
  }

  /** Writes the row, or removes it if there is nothing to write. */
  private void put(ColumnFamilyHandle family, byte[] key, byte[] value) throws RocksDBException {
    if (value.length == 0) {
      batch.delete(family, key);
    } else {
      batch.put(family, key, value);
    }
  }

  private void add(Database.Open open, Change.Add add) throws RocksDBException {
    RocksQueue queue = add.queue();
    if (queue.hasEnded()) {
      return; // It was on its way while the session ended.
    }
    batch.put(open.family(Family.QUEUE), Keys.pair(queue.number(), add.number()), add.entry());
    if (add.sharing()) {
      batch.put(open.family(Family.REFERENCES), Keys.pair(add.number(), queue.number()), NOTHING);
      references.share(add.number());
    }
  }

  private void remove(Database.Open open, Change.Remove remove) throws RocksDBException {
    long number = remove.number();
    batch.delete(open.family(Family.QUEUE), Keys.pair(remove.queue(), number));
    if (references.mayBeForgotten(number)) {
      references.learn(number, inDatabase(open, remove));
    }
    if (references.count(number) != References.NONE) {
      batch.delete(open.family(Family.REFERENCES), Keys.pair(number, remove.queue()));
      references.leave(number);
      removeUnlessShared(open, number);
    }
  }

  private void removeUnlessShared(Database.Open open, long number) throws RocksDBException {
    if (references.count(number) == References.NONE) {
      batch.delete(open.family(Family.BODIES), Keys.number(number));
    }
  }

  /** What cannot be counted stays: a body too many does no harm. */
  private static int inDatabase(Database.Open open, Change.Remove remove) {
    try {
      return References.inDatabase(open, remove.number(), remove.queue());
    } catch (RocksDBException e) {
      LOG.error(
          "event=store_damaged family={} number={} error=\"{}\"",
          Family.REFERENCES,
          remove.number(),
          e.getMessage());
      return References.NONE;
    }
  }

  @Override
  public void close() {
    batch.close();
  }
}
