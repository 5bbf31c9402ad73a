package io.strmqtt.session.rocks;

import io.strmqtt.api.store.StorageException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** What an error of the database means for an operator: what is wrong, where, what to do. */
final class Diagnosis {
  private Diagnosis() {}

  static String ofWriting(Path folder, RocksDBException e) {
    String what = "cannot write to " + folder + " (" + text(e) + "): ";
    if (isNoSpace(e)) {
      return what
          + "the disk is full; nothing is stored or acknowledged until there is space again";
    }
    if (isCorruption(e)) {
      return what
          + "the store is damaged; nothing is stored or acknowledged. Stop the broker and run"
          + " st-rmqtt store check";
    }
    return what + "nothing is stored or acknowledged until it works again; see the disk's health";
  }

  static StorageException ofOpening(Path folder, RocksDBException e) {
    String text = text(e);
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.contains("lock")
        && (lower.contains("temporarily unavailable")
            || lower.contains("no locks available")
            || lower.contains("lock hold by current process"))) {
      return new StorageException(
          "the store in "
              + folder
              + " is in use by another process: stop that one, or give this one a data_dir of its"
              + " own ("
              + text
              + ")");
    }
    if (isNoSpace(e)) {
      return new StorageException(
          "the store in " + folder + " cannot be opened: the disk is full (" + text + ")");
    }
    if (isCorruption(e) || lower.contains("corruption")) {
      return damaged(folder, text);
    }
    return new StorageException("the store in " + folder + " cannot be opened: " + text);
  }

  static StorageException damaged(Path folder, @Nullable String what) {
    return new StorageException(
        "the store in "
            + folder
            + " is damaged ("
            + what
            + "): st-rmqtt store check says where; restore a backup of the folder, or move it away"
            + " to begin with an empty store");
  }

  static String text(RocksDBException e) {
    return String.valueOf(e.getMessage()).replace('"', '\'').replace('\n', ' ');
  }

  static boolean isNoSpace(RocksDBException e) {
    Status status = e.getStatus();
    return status != null && status.getSubCode() == Status.SubCode.NoSpace
        || text(e).contains("No space left");
  }

  static boolean isCorruption(RocksDBException e) {
    Status status = e.getStatus();
    return status != null && status.getCode() == Status.Code.Corruption;
  }
}
