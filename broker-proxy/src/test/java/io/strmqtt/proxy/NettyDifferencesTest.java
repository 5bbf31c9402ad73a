package io.strmqtt.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.strmqtt.api.Reason;
import io.strmqtt.proxy.ProxyVerdict.Header;
import io.strmqtt.proxy.ProxyVerdict.NeedMore;
import io.strmqtt.proxy.ProxyVerdict.Reject;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Where Netty's decoder answers otherwise, it is on purpose and for a clause that says so. */
class NettyDifferencesTest {
  private enum Answer {
    ACCEPTS,
    REFUSES,
    WAITS
  }

  /** A deliberate difference, with the clause of the PROXY protocol's text and a header. */
  private enum Difference {
    /** 2: a receiver may only take the signature; so the first byte that differs decides. */
    THE_FIRST_BYTES_DECIDE(Answer.WAITS, Bytes.hex("10")),
    /** 2.1: "PROXY", single spaces, numbers without leading zeros, 107 bytes with CRLF. */
    LEADING_ZERO(
        Answer.ACCEPTS, Bytes.ascii("PROXY TCP4 203.0.113.7 198.51.100.2 056324 1883\r\n")),
    SIGN(Answer.ACCEPTS, Bytes.ascii("PROXY TCP4 203.0.113.7 198.51.100.2 +5632 1883\r\n")),
    ZONE(Answer.ACCEPTS, Bytes.ascii("PROXY TCP6 fe80::7%1 2001:db8::2 56324 1883\r\n")),
    BAD_LINE_IS_KNOWN_BEFORE_ITS_END(Answer.WAITS, Bytes.ascii("PROXY TCPX ")),
    /** 2.1: ports from 0 to 65535. */
    PORT_ZERO(Answer.REFUSES, Bytes.ascii("PROXY TCP4 203.0.113.7 198.51.100.2 0 1883\r\n")),
    /** 2.1 says nothing of families that differ; nginx and curl send them. */
    MIXED_FAMILIES(Answer.REFUSES, Bytes.ascii("PROXY TCP6 2001:db8::1 127.0.0.1 56324 24101\r\n")),
    /** 2.2: only assigned values; they are known before the header is complete. */
    BAD_FIELD_IS_KNOWN_BEFORE_ITS_END(Answer.WAITS, Bytes.hex(Bytes.SIGNATURE + "2211")),
    /** 2.2: DGRAM is for datagram listeners. */
    DATAGRAM(Answer.ACCEPTS, Bytes.v2(0x21, 0x12, Bytes.V4_ADDRESSES)),
    /** 2.2: a pair of family and transport that is of no use is accepted as UNSPEC. */
    HALF_SPECIFIED(Answer.REFUSES, Bytes.v2(0x21, 0x10, Bytes.V4_ADDRESSES)),
    /** 2.2.7: the values fill the rest of the header exactly, and have the sizes stated. */
    STRAY_BYTES(Answer.ACCEPTS, Bytes.tcp4(new byte[] {1, 2})),
    /** 2.2.3: the receiver verifies the checksum. */
    CHECKSUM(Answer.ACCEPTS, Bytes.tcp4(Bytes.tlv(3, new byte[4]))),
    /** 2.2.2, 2.2.6: text is UTF-8; that it has no control characters is our own rule. */
    CONTROL_CHARACTER(Answer.ACCEPTS, Bytes.tcp4(Bytes.tlv(2, new byte[] {'a', 7}))),
    /** Our own rule: nobody connects from there. */
    SOURCE(Answer.ACCEPTS, Bytes.ascii("PROXY TCP4 224.0.0.1 198.51.100.2 5632 1883\r\n"));

    final Answer nettys;
    final byte[] example;

    Difference(Answer nettys, byte[] example) {
      this.nettys = nettys;
      this.example = example;
    }
  }

  @ParameterizedTest
  @EnumSource
  void theDifferenceIsStillThere(Difference difference) {
    assertThat(netty(difference.example)).isEqualTo(difference.nettys);
    assertThat(ours(Bytes.parse(difference.example)))
        .isEqualTo(difference.nettys == Answer.REFUSES ? Answer.ACCEPTS : Answer.REFUSES);
  }

  @Test
  void thereAreNoOthers() {
    Random seeded = new Random(20_260_430);
    HeaderSource source = new HeaderSource(seeded);
    int[] agreed = {0};
    Stream.concat(
            Stream.concat(Vector.all().stream(), Vector.captured().stream()).map(Vector::stream),
            Stream.generate(() -> Bytes.join(source.mutated(), Vector.CONNECT)).limit(4_000))
        .forEach(
            stream -> {
              ProxyVerdict verdict = Bytes.parse(stream);
              Answer nettys = netty(stream);
              if (ours(verdict) == nettys) {
                agreed[0]++;
              } else {
                assertThat(isDeliberate(stream, verdict, nettys))
                    .as("Netty %s, here %s: %s", nettys, verdict, ByteBufUtil.hexDump(stream))
                    .isTrue();
              }
            });
    assertThat(agreed[0]).isGreaterThan(1_500);
  }

  private static boolean isDeliberate(byte[] stream, ProxyVerdict verdict, Answer nettys) {
    return switch (verdict) {
      case Reject reject when nettys == Answer.WAITS -> // we need fewer bytes
          true;
      case Reject reject ->
          Set.of(
                  Reason.BAD_V1,
                  Reason.DATAGRAM,
                  Reason.BAD_TLV,
                  Reason.CRC_MISMATCH,
                  Reason.BAD_IDENTITY,
                  Reason.BAD_SOURCE)
              .contains(reject.reason());
      case Header header ->
          nettys == Answer.REFUSES
              && switch (header.kind()) {
                case LOCAL -> false;
                case UNKNOWN -> stream[13] != 0x00 && stream[13] != 0x31; // half specified
                case PROXIED ->
                    header.source().orElseThrow().getPort() == 0
                        || header.destination().orElseThrow().getPort() == 0
                        || header.source().get().getAddress().getClass()
                            != header.destination().get().getAddress().getClass();
              };
      case NeedMore _ -> false;
    };
  }

  private static Answer ours(ProxyVerdict verdict) {
    return switch (verdict) {
      case Header _ -> Answer.ACCEPTS;
      case Reject _ -> Answer.REFUSES;
      case NeedMore _ -> Answer.WAITS;
    };
  }

  private static Answer netty(byte[] stream) {
    EmbeddedChannel channel = new EmbeddedChannel(new HAProxyMessageDecoder());
    try {
      channel.writeInbound(Unpooled.wrappedBuffer(stream));
      Object first = channel.readInbound();
      if (first instanceof HAProxyMessage message) {
        message.release();
        return Answer.ACCEPTS;
      }
      return channel.isActive() ? Answer.WAITS : Answer.REFUSES;
    } catch (DecoderException e) {
      return Answer.REFUSES;
    } finally {
      try {
        channel.finishAndReleaseAll();
      } catch (DecoderException e) {
        // What came too little is judged at the close; we have the answer.
      }
    }
  }
}
