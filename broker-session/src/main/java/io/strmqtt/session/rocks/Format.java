package io.strmqtt.session.rocks;

import io.strmqtt.api.store.StorageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/**
 * The file that says how the database's rows look. It is read before the database is touched: a
 * store of a newer version stays as it is. Migrations belong here, one step per version.
 */
final class Format {
  static final int VERSION = 2;
  private static final String NAME = "FORMAT";

  private Format() {}

  /**
   * Checks the file, or writes it if the store is new.
   *
   * @param folder of the file
   * @param database below it, the database's folder
   * @throws StorageException if the store cannot be read by this version
   */
  static void require(Path folder, Path database) throws IOException {
    Path file = folder.resolve(NAME);
    if (Files.exists(file)) {
      int found = read(file);
      if (found > VERSION) {
        throw new StorageException(
            "the store in "
                + folder
                + " has format "
                + found
                + ", this version knows up to "
                + VERSION
                + ": start the newer version that wrote it, or use another data_dir");
      }
      if (!Files.exists(database.resolve("CURRENT")) && hasData(database)) {
        // RocksDB would begin an empty database, and remove the files of this one.
        throw Diagnosis.damaged(folder, database.getFileName() + " has no file CURRENT");
      }
      if (found < VERSION) {
        write(folder, file); // 2 has new kinds of rows; those of 1 are as they were.
      }
    } else if (Files.exists(database.resolve("CURRENT"))) {
      throw new StorageException(
          "the store in "
              + folder
              + " has no file "
              + NAME
              + ": if nothing else is missing, write the line \""
              + VERSION
              + "\" into it");
    } else {
      write(folder, file);
    }
  }

  private static boolean hasData(Path database) throws IOException {
    try (Stream<Path> files = Files.list(database)) {
      return files.anyMatch(file -> file.getFileName().toString().matches("[0-9]+\\.(sst|log)"));
    }
  }

  private static int read(Path file) throws IOException {
    // more than a number is not one
    byte[] bytes;
    try (var in = Files.newInputStream(file)) {
      bytes = in.readNBytes(32);
    }
    String text = new String(bytes, StandardCharsets.ISO_8859_1).strip();
    if (!text.matches("[1-9][0-9]{0,8}")) {
      throw new StorageException(
          "the file " + file + " is damaged: it should be the line \"" + VERSION + "\"");
    }
    return Integer.parseInt(text);
  }

  private static void write(Path folder, Path file) throws IOException {
    Path written = folder.resolve(NAME + ".new");
    Files.writeString(written, VERSION + "\n");
    sync(written, StandardOpenOption.WRITE);
    Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
    sync(folder, StandardOpenOption.READ);
  }

  private static void sync(Path path, StandardOpenOption how) throws IOException {
    try (FileChannel channel = FileChannel.open(path, how)) {
      channel.force(true);
    }
  }
}
