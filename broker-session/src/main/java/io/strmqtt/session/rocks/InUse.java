package io.strmqtt.session.rocks;

import io.strmqtt.api.store.StorageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A lock on the store's folder, before anything in it is looked at: a log that another process is
 * writing must not be cut. RocksDB's own lock comes too late for that.
 */
final class InUse implements AutoCloseable {
  private final FileChannel channel;

  private InUse(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * @throws StorageException if the folder is locked already
   */
  static InUse lock(Path folder) throws IOException {
    FileChannel channel =
        FileChannel.open(
            folder.resolve("LOCK"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (tryLock(channel) == null) {
      channel.close();
      throw new StorageException(
          "the store in "
              + folder
              + " is in use by another process: stop that one, or give this one a data_dir of its"
              + " own");
    }
    return new InUse(channel);
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // By this process.
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // The process is about to end, which gives the lock back.
    }
  }
}
