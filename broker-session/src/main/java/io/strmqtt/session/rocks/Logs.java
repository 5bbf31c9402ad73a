package io.strmqtt.session.rocks;

import io.strmqtt.api.store.Durability;
import io.strmqtt.api.store.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** Looks through the logs, and cuts them, before the database recovers from them. */
final class Logs {
  private static final Logger LOG = LogManager.getLogger(Logs.class);
  private static final String KEPT = ".cut";

  private Logs() {}

  /**
   * Cuts a torn tail, and says so. Damage before whole batches would take those along. With one
   * sync for each batch they were synced, and their loss is not for the broker to accept; without,
   * the order in which they came to the disk is not known, and the logs are cut where the damage
   * is.
   *
   * @throws StorageException if batches that were synced are behind damage
   */
  static void require(Path folder, Path database, Durability durability) throws IOException {
    Optional<LogFile> manifest = LogFile.manifest(database);
    if (manifest.isPresent()) {
      Optional<LogFile.Damage> damage = manifest.get().damage();
      if (damage.isPresent() && manifest.get().isEndless(damage.get().at())) {
        throw Diagnosis.damaged(folder, text(manifest.get(), damage.get()));
      }
    }
    List<LogFile> logs = LogFile.of(database);
    for (int i = 0; i < logs.size(); i++) {
      LogFile log = logs.get(i);
      Optional<LogFile.Damage> found = log.damage();
      if (found.isEmpty()) {
        continue;
      }
      LogFile.Damage damage = found.get();
      if (!damage.isTail() && durability == Durability.FSYNC) {
        throw Diagnosis.damaged(
            folder,
            text(log, damage)
                + "; or start once with storage.durability = os, which cuts what is behind it and"
                + " keeps a copy");
      }
      LOG.warn("event=store_tail_cut text=\"{}\"", text(log, damage));
      if (damage.isTail()) {
        log.cut(damage.at());
      } else {
        Files.copy(log.path(), kept(log), StandardCopyOption.REPLACE_EXISTING);
        log.cut(damage.at());
        for (LogFile later : logs.subList(i + 1, logs.size())) {
          Files.move(later.path(), kept(later), StandardCopyOption.REPLACE_EXISTING);
        }
        return;
      }
    }
  }

  static String text(LogFile log, LogFile.Damage damage) {
    return log.path().getFileName()
        + " is not whole at byte "
        + damage.at()
        + (damage.isTail() ? ", its tail" : ", and again from byte " + damage.wholeAgainAt());
  }

  private static Path kept(LogFile log) {
    return log.path().resolveSibling(log.path().getFileName() + KEPT);
  }
}
