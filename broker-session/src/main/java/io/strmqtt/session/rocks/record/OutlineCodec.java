package io.strmqtt.session.rocks.record;

/** What stands for a retained message whose body is a row of its own. */
public final class OutlineCodec {
  // In the place of the version of a message, which begins at 1.
  private static final int KIND = 0x80;
  private static final int VERSION = KIND | 1;

  private OutlineCodec() {}

  /** Whether the row is an outline, and not a message itself. */
  public static boolean isOutline(byte[] row) {
    return row.length > 0 && (row[0] & KIND) != 0;
  }

  /**
   * @param expiresAt of the message, in milliseconds of the epoch; {@link Long#MAX_VALUE} if never
   */
  public static byte[] toBytes(long expiresAt) {
    return new Writer(16).u8(VERSION).number(expiresAt).toBytes();
  }

  /**
   * When the message expires, in milliseconds of the epoch.
   *
   * @throws Damaged if the bytes are no outline
   */
  public static long expiresAt(byte[] bytes) {
    Reader in = new Reader("outline of a retained message", bytes, VERSION);
    return in.end(in.number(0, Long.MAX_VALUE));
  }
}
