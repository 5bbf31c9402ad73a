package io.strmqtt.core.connection;

import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/** The Payload Format Indicator taken at its word (3.1.3.2.3, 3.3.2.3.2). */
final class PayloadFormat {
  private static final int TEXT = 1;

  private PayloadFormat() {}

  /** Whether the payload is what its properties say; U+0000 is a character here. */
  static boolean isKept(Properties properties, byte[] payload) {
    return properties.number(Property.PAYLOAD_FORMAT_INDICATOR, 0) != TEXT || isUtf8(payload);
  }

  private static boolean isUtf8(byte[] payload) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(payload);
    CharBuffer chunk = CharBuffer.allocate(1024);
    CoderResult result = decoder.decode(in, chunk, true);
    while (result.isOverflow()) {
      chunk.clear();
      result = decoder.decode(in, chunk, true);
    }
    return !result.isError();
  }
}
