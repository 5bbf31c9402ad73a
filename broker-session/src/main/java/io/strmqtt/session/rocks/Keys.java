package io.strmqtt.session.rocks;

import io.strmqtt.session.rocks.record.Damaged;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * How keys look in bytes. Numbers are big-endian, so that rows are in their order. A client id has
 * its length in front, so that none is the beginning of another.
 */
final class Keys {
  /** Bytes of a queue number or message number. */
  static final int NUMBER = Long.BYTES;

  private Keys() {}

  static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] client(String clientId) {
    byte[] id = text(clientId);
    return ByteBuffer.allocate(Integer.BYTES + id.length).putInt(id.length).put(id).array();
  }

  static byte[] subscription(String clientId, String filter) {
    return join(client(clientId), text(filter));
  }

  static byte[] owner(String clientId, long queue) {
    return join(client(clientId), number(queue));
  }

  static byte[] number(long number) {
    return ByteBuffer.allocate(NUMBER).putLong(number).array();
  }

  static byte[] pair(long first, long second) {
    return ByteBuffer.allocate(2 * NUMBER).putLong(first).putLong(second).array();
  }

  static byte[] received(long queue, int packetId) {
    return ByteBuffer.allocate(NUMBER + Short.BYTES)
        .putLong(queue)
        .putShort((short) packetId)
        .array();
  }

  /** The first 8 bytes as a number. */
  static long first(byte[] key) {
    return read(key, 0);
  }

  /** The last 8 bytes as a number. */
  static long last(byte[] key) {
    return read(key, key.length - NUMBER);
  }

  static int packetId(byte[] key) {
    if (key.length != NUMBER + Short.BYTES) {
      throw new Damaged("no key of a packet identifier: " + key.length + " bytes");
    }
    return ByteBuffer.wrap(key).getShort(NUMBER) & 0xffff;
  }

  /** The client id a key begins with. */
  static String clientId(byte[] key) {
    return text(key, Integer.BYTES, clientEnd(key));
  }

  /** The text behind the client id. */
  static String filter(byte[] key) {
    return text(key, clientEnd(key), key.length);
  }

  /** How many bytes the client id and its length take. */
  static int clientEnd(byte[] key) {
    if (key.length < Integer.BYTES) {
      throw new Damaged("no key of a client: " + key.length + " bytes");
    }
    int length = ByteBuffer.wrap(key).getInt(0);
    if (length < 0 || length > key.length - Integer.BYTES) {
      throw new Damaged("no key of a client: a client id of " + length + " bytes");
    }
    return Integer.BYTES + length;
  }

  static String text(byte[] key) {
    return text(key, 0, key.length);
  }

  private static long read(byte[] key, int at) {
    if (key.length < NUMBER) {
      throw new Damaged("no number: " + key.length + " bytes");
    }
    return ByteBuffer.wrap(key).getLong(at);
  }

  private static String text(byte[] key, int from, int to) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(key, from, to - from))
          .toString();
    } catch (CharacterCodingException e) {
      throw new Damaged("no key: a text is not UTF-8");
    }
  }

  private static byte[] join(byte[] first, byte[] second) {
    return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
  }
}
