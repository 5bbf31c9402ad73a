package io.strmqtt.session.rocks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** How much the files take, and what is left of the file system. Any thread. */
final class Disk {
  private final Path folder;
  private final FileStore fileStore;
  private final long minFree;
  private final long maxSize;
  private volatile long size;
  private volatile long logs;

  /**
   * @param folder where the database is
   * @param minFree bytes of the file system below which nothing is written; 0 is no limit
   * @param maxSize bytes of the files above which no message is added; 0 is no limit
   */
  Disk(Path folder, long minFree, long maxSize) throws IOException {
    this.folder = folder;
    this.fileStore = Files.getFileStore(folder);
    this.minFree = minFree;
    this.maxSize = maxSize;
    measure();
  }

  /** Adds up the files. */
  void measure() {
    long sum = 0;
    long sumOfLogs = 0;
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        long bytes = size(file);
        sum += bytes;
        sumOfLogs += file.toString().endsWith(".log") ? bytes : 0;
      }
    } catch (IOException | UncheckedIOException e) {
      return; // As it was.
    }
    size = sum;
    logs = sumOfLogs;
  }

  private static long size(Path file) throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException e) {
      return 0; // It was compacted away meanwhile.
    }
  }

  /** Bytes of the files when they were last measured. */
  long size() {
    return size;
  }

  /** Bytes of the write-ahead logs when they were last measured. */
  long logs() {
    return logs;
  }

  boolean isFull() {
    return maxSize > 0 && size > maxSize;
  }

  /** Bytes; {@link Long#MAX_VALUE} if the file system does not tell. */
  long free() {
    try {
      return fileStore.getUsableSpace();
    } catch (IOException e) {
      return Long.MAX_VALUE;
    }
  }

  /** Whether the log may become tables, which opening makes of it. */
  boolean hasRoomToReopen() {
    return free() > 2 * logs;
  }

  /** What is wrong, and what to do; empty while enough is left. One system call. */
  Optional<String> problem() {
    long free = free();
    return free >= minFree
        ? Optional.empty()
        : Optional.of(
            "the disk of "
                + folder
                + " is nearly full: "
                + free
                + " bytes are free, storage.rocksdb.min_free is "
                + minFree
                + "; nothing is stored or acknowledged until there is space again");
  }
}
