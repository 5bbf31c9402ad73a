package io.strmqtt.proxy;

import static io.strmqtt.proxy.ProxyVerdict.NeedMore;

import io.netty.buffer.ByteBuf;
import io.strmqtt.api.ProxyHeader;
import io.strmqtt.api.ProxyTlvs;
import io.strmqtt.api.Reason;
import io.strmqtt.proxy.ProxyVerdict.Header;
import io.strmqtt.proxy.ProxyVerdict.Reject;
import java.util.Optional;

/**
 * The version 1 line (section 2.1), after its {@code "PROXY "}. Bytes are taken one by one, and the
 * first that no line can have at its place is refused, whatever follows. Two things are judged
 * later: the source address as such when it is complete, and the length of the line at byte 108.
 */
final class V1Parser {
  /** With CR and LF: the longest line the specification knows. */
  private static final int MAX_LINE = 107;

  private static final String PROTOCOL = "protocol is not TCP4, TCP6 or UNKNOWN";

  /** No byte; {@link #outcome} says why. */
  private static final int NONE = -1;

  private final ByteBuf in;
  private final int start;
  private final int readable;
  private final AddressReader address = new AddressReader();

  /** Offset of the next byte. */
  private int at = Signature.V1_LENGTH;

  /** It and the bytes behind it, up to eight: each look into a buffer has its price. */
  private long ahead;

  private int bitsAhead;

  /** The port that was read last. */
  private int port;

  /** Why the line did not go on; meaningful after a step said no. */
  private ProxyVerdict outcome = NeedMore.INSTANCE;

  V1Parser(ByteBuf in) {
    this.in = in;
    this.start = in.readerIndex();
    this.readable = in.readableBytes();
  }

  ProxyVerdict parse() {
    int first = next();
    if (first == 'U') {
      return word("NKNOWN") ? unknown() : outcome;
    }
    if (first != 'T') {
      return first == NONE ? outcome : bad(PROTOCOL);
    }
    if (!word("CP")) {
      return outcome;
    }
    int family = next();
    if (family != '4' && family != '6') {
      return family == NONE ? outcome : bad(PROTOCOL);
    }
    return space() ? addresses(family == '4') : outcome;
  }

  /**
   * Proxies that read a header themselves name the family of one address, and write the other as it
   * is: nginx that of the source, curl that of the destination. So one of the two has it.
   */
  private ProxyVerdict addresses(boolean v4) {
    int sourceAt = at;
    address.begin();
    if (!address("source address is no IP address")) {
      return outcome;
    }
    boolean isNamed = address.isQuad() == v4;
    long sourceHigh = address.high();
    long sourceLow = address.low();
    Optional<String> flaw = new Ip(sourceHigh, sourceLow).flawAsSource();
    if (flaw.isPresent()) {
      return new Reject(Reason.BAD_SOURCE, "source address " + flaw.get(), sourceAt);
    }
    if (isNamed) {
      address.begin();
    } else {
      address.begin(v4);
    }
    if (!address(
        isNamed
            ? "destination address is no IP address"
            : v4
                ? "neither address is IPv4, as TCP4 says"
                : "neither address is IPv6, as TCP6 says")) {
      return outcome;
    }
    if (!port("source port", ' ')) {
      return outcome;
    }
    int sourcePort = port;
    if (!port("destination port", '\r') || !lineFeed()) {
      return outcome;
    }
    return new Header(
        ProxyHeader.Version.V1,
        ProxyHeader.Kind.PROXIED,
        new AddressPair(sourceHigh, sourceLow, sourcePort, address.high(), address.low(), port),
        at,
        ProxyTlvs.NONE);
  }

  /** What follows UNKNOWN is ignored, up to a CR LF; either of them alone ends no line. */
  private ProxyVerdict unknown() {
    int b = next();
    if (b != ' ' && b != '\r') {
      return b == NONE ? outcome : bad(PROTOCOL);
    }
    while (b != '\r') {
      b = next();
      if (b == NONE) {
        return outcome;
      }
      if (b == '\n') {
        return bad("");
      }
    }
    return lineFeed()
        ? Header.withoutAddresses(ProxyHeader.Version.V1, ProxyHeader.Kind.UNKNOWN, at)
        : outcome;
  }

  private boolean word(String rest) {
    for (int i = 0; i < rest.length(); i++) {
      int b = next();
      if (b != rest.charAt(i)) {
        return b != NONE && no(PROTOCOL);
      }
    }
    return true;
  }

  private boolean space() {
    int b = next();
    return b == ' ' || b != NONE && no(PROTOCOL);
  }

  /** An address and the space behind it. */
  private boolean address(String flaw) {
    for (int b = next(); b != NONE; b = next()) {
      if (b == ' ' && address.end()) {
        return true;
      }
      if (b == ' ' || !address.accept(b)) {
        return no(flaw);
      }
    }
    return false;
  }

  /** 0 to 65535 in decimal without sign or leading zeros, and the byte behind it. */
  private boolean port(String what, char end) {
    port = 0;
    int first = at;
    for (int b = next(); b != NONE; b = next()) {
      if (b == end && at - 1 > first) {
        return true;
      }
      if (b < '0' || b > '9' || port == 0 && at - 1 > first) {
        return no(
            b == ' ' && at - 1 > first
                ? "a field after the destination port"
                : what + " is no plain decimal number");
      }
      port = port * 10 + b - '0';
      if (port > 0xffff) {
        return no(what + " is above 65535");
      }
    }
    return false;
  }

  private boolean lineFeed() {
    int b = next();
    return b == '\n' || b != NONE && no("CR without LF");
  }

  private int next() {
    if (at == readable) {
      return NONE;
    }
    if (at == MAX_LINE) {
      return tooLong();
    }
    if (bitsAhead == 0) {
      boolean eight = readable - at >= Long.BYTES;
      ahead = eight ? in.getLong(start + at) : in.getByte(start + at);
      bitsAhead = eight ? Long.SIZE : Byte.SIZE;
    }
    at++;
    bitsAhead -= Byte.SIZE;
    return (int) (ahead >>> bitsAhead) & 0xff;
  }

  private int tooLong() {
    outcome =
        new Reject(
            Reason.BAD_V1, "the line has no CR LF within its " + MAX_LINE + " bytes", MAX_LINE);
    return NONE;
  }

  private boolean no(String detail) {
    outcome = bad(detail);
    return false;
  }

  /** Refuses the last byte that was taken. */
  private Reject bad(String detail) {
    int offset = at - 1;
    String found =
        switch (in.getByte(start + offset)) {
          case '\n' -> "LF without CR";
          case '\r' -> "the line ends before its last field";
          default -> detail;
        };
    return new Reject(Reason.BAD_V1, found, offset);
  }
}
