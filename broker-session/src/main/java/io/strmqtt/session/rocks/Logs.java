package io.strmqtt.session.rocks;

import io.strmqtt.api.store.Durability;
import io.strmqtt.api.store.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** Looks through the logs, and cuts them, before the database recovers from them. */
final class Logs {
  private static final Logger LOG = LogManager.getLogger(Logs.class);
  private static final String KEPT = ".cut";

  private Logs() {}

  /**
   * Cuts a torn tail, and says so. Damage before whole batches, in the same log or in a later one,
   * would take those along, or leave a hole. With one sync for each batch they were synced, and
   * their loss is not for the broker to accept; without, the order in which they came to the disk
   * is not known, and the logs are cut where the damage is.
   *
   * @throws StorageException if batches that were synced are behind damage
   */
  static void require(Path folder, Path database, Durability durability) throws IOException {
    Optional<LogFile> manifest = LogFile.manifest(database);
    if (manifest.isPresent()) {
      Optional<LogFile.Damage> damage = manifest.get().read().damage();
      if (damage.isPresent() && manifest.get().isEndless(damage.get().at())) {
        throw Diagnosis.damaged(folder, text(manifest.get(), damage.get()));
      }
    }
    List<Read> logs = read(database);
    Optional<Hole> hole = hole(logs);
    if (hole.isPresent() && durability == Durability.FSYNC) {
      throw Diagnosis.damaged(
          folder,
          hole.get().text
              + "; or start once with storage.durability = os, which cuts what is behind it and"
              + " keeps a copy");
    }
    int last = hole.map(Hole::index).orElse(logs.size() - 1);
    for (Read read : logs.subList(0, last + 1)) {
      Optional<LogFile.Damage> damage = read.content.damage();
      if (damage.isPresent()) {
        LOG.warn("event=store_tail_cut text=\"{}\"", text(read.log, damage.get()));
        if (!damage.get().isTail()) {
          Files.copy(read.log.path(), kept(read.log), StandardCopyOption.REPLACE_EXISTING);
        }
        read.log.cut(damage.get().at());
      }
    }
    for (Read later : logs.subList(last + 1, logs.size())) {
      LOG.warn("event=store_log_cut log={}", later.log.path().getFileName());
      Files.move(later.log.path(), kept(later.log), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** What is wrong with the logs, but for a torn tail; empty if nothing is. */
  static Optional<String> damage(Path database) throws IOException {
    return hole(read(database)).map(Hole::text);
  }

  private static List<Read> read(Path database) throws IOException {
    List<Read> logs = new ArrayList<>();
    for (LogFile log : LogFile.of(database)) {
      logs.add(new Read(log, log.read()));
    }
    return logs;
  }

  /** The first place where batches are missing that others are behind of. */
  private static Optional<Hole> hole(List<Read> logs) {
    OptionalLong expected = OptionalLong.empty();
    int before = 0;
    for (int i = 0; i < logs.size(); i++) {
      LogFile.Content content = logs.get(i).content;
      if (expected.isPresent()
          && content.first().isPresent()
          && content.first().getAsLong() > expected.getAsLong()) {
        return Optional.of(new Hole(before, text(logs, before, i)));
      }
      Optional<LogFile.Damage> damage = content.damage();
      if (damage.isPresent() && !damage.get().isTail()) {
        return Optional.of(new Hole(i, text(logs.get(i).log, damage.get())));
      }
      if (content.next().isPresent()) {
        // A write that failed in the end is in the log it failed in, and again in the next.
        expected = content.next();
        before = i;
      }
    }
    return Optional.empty();
  }

  private static String text(List<Read> logs, int before, int behind) {
    Read ended = logs.get(before);
    Read begun = logs.get(behind);
    return ended.content.damage().map(damage -> text(ended.log, damage) + ": ").orElse("")
        + ended.log.path().getFileName()
        + " ends before change "
        + ended.content.next().orElse(0)
        + ", "
        + begun.log.path().getFileName()
        + " begins with change "
        + begun.content.first().orElse(0);
  }

  private static String text(LogFile log, LogFile.Damage damage) {
    return log.path().getFileName()
        + " is not whole at byte "
        + damage.at()
        + (damage.isTail() ? ", its tail" : ", and again from byte " + damage.wholeAgainAt());
  }

  private static Path kept(LogFile log) {
    return log.path().resolveSibling(log.path().getFileName() + KEPT);
  }

  /** A log and what it has. */
  private record Read(LogFile log, LogFile.Content content) {}

  /**
   * Batches are missing.
   *
   * @param index of the log in or behind which they are
   */
  private record Hole(int index, String text) {}
}
