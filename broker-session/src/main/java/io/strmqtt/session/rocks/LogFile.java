package io.strmqtt.session.rocks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Reads a write-ahead log of RocksDB as far as it takes to tell a torn tail from damage in the
 * middle, which RocksDB's recovery does not: it ends at the first record that is wrong, without an
 * error.
 *
 * <p>The format (RocksDB's "Write Ahead Log File Format"): blocks of 32 KiB; in a block, records
 * with a masked CRC-32C (4 bytes), a length (2) and a type (1) in front, little-endian. A batch is
 * one record, or a first, middle ones and a last; types 5 to 8 are the same with the log's number
 * (4) behind the type. A record does not cross a block's end.
 */
final class LogFile {
  private static final int BLOCK = 32 << 10;
  private static final int HEADER = 7;
  private static final int RECYCLABLE_HEADER = HEADER + 4;
  private static final int FULL = 1;
  private static final int FIRST = 2;
  private static final int LAST = 4;
  private static final int RECYCLABLE = 4;
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

  /** Where the first record is that is not whole; empty if all are. */
  Optional<Damage> damage() throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
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
            return Optional.of(new Damage(damagedAt.getAsLong(), start + position));
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
      return damagedAt.isPresent() && hasContent(channel, damagedAt.getAsLong())
          ? Optional.of(new Damage(damagedAt.getAsLong(), 0))
          : Optional.empty();
    }
  }

  /** With the header; 0 if it cannot be one. */
  private static int length(ByteBuffer block, int position) {
    int type = block.get(position + 6) & 0xff;
    int payload = block.getShort(position + 4) & 0xffff;
    if (type == 0 && payload == 0) {
      return 0;
    }
    return (type > LAST && type <= LAST + RECYCLABLE ? RECYCLABLE_HEADER : HEADER) + payload;
  }

  private boolean isWhole(ByteBuffer block, int position, int length) {
    if (position + length > block.limit()) {
      return false;
    }
    crc.reset();
    crc.update(block.array(), position + 6, length - 6);
    int value = (int) crc.getValue();
    int masked = (value >>> 15 | value << 17) + CRC_MASK;
    return masked == block.getInt(position);
  }

  private static boolean beginsBatch(byte type) {
    return type == FULL || type == FIRST || type == FULL + RECYCLABLE || type == FIRST + RECYCLABLE;
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
