package io.strmqtt.session.rocks;

import io.strmqtt.api.store.StorageException;
import io.strmqtt.api.store.StorageTerms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the store is.
 *
 * @param path of all
 * @param database below it, what RocksDB writes
 */
record Folder(Path path, Path database) {
  static Folder of(StorageTerms terms) {
    Path path = terms.directory().resolve("rocksdb").toAbsolutePath();
    return new Folder(path, path.resolve("db"));
  }

  /** Makes it if it is not there. */
  void require() throws IOException {
    Files.createDirectories(database);
  }

  /**
   * @throws StorageException if it is not there
   */
  void requireExisting() {
    if (!Files.isDirectory(database)) {
      throw new StorageException("there is no store in " + path + "; data_dir says where to look");
    }
  }

  StorageException unusable(IOException e) {
    return new StorageException(
        "the store in "
            + path
            + " cannot be opened ("
            + e
            + "): the folder has to be writable for the user the broker runs as; data_dir says"
            + " where it is");
  }
}
