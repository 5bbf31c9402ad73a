package io.strmqtt.dist.cli.proxy;

import io.strmqtt.api.ClientEndpoint;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads a header field by field and as far as it goes, for people. Forgives what the parser does
 * not: the verdict is not made here.
 */
final class HeaderFields {
  private static final byte[] V1_SIGNATURE = "PROXY ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] V2_SIGNATURE =
      "\r\n\r\n\0\r\nQUIT\n".getBytes(StandardCharsets.US_ASCII);
  private static final int V2_FIXED = 16;
  private static final int UNIX_PATH = 108;

  private final Bytes in;
  private final Lines out;

  private HeaderFields(Bytes in, Lines out) {
    this.in = in;
    this.out = out;
  }

  /** Adds a line for each field there is. */
  static void read(Bytes in, Lines out) {
    HeaderFields fields = new HeaderFields(in, out);
    if (fields.begins(V2_SIGNATURE)) {
      fields.v2();
    } else if (fields.begins(V1_SIGNATURE)) {
      fields.v1();
    }
  }

  private boolean begins(byte[] signature) {
    return Arrays.equals(in.range(0, signature.length), signature);
  }

  private void v1() {
    String line = new String(in.all(), StandardCharsets.ISO_8859_1);
    int end = line.indexOf('\n') >= 0 ? line.indexOf('\n') : line.length();
    line = line.substring(0, end > 0 && line.charAt(end - 1) == '\r' ? end - 1 : end);
    String[] fields = line.split(" ", -1);
    out.add("version", "1");
    String[] names = {
      "protocol", "source address", "destination address", "source port", "destination port"
    };
    for (int i = 1; i < fields.length; i++) {
      out.add(i <= names.length ? names[i - 1] : "field " + i, WireText.of(fields[i]));
    }
  }

  private void v2() {
    if (in.length() <= 12) {
      return;
    }
    int command = in.u8(12) & 0xf;
    out.add("version", String.valueOf(in.u8(12) >> 4));
    out.add("command", numbered(command, "LOCAL", "PROXY"));
    if (in.length() <= 13) {
      return;
    }
    int family = in.u8(13) >> 4;
    out.add("family", numbered(family, "UNSPEC", "INET", "INET6", "UNIX"));
    out.add("transport", numbered(in.u8(13) & 0xf, "UNSPEC", "STREAM", "DGRAM"));
    if (in.length() < V2_FIXED) {
      return;
    }
    int declared = in.u16(14);
    out.add("length", declared + " bytes follow these 16");
    int end = Math.min(V2_FIXED + declared, in.length());
    int tlvs = V2_FIXED;
    if (command != 0) {
      tlvs = addresses(family, end);
    } else if (end > tlvs) {
      out.add("ignored", WireText.hex(in.range(tlvs, end)) + " (LOCAL: receivers skip it)");
      return;
    }
    if (family != 0) {
      new TlvFields(in, V2_FIXED + declared, out).read(tlvs, end, "");
    } else if (end > tlvs) {
      out.add("ignored", WireText.hex(in.range(tlvs, end)) + " (UNSPEC: receivers skip it)");
    }
  }

  /** The offset behind the address block, or the end if it is cut short. */
  private int addresses(int family, int end) {
    int size =
        switch (family) {
          case 1 -> 4;
          case 2 -> 16;
          case 3 -> UNIX_PATH;
          default -> 0;
        };
    int ports = family == 3 || size == 0 ? 0 : 2;
    int at = V2_FIXED;
    int block = at + 2 * (size + ports);
    if (block > end) {
      out.add("address block", WireText.hex(in.range(at, end)) + " (cut short)");
      return end;
    }
    if (family == 3) {
      out.add("source", path(at));
      out.add("destination", path(at + size));
    } else if (size > 0) {
      out.add("source", address(at, size, block - 4));
      out.add("destination", address(at + size, size, block - 2));
    }
    return block;
  }

  private String path(int at) {
    byte[] path = in.range(at, at + UNIX_PATH);
    int end = 0;
    while (end < path.length && path[end] != 0) {
      end++;
    }
    return "\"" + WireText.of(Arrays.copyOf(path, end)) + "\"";
  }

  private String address(int at, int size, int port) {
    try {
      // A mapped address comes back as the IPv4 address it means, as the broker will show it.
      return ClientEndpoint.text(
          new InetSocketAddress(InetAddress.getByAddress(in.range(at, at + size)), in.u16(port)));
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String numbered(int number, String... names) {
    return number + " " + (number < names.length ? names[number] : "(not assigned)");
  }
}
