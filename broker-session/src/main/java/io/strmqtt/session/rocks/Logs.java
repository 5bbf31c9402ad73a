package io.strmqtt.session.rocks;

import io.strmqtt.api.store.Durability;
import io.strmqtt.api.store.StorageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** Looks through the logs before the database recovers from them. */
final class Logs {
  private static final Logger LOG = LogManager.getLogger(Logs.class);

  private Logs() {}

  /**
   * A torn tail is said in the log; the recovery cuts it. Damage before whole batches would cut
   * those too. With one sync for each batch they were synced, and their loss is not for the broker
   * to accept; without, the order in which they came to the disk is not known.
   *
   * @throws StorageException if batches that were synced are behind damage
   */
  static void require(Path folder, Path database, Durability durability) throws IOException {
    for (LogFile log : LogFile.of(database)) {
      Optional<LogFile.Damage> found = log.damage();
      if (found.isEmpty()) {
        continue;
      }
      LogFile.Damage damage = found.get();
      if (!damage.isTail() && durability == Durability.FSYNC) {
        throw Diagnosis.damaged(
            folder,
            text(log, damage)
                + "; or start once with storage.durability = os, which cuts what is behind it");
      }
      LOG.warn("event=store_tail_cut text=\"{}\"", text(log, damage));
    }
  }

  static String text(LogFile log, LogFile.Damage damage) {
    return log.path().getFileName()
        + " is not whole at byte "
        + damage.at()
        + (damage.isTail() ? ", its tail" : ", and again from byte " + damage.wholeAgainAt());
  }
}
