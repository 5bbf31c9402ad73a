package io.strmqtt.proxy;

import static io.strmqtt.proxy.Bytes.parse;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.ProxyHeader;
import io.strmqtt.api.Reason;
import io.strmqtt.proxy.ProxyVerdict.Header;
import io.strmqtt.proxy.ProxyVerdict.NeedMore;
import io.strmqtt.proxy.ProxyVerdict.Reject;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every header of the tables gets its verdict, however its bytes are cut. */
class VectorsTest {

  private static final Map<String, Reason> REASONS =
      Map.ofEntries(
          Map.entry("v2-aws-vpce", Reason.CRC_MISMATCH),
          Map.entry("v2-crc-len3", Reason.BAD_TLV),
          Map.entry("v2-vercmd01", Reason.BAD_VERSION),
          Map.entry("v2-ver3", Reason.BAD_VERSION),
          Map.entry("v2-cmd2", Reason.BAD_COMMAND),
          Map.entry("v2-cmdF", Reason.BAD_COMMAND),
          Map.entry("v2-fam4", Reason.BAD_FAMILY),
          Map.entry("v2-proto3", Reason.BAD_FAMILY),
          Map.entry("v2-udp4", Reason.DATAGRAM),
          Map.entry("v2-udp6", Reason.DATAGRAM),
          Map.entry("v2-tcp4-len11", Reason.BAD_LENGTH),
          Map.entry("v2-tcp4-len0", Reason.BAD_LENGTH),
          Map.entry("v2-tcp6-len12", Reason.BAD_LENGTH),
          Map.entry("v2-tlv-trail1", Reason.BAD_TLV),
          Map.entry("v2-tlv-trail2", Reason.BAD_TLV),
          Map.entry("v2-uid-129", Reason.BAD_TLV),
          Map.entry("v2-ssl-cn-ctl", Reason.BAD_IDENTITY),
          Map.entry("v2-len65535-16bytes", Reason.TOO_LARGE),
          Map.entry("v2-bad-sig-byte12", Reason.NO_HEADER_OTHER),
          Map.entry("raw-mqtt311-14B", Reason.NO_HEADER_MQTT),
          Map.entry("raw-mqtt5-15B", Reason.NO_HEADER_MQTT),
          Map.entry("raw-mqtt-1byte", Reason.NO_HEADER_MQTT),
          Map.entry("raw-mqtt-200B", Reason.NO_HEADER_MQTT),
          Map.entry("raw-tls-clienthello", Reason.NO_HEADER_TLS),
          Map.entry("raw-tls-5B", Reason.NO_HEADER_TLS),
          Map.entry("raw-http-get", Reason.NO_HEADER_HTTP),
          Map.entry("raw-http-propfind", Reason.NO_HEADER_HTTP),
          Map.entry("raw-crlf-http", Reason.NO_HEADER_HTTP),
          Map.entry("raw-ssh", Reason.NO_HEADER_OTHER));

  static Stream<Vector> all() {
    return Stream.concat(Vector.all().stream(), Vector.captured().stream());
  }

  @Test
  void theTablesAreComplete() {
    assertThat(Vector.all()).hasSize(77);
    assertThat(Vector.captured()).hasSize(27);
  }

  @ParameterizedTest
  @MethodSource("all")
  void theVerdictIsTheOneOfTheTable(Vector vector) {
    switch (parse(vector.stream())) {
      case Header header -> {
        assertThat(vector.verdict()).isIn('A', 'L');
        assertThat(header.kind() == ProxyHeader.Kind.PROXIED).isEqualTo(vector.verdict() == 'A');
        header
            .source()
            .ifPresent(s -> assertThat(ClientEndpoint.text(s)).isEqualTo(vector.client()));
        if (!vector.stacked()) {
          assertThat(header.length()).isEqualTo(vector.bytes().length);
        }
      }
      case Reject reject -> {
        assertThat(vector.verdict()).as("%s", reject).isEqualTo('R');
        assertThat(reject.reason()).isEqualTo(REASONS.getOrDefault(vector.id(), Reason.BAD_V1));
      }
      case NeedMore _ -> assertThat(vector.verdict()).isEqualTo('M');
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void theFirstVerdictOverAnyPrefixIsFinal(Vector vector) {
    byte[] stream = vector.stream();
    ProxyVerdict last = parse(stream, stream.length);
    boolean decided = false;
    for (int length = 0; length <= stream.length; length++) {
      ProxyVerdict verdict = parse(stream, length);
      if (decided || verdict != NeedMore.INSTANCE) {
        assertThat(verdict).as("over %d bytes", length).isEqualTo(last);
        decided = true;
      }
    }
    assertThat(decided).isEqualTo(vector.verdict() != 'M');
  }

  @ParameterizedTest
  @MethodSource("all")
  void everySplitEndsTheSameWayAndThePayloadArrivesByteExact(Vector vector) {
    byte[] stream = vector.stream();
    check(vector, Look.of(Look.ENABLED, stream));
    for (int at = 1; at < stream.length; at++) {
      check(vector, Look.split(Look.ENABLED, stream, at));
    }
    check(vector, Look.byteByByte(Look.ENABLED, stream));
  }

  private static void check(Vector vector, Look look) {
    switch (vector.verdict()) {
      case 'A', 'L' -> {
        if (vector.stacked()) {
          assertThat(look.calls).containsExactly("accepted", "rejected");
          assertThat(look.reason).contains(Reason.DUPLICATE_HEADER);
          assertThat(look.delivered()).isEmpty();
        } else {
          assertThat(look.calls).containsExactly("accepted");
          assertThat(look.delivered()).isEqualTo(vector.payload());
          assertThat(look.handlerLeft()).isEqualTo(vector.connectFollows());
        }
      }
      case 'R' -> {
        assertThat(look.calls).containsExactly("rejected");
        assertThat(look.reason).contains(REASONS.getOrDefault(vector.id(), Reason.BAD_V1));
        assertThat(look.delivered()).isEmpty();
      }
      default -> {
        assertThat(look.calls).isEmpty();
        look.peerCloses();
        if (vector.bytes().length == 0) {
          assertThat(look.calls).containsExactly("probe");
        } else {
          assertThat(look.calls).containsExactly("rejected");
          assertThat(look.reason).contains(Reason.TRUNCATED);
        }
      }
    }
    look.end();
  }

  @ParameterizedTest
  @MethodSource("headers")
  void aDisabledListenerNamesEveryHeader(Vector vector) {
    byte[] stream = vector.stream();
    for (Look look :
        List.of(
            Look.of(Look.DISABLED, stream),
            Look.split(Look.DISABLED, stream, 4),
            Look.byteByByte(Look.DISABLED, stream))) {
      assertThat(look.calls).containsExactly("rejected");
      assertThat(look.reason).contains(Reason.UNEXPECTED_HEADER);
      assertThat(look.delivered()).isEmpty();
      look.end();
    }
  }

  static Stream<Vector> headers() {
    return all().filter(v -> v.verdict() == 'A' || v.verdict() == 'L');
  }

  @ParameterizedTest
  @MethodSource("others")
  void aDisabledListenerPassesEverythingElseOnByteExact(Vector vector) {
    for (Look look :
        List.of(
            Look.of(Look.DISABLED, vector.bytes()),
            Look.byteByByte(Look.DISABLED, vector.bytes()))) {
      assertThat(look.calls).containsExactly("accepted");
      assertThat(look.header).isEmpty();
      assertThat(look.delivered()).isEqualTo(vector.bytes());
      assertThat(look.handlerLeft()).isTrue();
      look.end();
    }
  }

  static Stream<Vector> others() {
    return all().filter(v -> v.id().startsWith("raw-") || v.id().equals("v2-bad-sig-byte12"));
  }
}
