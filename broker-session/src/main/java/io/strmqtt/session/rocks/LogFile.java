package io.strmqtt.session.rocks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Reads a write-ahead log of RocksDB as far as it takes to tell a torn tail from damage in the
 * middle, which RocksDB's recovery does not: it ends at the first record that is wrong, without an
 * error. On one torn log it was seen not to end at all; a record type of 5 to 8 is the likely
 * cause, so such a tail is cut, too.
 *
 * <p>The format (RocksDB's "Write Ahead Log File Format"): blocks of 32 KiB; in a block, records
 * with a masked CRC-32C (4 bytes), a length (2) and a type (1) in front, little-endian. A batch is
 * one record, or a first, middle ones and a last. A record does not cross a block's end. Types 5 to
 * 8 belong to logs that are used twice, which these are not. A batch begins with the number of its
 * first change (8 bytes) and how many it has (4), and the next goes on from there, in the next log,
 * too.
 */
final class LogFile {
  private static final int BLOCK = 32 << 10;
  private static final int HEADER = 7;
  private static final int BATCH_HEADER = 12;
  private static final int FULL = 1;
  private static final int FIRST = 2;
  private static final int LAST = 4;
  private static final int LAST_RECYCLED = 8;
  private static final int CRC_MASK = 0xa282_ead8;

  private final Path file;
  private final CRC32C crc = new CRC32C();

  LogFile(Path file) {
    this.file = file;
  }

  /** The logs of a database in the order they were written. */
  static List<LogFile> of(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().matches("[0-9]+\\.log"))
          .sorted()
          .map(LogFile::new)
          .toList();
    }
  }

  Path path() {
    return file;
  }

  /** The file that says which tables there are, which is written as logs are; empty if none. */
  static Optional<LogFile> manifest(Path folder) throws IOException {
    Path current = folder.resolve("CURRENT");
    if (!Files.exists(current) || Files.size(current) > 100) {
      return Optional.empty(); // RocksDB says what is wrong.
    }
    String name = Files.readString(current, StandardCharsets.ISO_8859_1).strip();
    return name.matches("MANIFEST-[0-9]+") && Files.exists(folder.resolve(name))
        ? Optional.of(new LogFile(folder.resolve(name)))
        : Optional.empty();
  }

  /** Whether RocksDB would read a record that begins there without end. */
  boolean isEndless(long at) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer type = ByteBuffer.allocate(1);
      return channel.read(type, at + HEADER - 1) == 1
          && type.get(0) > LAST
          && type.get(0) <= LAST_RECYCLED;
    }
  }

  /** Ends the file there. */
  void cut(long at) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(at);
      channel.force(true);
    }
  }

  /** What is wrong with it, and which changes it has. */
  Content read() throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      Batches batches = new Batches();
      ByteBuffer block = ByteBuffer.allocate(BLOCK).order(ByteOrder.LITTLE_ENDIAN);
      OptionalLong damagedAt = OptionalLong.empty();
      for (long start = 0; start < channel.size(); start += BLOCK) {
        block.clear();
        while (block.hasRemaining() && channel.read(block, start + block.position()) > 0) {}
        block.flip();
        int position = 0;
        while (block.limit() - position >= HEADER) {
          int length = length(block, position);
          boolean whole = length > 0 && isWhole(block, position, length);
          if (!whole && damagedAt.isEmpty()) {
            damagedAt = OptionalLong.of(start + position);
          }
          if (whole && damagedAt.isPresent() && beginsBatch(block.get(position + 6))) {
            Damage damage = new Damage(damagedAt.getAsLong(), start + position);
            return batches.content(Optional.of(damage));
          }
          if (whole && damagedAt.isEmpty()) {
            batches.add(block, position, length);
          }
          if (length <= 0 || position + length > block.limit()) {
            break;
          }
          position += length;
        }
        boolean last = start + BLOCK >= channel.size();
        if (last && damagedAt.isEmpty() && position < block.limit() && !isZero(block, position)) {
          damagedAt = OptionalLong.of(start + position);
        }
      }
      return batches.content(
          damagedAt.isPresent() && hasContent(channel, damagedAt.getAsLong())
              ? Optional.of(new Damage(damagedAt.getAsLong(), 0))
              : Optional.empty());
    }
  }

  /** With the header; 0 if it cannot be one. */
  private static int length(ByteBuffer block, int position) {
    int payload = block.getShort(position + 4) & 0xffff;
    return block.get(position + 6) == 0 && payload == 0 ? 0 : HEADER + payload;
  }

  private boolean isWhole(ByteBuffer block, int position, int length) {
    int type = block.get(position + 6) & 0xff;
    if (position + length > block.limit() || type > LAST && type <= LAST_RECYCLED) {
      return false;
    }
    crc.reset();
    crc.update(block.array(), position + 6, length - 6);
    int value = (int) crc.getValue();
    int masked = (value >>> 15 | value << 17) + CRC_MASK;
    return masked == block.getInt(position);
  }

  private static boolean beginsBatch(byte type) {
    return type == FULL || type == FIRST;
  }

  private static boolean isZero(ByteBuffer block, int from) {
    for (int i = from; i < block.limit(); i++) {
      if (block.get(i) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether anything but zeros follows: those are space the file system has set aside. */
  private static boolean hasContent(FileChannel channel, long from) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(BLOCK);
    long at = from;
    while (channel.read(chunk, at) > 0) {
      chunk.flip();
      if (!isZero(chunk, 0)) {
        return true;
      }
      at += chunk.limit();
      chunk.clear();
    }
    return false;
  }

  /** Which changes the batches of a log have, told by their records one after the other. */
  private static final class Batches {
    private final byte[] head = new byte[BATCH_HEADER];
    private int headBytes;
    private OptionalLong first = OptionalLong.empty();
    private OptionalLong next = OptionalLong.empty();

    void add(ByteBuffer block, int position, int length) {
      int type = block.get(position + 6);
      if (beginsBatch((byte) type)) {
        headBytes = 0;
      }
      int more = Math.min(length - HEADER, BATCH_HEADER - headBytes);
      block.get(position + HEADER, head, headBytes, more);
      headBytes += more;
      if ((type == FULL || type == LAST) && headBytes == BATCH_HEADER) {
        ByteBuffer batch = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
        long number = batch.getLong(0);
        first = first.isPresent() ? first : OptionalLong.of(number);
        next = OptionalLong.of(number + batch.getInt(Long.BYTES));
      }
    }

    Content content(Optional<Damage> damage) {
      return new Content(damage, first, next);
    }
  }

  /**
   * What a log has.
   *
   * @param damage where the first record is that is not whole; empty if all are
   * @param first the number of the first change in front of that; absent if there is none
   * @param next the number that the change behind the last one will have
   */
  record Content(Optional<Damage> damage, OptionalLong first, OptionalLong next) {}

  /**
   * A record that is not whole.
   *
   * @param at its offset
   * @param wholeAgainAt the offset of a later batch that is; 0 if there is none: then it is the
   *     tail that was being written when the power went
   */
  record Damage(long at, long wholeAgainAt) {
    boolean isTail() {
      return wholeAgainAt == 0;
    }
  }
}
