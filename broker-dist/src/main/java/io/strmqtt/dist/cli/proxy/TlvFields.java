package io.strmqtt.dist.cli.proxy;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/** Reads the type-length-values of a version 2 header, as far as they go (section 2.2.7). */
final class TlvFields {
  private static final int PREFIX = 3;
  private static final int SSL_FIXED = 5;
  private static final int CRC_LENGTH = 4;

  private final Bytes in;
  private final int headerLength;
  private final Lines out;

  /**
   * @param headerLength what the whole header should have, whether it is there or not
   */
  TlvFields(Bytes in, int headerLength, Lines out) {
    this.in = in;
    this.headerLength = headerLength;
    this.out = out;
  }

  /**
   * Adds a line for each value between two offsets, which are within the bytes.
   *
   * @param indent what their names begin with; empty for those of the header, so that those inside
   *     SSL, which do not nest, can be told apart
   */
  void read(int from, int end, String indent) {
    int at = from;
    while (at < end) {
      if (end - at < PREFIX) {
        out.add(indent + "stray bytes", WireText.hex(in.range(at, end)) + " at byte " + at);
        return;
      }
      int type = in.u8(at);
      int size = in.u16(at + 1);
      String name = indent + TlvType.label(type);
      int value = at + PREFIX;
      if (value + size > end) {
        out.add(
            name,
            size
                + " bytes declared at byte "
                + (at + 1)
                + ", "
                + (end - value)
                + " there: "
                + WireText.hex(in.range(value, end)));
        return;
      }
      if (type == TlvType.SSL.number() && indent.isEmpty() && size >= SSL_FIXED) {
        ssl(name, value, value + size);
      } else {
        out.add(name, text(type, value, value + size));
      }
      at = value + size;
    }
  }

  private void ssl(String name, int from, int to) {
    int client = in.u8(from);
    List<String> flags = new ArrayList<>();
    String[] names = {"SSL", "CERT_CONN", "CERT_SESS"};
    for (int bit = 0; bit < 8; bit++) {
      if ((client >> bit & 1) == 1) {
        flags.add(bit < names.length ? names[bit] : "bit" + bit);
      }
    }
    out.add(name, to - from + " bytes");
    out.add("  client", "0x%02x %s".formatted(client, String.join(" ", flags)).strip());
    int verify = ByteBuffer.wrap(in.range(from + 1, from + SSL_FIXED)).getInt();
    boolean certificate = (client & 0b110) != 0;
    out.add(
        "  verify",
        Integer.toUnsignedString(verify)
            + (verify != 0
                ? " (not verified)"
                : certificate ? " (certificate verified)" : " (no certificate to verify)"));
    read(from + SSL_FIXED, to, "  ");
  }

  private String text(int type, int from, int to) {
    byte[] value = in.range(from, to);
    TlvType.Form form = TlvType.of(type).map(TlvType::form).orElse(TlvType.Form.BYTES);
    return switch (form) {
      case TEXT -> WireText.of(value);
      case CHECKSUM -> checksum(from, value);
      case CERTIFICATE -> certificate(value);
      case GCP ->
          value.length == 8
              ? "connection " + Long.toUnsignedString(ByteBuffer.wrap(value).getLong())
              : bytes(value);
      case AWS ->
          value.length > 1 && value[0] == 1
              ? "VPC endpoint " + WireText.of(Arrays.copyOfRange(value, 1, value.length))
              : bytes(value);
      case AZURE -> value.length == 5 && value[0] == 1 ? "link " + azureLink(value) : bytes(value);
      case BYTES, SSL -> bytes(value);
    };
  }

  private static String azureLink(byte[] value) {
    return Integer.toUnsignedString(
        ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getInt(1));
  }

  private static String bytes(byte[] value) {
    return value.length == 0
        ? "0 bytes"
        : value.length + (value.length == 1 ? " byte: " : " bytes: ") + WireText.hex(value);
  }

  /** Over the whole header, with the checksum's own bytes zero (section 2.2.3). */
  private String checksum(int at, byte[] value) {
    if (value.length != CRC_LENGTH) {
      return bytes(value) + " (a checksum has 4)";
    }
    String said = "0x%08x".formatted(ByteBuffer.wrap(value).getInt());
    if (in.length() < headerLength) {
      return said + " (not checked: the header is incomplete)";
    }
    byte[] header = in.range(0, headerLength);
    Arrays.fill(header, at, at + CRC_LENGTH, (byte) 0);
    CRC32C crc = new CRC32C();
    crc.update(header);
    int computed = (int) crc.getValue();
    return computed == ByteBuffer.wrap(value).getInt()
        ? said + " ok"
        : said + " mismatch: the header's is 0x%08x".formatted(computed);
  }

  private static String certificate(byte[] der) {
    try {
      X509Certificate certificate =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(der));
      return WireText.of(certificate.getSubjectX500Principal().getName())
          + " ("
          + der.length
          + " bytes)";
    } catch (CertificateException e) {
      return bytes(der) + " (no X.509 certificate)";
    }
  }
}
