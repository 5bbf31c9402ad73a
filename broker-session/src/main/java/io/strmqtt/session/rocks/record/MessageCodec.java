package io.strmqtt.session.rocks.record;

import io.strmqtt.api.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A publication: the value of a shared body, of a retained message, and part of other records. */
public final class MessageCodec {
  private static final int VERSION = 1;
  private static final int RETAIN = 0x04;
  private static final int PROPERTIES = 0x08;

  private MessageCodec() {}

  public static byte[] toBytes(Message message) {
    Writer out = new Writer(message.payload().length + message.topic().length() + 64);
    write(out.u8(VERSION), message);
    return out.toBytes();
  }

  /**
   * @throws Damaged if the bytes are none
   */
  public static Message fromBytes(byte[] bytes) {
    Reader in = new Reader("message", bytes, VERSION);
    return in.end(read(in));
  }

  static void write(Writer out, Message message) {
    Message.Properties properties = message.properties();
    boolean plain = properties.isEmpty();
    out.u8(message.qos() | (message.retain() ? RETAIN : 0) | (plain ? 0 : PROPERTIES));
    out.number(message.publishedAt()).text(message.publisher()).text(message.topic());
    if (!plain) {
      out.u8(properties.payloadFormat() + 1)
          .number(properties.expiryInterval() + 1)
          .optional(properties.contentType(), Writer::text)
          .optional(properties.responseTopic(), Writer::text)
          .optional(properties.correlationData(), Writer::bytes)
          .number(properties.userProperties().size());
      for (Message.UserProperty property : properties.userProperties()) {
        out.text(property.name()).text(property.value());
      }
    }
    out.bytes(message.payload());
  }

  static Message read(Reader in) {
    int flags = in.u8(PROPERTIES | RETAIN | 3);
    int qos = flags & 3;
    if (qos == 3) {
      throw in.damaged("QoS 3");
    }
    long publishedAt = in.number();
    String publisher = in.text();
    String topic = in.text();
    Message.Properties properties =
        (flags & PROPERTIES) == 0 ? Message.Properties.NONE : readProperties(in);
    return new Message(
        topic, in.bytes(), qos, (flags & RETAIN) != 0, properties, publishedAt, publisher);
  }

  private static Message.Properties readProperties(Reader in) {
    int payloadFormat = in.u8(2) - 1;
    long expiryInterval = in.number(0, 1L << 32) - 1;
    Optional<String> contentType = in.optional(Reader::text);
    Optional<String> responseTopic = in.optional(Reader::text);
    Optional<byte[]> correlationData = in.optional(Reader::bytes);
    int count = in.count();
    List<Message.UserProperty> userProperties = new ArrayList<>(Math.min(count, 64));
    for (int i = 0; i < count; i++) {
      userProperties.add(new Message.UserProperty(in.text(), in.text()));
    }
    return new Message.Properties(
        payloadFormat, expiryInterval, contentType, responseTopic, correlationData, userProperties);
  }
}
