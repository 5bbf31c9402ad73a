package io.strmqtt.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.strmqtt.api.ProxyHeader.Kind;
import io.strmqtt.api.ProxyHeader.Version;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** Headers by the specification's grammar, with what they mean; and what becomes of them. */
final class HeaderSource {
  private static final List<Vector> KNOWN =
      Stream.concat(Vector.all().stream(), Vector.captured().stream())
          .filter(v -> v.bytes().length > 0 && v.bytes().length < 300)
          .toList();

  private static final byte[] SIGNATURE = Bytes.hex(Bytes.SIGNATURE);

  private final Random random;

  HeaderSource(Random random) {
    this.random = random;
  }

  /**
   * A header and what it says.
   *
   * @param source present if the client's address is to be taken from it
   * @param sealed whether it carries a checksum, or is of a sort that needs none
   */
  record Meant(
      byte[] bytes,
      Version version,
      Kind kind,
      Optional<InetSocketAddress> source,
      Optional<InetSocketAddress> destination,
      boolean sealed) {}

  /** One that every receiver of its version has to accept. */
  Meant header() {
    return switch (random.nextInt(8)) {
      case 0, 1 -> v1();
      case 2 -> unknown();
      case 3 -> local();
      case 4 -> withoutClient();
      default -> proxied();
    };
  }

  private Meant v1() {
    boolean v4 = random.nextBoolean();
    int other = random.nextInt(4); // of another family: none, source or destination
    InetSocketAddress source = address(v4 ^ other == 1, true);
    InetSocketAddress destination = address(v4 ^ other == 2, false);
    String line =
        "PROXY %s %s %s %d %d\r\n"
            .formatted(
                v4 ? "TCP4" : "TCP6",
                text(source),
                text(destination),
                source.getPort(),
                destination.getPort());
    return new Meant(
        Bytes.ascii(line),
        Version.V1,
        Kind.PROXIED,
        Optional.of(source),
        Optional.of(destination),
        true);
  }

  /** Everything after the word is ignored; the line still has at most 107 bytes. */
  private Meant unknown() {
    StringBuilder line = new StringBuilder("PROXY UNKNOWN");
    if (random.nextBoolean()) {
      line.append(' ');
      for (int n = random.nextInt(92); n > 0; n--) {
        line.append((char) (' ' + random.nextInt(95)));
      }
    }
    return anonymous(Bytes.ascii(line.append("\r\n").toString()), Version.V1, Kind.UNKNOWN, true);
  }

  /** Whatever family, address block and values it has, or has not. */
  private Meant local() {
    return anonymous(
        Bytes.v2(0x20, random.nextInt(256), bytes(random.nextInt(60))),
        Version.V2,
        Kind.LOCAL,
        true);
  }

  private Meant withoutClient() {
    return switch (random.nextInt(3)) {
      case 0 ->
          anonymous(
              Bytes.v2(0x21, 0x00, bytes(random.nextInt(60))), Version.V2, Kind.UNKNOWN, true);
      case 1 -> anonymous(v2(0x31, bytes(216), false), Version.V2, Kind.UNKNOWN, false);
      default -> anonymous(v2(0x10, bytes(12), false), Version.V2, Kind.UNKNOWN, false);
    };
  }

  private Meant proxied() {
    boolean v4 = random.nextBoolean();
    InetSocketAddress source = address(v4, true);
    InetSocketAddress destination = address(v4, false);
    byte[] addresses =
        Bytes.join(
            source.getAddress().getAddress(),
            destination.getAddress().getAddress(),
            port(source),
            port(destination));
    boolean sealed = random.nextBoolean();
    return new Meant(
        v2(v4 ? 0x11 : 0x21, addresses, sealed),
        Version.V2,
        Kind.PROXIED,
        Optional.of(source),
        Optional.of(destination),
        sealed);
  }

  private static Meant anonymous(byte[] bytes, Version version, Kind kind, boolean sealed) {
    return new Meant(bytes, version, kind, Optional.empty(), Optional.empty(), sealed);
  }

  /** The command PROXY, with values in any order; the checksum is any one of them. */
  private byte[] v2(int family, byte[] addresses, boolean sealed) {
    List<byte[]> tlvs = new ArrayList<>();
    for (int n = random.nextInt(6); n > 0; n--) {
      tlvs.add(tlv());
    }
    byte[] crc = Bytes.tlv(0x03, new byte[4]);
    if (sealed) {
      tlvs.add(crc);
      Collections.shuffle(tlvs, random);
    }
    byte[] header = Bytes.v2(0x21, family, addresses, Bytes.join(tlvs.toArray(byte[][]::new)));
    if (sealed) {
      int at = 16 + addresses.length + 3;
      for (byte[] tlv : tlvs.subList(0, tlvs.indexOf(crc))) {
        at += tlv.length;
      }
      CRC32C sum = new CRC32C();
      sum.update(header);
      for (int i = 0; i < 4; i++) {
        header[at + i] = (byte) (sum.getValue() >> 24 - 8 * i);
      }
    }
    return header;
  }

  private byte[] tlv() {
    return switch (random.nextInt(11)) {
      case 0 -> Bytes.tlv(0x01, Bytes.ascii("mqtt"));
      case 1 -> Bytes.tlv(0x02, words("mqtt.b\u00fccher.example"));
      case 2 -> Bytes.tlv(0x04, bytes(random.nextInt(20)));
      case 3 -> Bytes.tlv(0x05, bytes(random.nextInt(129)));
      case 4, 5 -> ssl();
      case 6 -> Bytes.tlv(0x30, words("blue"));
      case 7 -> Bytes.tlv(0xe0, bytes(8));
      case 8 -> Bytes.tlv(0xea, new byte[] {1}, words("vpce-08d2bf15fac5001c9"));
      case 9 -> Bytes.tlv(0xee, new byte[] {1}, bytes(4));
      default -> Bytes.tlv(0xf0 + random.nextInt(16), bytes(random.nextInt(30)));
    };
  }

  private byte[] ssl() {
    List<byte[]> inside = new ArrayList<>();
    for (int type = 0x21; type <= 0x27; type++) {
      if (random.nextBoolean()) {
        inside.add(Bytes.tlv(type, words("ECDHE-RSA-AES128-GCM-SHA256")));
      }
    }
    if (random.nextInt(4) == 0) {
      inside.add(Bytes.tlv(0x28, bytes(random.nextInt(600))));
    }
    Collections.shuffle(inside, random);
    return Bytes.tlv(
        0x20,
        new byte[] {(byte) random.nextInt(8)},
        random.nextBoolean() ? new byte[4] : bytes(4),
        Bytes.join(inside.toArray(byte[][]::new)));
  }

  private byte[] words(String text) {
    return text.substring(0, 1 + random.nextInt(text.length())).getBytes(UTF_8);
  }

  /** A known or generated header, with up to three changes. */
  byte[] mutated() {
    byte[] bytes =
        random.nextBoolean()
            ? header().bytes()
            : KNOWN.get(random.nextInt(KNOWN.size())).bytes().clone();
    for (int change = random.nextInt(4); change > 0 && bytes.length > 1; change--) {
      int at =
          random.nextBoolean()
              ? random.nextInt(bytes.length)
              : random.nextInt(Math.min(32, bytes.length));
      byte[] before = Arrays.copyOf(bytes, at);
      byte[] after = Arrays.copyOfRange(bytes, at + 1, bytes.length);
      bytes =
          switch (random.nextInt(5)) {
            case 0 -> Bytes.join(before, bytes(1), after);
            case 1 ->
                Bytes.join(before, new byte[] {(byte) (bytes[at] ^ 1 << random.nextInt(8))}, after);
            case 2 -> Bytes.join(before, after);
            case 3 -> Bytes.join(before, new byte[] {bytes[at], bytes[at]}, after);
            default -> Arrays.copyOf(bytes, at + 1);
          };
    }
    return bytes;
  }

  /** Never a header, though it may begin like one. */
  byte[] payload() {
    return switch (random.nextInt(6)) {
      case 0 -> new byte[0];
      case 1 -> Bytes.join(new byte[] {0x16, 3, 1}, bytes(random.nextInt(600)));
      case 2 -> Bytes.ascii("GET /mqtt HTTP/1.1\r\nHost: localhost\r\n\r\n");
      case 3 -> Bytes.join(Arrays.copyOf(SIGNATURE, 1 + random.nextInt(11)), new byte[] {'x'});
      case 4 -> Bytes.ascii("PROXY".substring(0, 1 + random.nextInt(5)) + "x" + "y".repeat(9));
      default -> Bytes.join(Vector.CONNECT, bytes(random.nextInt(200)));
    };
  }

  byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] port(InetSocketAddress address) {
    return new byte[] {(byte) (address.getPort() >> 8), (byte) address.getPort()};
  }

  /** A source is neither unspecified nor multicast. */
  private InetSocketAddress address(boolean v4, boolean source) {
    byte[] ip = bytes(v4 ? 4 : 16);
    for (int i = 1; i < ip.length; i++) { // runs of zeros
      ip[i] = random.nextInt(3) == 0 ? ip[i] : 0;
    }
    if (source) {
      ip[0] = (byte) (v4 ? 1 + random.nextInt(223) : 0x20);
    }
    try {
      return new InetSocketAddress(InetAddress.getByAddress(ip), random.nextInt(65_536));
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  /** Of IPv6 addresses, in full or with the longest run of zeros left out. */
  private String text(InetSocketAddress address) {
    String full = address.getAddress().getHostAddress();
    if (full.indexOf(':') < 0 || random.nextBoolean()) {
      return full;
    }
    for (int zeros = 7; zeros >= 2; zeros--) {
      String run = "0" + ":0".repeat(zeros - 1);
      if (full.startsWith(run + ":")) {
        return "::" + full.substring(run.length() + 1);
      }
      if (full.endsWith(":" + run)) {
        return full.substring(0, full.length() - run.length() - 1) + "::";
      }
      if (full.contains(":" + run + ":")) {
        int at = full.indexOf(":" + run + ":");
        return full.substring(0, at) + "::" + full.substring(at + run.length() + 2);
      }
    }
    return full;
  }
}
