package io.strmqtt.proxy;

import static io.strmqtt.proxy.ProxyVerdict.NeedMore;

import io.netty.buffer.ByteBuf;
import io.strmqtt.api.ProxyHeader;
import io.strmqtt.api.ProxyTlvs;
import io.strmqtt.api.Reason;
import io.strmqtt.proxy.ProxyVerdict.Header;
import io.strmqtt.proxy.ProxyVerdict.Reject;
import org.jspecify.annotations.Nullable;

/**
 * The version 1 line (section 2.1), after its {@code "PROXY "}. Fields are judged one by one as
 * their ends come in sight, so that a line that cannot become valid is refused without waiting for
 * its end.
 */
final class V1Parser {
  /** With CR and LF: the longest line the specification knows. */
  private static final int MAX_LINE = 107;

  private static final int LONGEST_PROTOCOL = "UNKNOWN".length();
  private static final int LONGEST_V4 = "255.255.255.255".length();

  /** Six groups and an embedded dotted quad. */
  private static final int LONGEST_V6 = "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255".length();

  private static final int LONGEST_PORT = "65535".length();

  private final ByteBuf in;
  private final int start;
  private final int readable;

  /** Offset of the field being read, and then of the byte that ends it. */
  private int from = Signature.V1_LENGTH;

  private int to;

  /** Why the current field has no end; meaningful after a step said no. */
  private ProxyVerdict outcome = NeedMore.INSTANCE;

  V1Parser(ByteBuf in) {
    this.in = in;
    this.start = in.readerIndex();
    this.readable = in.readableBytes();
  }

  ProxyVerdict parse() {
    if (!field("protocol", LONGEST_PROTOCOL)) {
      return outcome;
    }
    if (fieldIs("UNKNOWN")) {
      return unknown();
    }
    boolean v4 = fieldIs("TCP4");
    if (!v4 && !fieldIs("TCP6")) {
      return bad(from, "protocol is not TCP4, TCP6 or UNKNOWN");
    }
    if (!space()) {
      return outcome;
    }
    int sourceAt = from;
    byte[] source = address("source address", v4);
    if (source == null || !space()) {
      return outcome;
    }
    byte[] destination = address("destination address", v4);
    if (destination == null || !space()) {
      return outcome;
    }
    int sourcePort = port("source port");
    if (sourcePort < 0 || !space()) {
      return outcome;
    }
    int destinationPort = port("destination port");
    if (destinationPort < 0) {
      return outcome;
    }
    if (at(to) == ' ') {
      return bad(to, "a field after the destination port");
    }
    if (!lineFeed(to + 1)) {
      return outcome;
    }
    return Addresses.proxied(
        ProxyHeader.Version.V1,
        source,
        sourcePort,
        destination,
        destinationPort,
        to + 2,
        sourceAt,
        ProxyTlvs.NONE);
  }

  /** What follows UNKNOWN is ignored, up to a CR LF; either of them alone ends no line. */
  private ProxyVerdict unknown() {
    int i = to;
    while (i < readable) {
      if (i >= MAX_LINE) {
        return tooLong();
      }
      byte b = at(i);
      if (b == '\n') {
        return bad(i, "LF without CR");
      }
      if (b == '\r') {
        return lineFeed(i + 1)
            ? Header.withoutAddresses(ProxyHeader.Version.V1, ProxyHeader.Kind.UNKNOWN, i + 2)
            : outcome;
      }
      i++;
    }
    return NeedMore.INSTANCE;
  }

  /** Finds the SP or CR that ends the field at {@code from}. */
  private boolean field(String what, int longest) {
    for (int i = from; i < readable; i++) {
      if (i >= MAX_LINE) {
        return stop(tooLong());
      }
      byte b = at(i);
      if (b == ' ' || b == '\r') {
        to = i;
        return i > from || stop(bad(i, what + " is empty"));
      }
      if (b <= ' ' || b == 0x7f) { // signed: everything above 0x7f too
        return stop(bad(i, b == '\n' ? "LF without CR" : "unprintable byte in " + what));
      }
      if (i - from == longest) {
        return stop(bad(i, what + " is too long"));
      }
    }
    return stop(NeedMore.INSTANCE);
  }

  /** Steps over the one space behind the field. */
  private boolean space() {
    if (at(to) != ' ') {
      return stop(bad(to, "the line ends before its last field"));
    }
    from = to + 1;
    return true;
  }

  private boolean lineFeed(int offset) {
    if (offset >= readable) {
      return stop(NeedMore.INSTANCE);
    }
    if (offset >= MAX_LINE) {
      return stop(tooLong());
    }
    return at(offset) == '\n' || stop(bad(offset, "CR without LF"));
  }

  private byte @Nullable [] address(String what, boolean v4) {
    if (!field(what, v4 ? LONGEST_V4 : LONGEST_V6)) {
      return null;
    }
    byte[] ip =
        v4
            ? AddressText.v4(in, start + from, start + to)
            : AddressText.v6(in, start + from, start + to);
    if (ip == null) {
      outcome = bad(from, what + (v4 ? " is no dotted quad" : " is no IPv6 address"));
    }
    return ip;
  }

  /** 0 to 65535 in decimal without sign or leading zeros, or -1. */
  private int port(String what) {
    if (!field(what, LONGEST_PORT)) {
      return -1;
    }
    int value = 0;
    for (int i = from; i < to; i++) {
      int digit = at(i) - '0';
      if (digit < 0 || digit > 9 || value == 0 && i > from) {
        outcome = bad(i, what + " is no plain decimal number");
        return -1;
      }
      value = value * 10 + digit;
    }
    if (value > 0xffff) {
      outcome = bad(from, what + " is above 65535");
      return -1;
    }
    return value;
  }

  private boolean fieldIs(String word) {
    if (to - from != word.length()) {
      return false;
    }
    for (int i = 0; i < word.length(); i++) {
      if (at(from + i) != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private byte at(int offset) {
    return in.getByte(start + offset);
  }

  private boolean stop(ProxyVerdict verdict) {
    outcome = verdict;
    return false;
  }

  private static Reject tooLong() {
    return bad(MAX_LINE, "the line has no CR LF within its " + MAX_LINE + " bytes");
  }

  private static Reject bad(int offset, String detail) {
    return new Reject(Reason.BAD_V1, detail, offset);
  }
}
