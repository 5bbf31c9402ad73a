package io.strmqtt.proxy;

import java.util.Arrays;

/**
 * How much of a refused connection's first bytes may be shown: nothing that may be a secret. Safe
 * on every thread.
 */
public final class FirstBytes {
  /** Of any refused connection. */
  public static final int MOST = 32;

  /** Behind so many bytes a CONNECT holds names and the password. */
  private static final int CONNECT_HEAD = 12;

  private FirstBytes() {}

  /**
   * Of an MQTT CONNECT its head, of an HTTP request what stands before its query, else all.
   *
   * @param bytes from the connection's start; not changed
   */
  public static byte[] shown(byte[] bytes) {
    if (bytes.length > 0 && isMqttConnect(bytes[0])) {
      return Arrays.copyOf(bytes, Math.min(CONNECT_HEAD, bytes.length));
    }
    return Arrays.copyOf(bytes, beginsLikeText(bytes) ? query(bytes) : bytes.length);
  }

  /**
   * Whether a connection with the first byte begins with a CONNECT. The flags of its fixed header
   * are 0, but MQTT 3.1 calls them reserved and does not say so; with 4 to 7 the byte would be that
   * of a TLS record (RFC 8446, section 5.1).
   */
  static boolean isMqttConnect(byte first) {
    return first >> 4 == 1 && (first & 0b1100) != 0b0100;
  }

  /** An HTTP request, be it behind empty lines; neither TLS nor a PROXY header of version 2. */
  private static boolean beginsLikeText(byte[] bytes) {
    int i = 0;
    while (i < bytes.length && (bytes[i] == '\r' || bytes[i] == '\n' || bytes[i] == ' ')) {
      i++;
    }
    return i < bytes.length && bytes[i] > ' ';
  }

  private static int query(byte[] bytes) {
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '?') {
        return i;
      }
    }
    return bytes.length;
  }
}
