package io.strmqtt.dist.cli.proxy;

import java.util.Arrays;
import java.util.Optional;

/** The assigned types of type-length-values (section 2.2.7), and those of the clouds. */
enum TlvType {
  ALPN(0x01, Form.TEXT),
  AUTHORITY(0x02, Form.TEXT),
  CRC32C(0x03, Form.CHECKSUM),
  NOOP(0x04, Form.BYTES),
  UNIQUE_ID(0x05, Form.TEXT),
  SSL(0x20, Form.SSL),
  SSL_VERSION(0x21, Form.TEXT),
  SSL_CN(0x22, Form.TEXT),
  SSL_CIPHER(0x23, Form.TEXT),
  SSL_SIG_ALG(0x24, Form.TEXT),
  SSL_KEY_ALG(0x25, Form.TEXT),
  SSL_GROUP(0x26, Form.TEXT),
  SSL_SIG_SCHEME(0x27, Form.TEXT),
  SSL_CLIENT_CERT(0x28, Form.CERTIFICATE),
  NETNS(0x30, Form.TEXT),
  GCP(0xE0, Form.GCP),
  AWS(0xEA, Form.AWS),
  AZURE(0xEE, Form.AZURE);

  /** How a value is to be read. */
  enum Form {
    TEXT,
    BYTES,
    CHECKSUM,
    CERTIFICATE,
    SSL,
    GCP,
    AWS,
    AZURE
  }

  private final int number;
  private final Form form;

  TlvType(int number, Form form) {
    this.number = number;
    this.form = form;
  }

  int number() {
    return number;
  }

  Form form() {
    return form;
  }

  static Optional<TlvType> of(int number) {
    return Arrays.stream(values()).filter(type -> type.number == number).findFirst();
  }

  /** {@code 0x02 AUTHORITY}, or the number alone. */
  static String label(int number) {
    return "0x%02x".formatted(number) + of(number).map(type -> " " + type).orElse("");
  }
}
