package io.strmqtt.proxy;

import static io.strmqtt.proxy.Bytes.ascii;
import static io.strmqtt.proxy.Bytes.hex;
import static io.strmqtt.proxy.Bytes.join;
import static io.strmqtt.proxy.Bytes.parse;
import static io.strmqtt.proxy.Bytes.sealed;
import static io.strmqtt.proxy.Bytes.tcp4;
import static io.strmqtt.proxy.Bytes.tlv;
import static io.strmqtt.proxy.Bytes.v2;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.ProxyHeader;
import io.strmqtt.api.Reason;
import io.strmqtt.proxy.ProxyVerdict.Header;
import io.strmqtt.proxy.ProxyVerdict.NeedMore;
import io.strmqtt.proxy.ProxyVerdict.Reject;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GrammarTest {

  // Version 1

  @ParameterizedTest
  @CsvSource({
    "::1, ::1",
    "2001:DB8::7, 2001:db8::7",
    "0:0:0:0:0:0:0:1, ::1",
    "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
    "::2:3:4:5:6:7:8, 0:2:3:4:5:6:7:8",
    "1::8, 1::8",
    "64:ff9b::192.0.2.33, 64:ff9b::c000:221",
    "1:2:3:4:5:6:192.0.2.33, 1:2:3:4:5:6:c000:221",
    "fe80::1, fe80::1"
  })
  void anIpv6AddressIsRead(String text, String expected) {
    assertThat(sourceOf("PROXY TCP6 " + text + " ::1 1 2\r\n")).isEqualTo("[" + expected + "]:1");
  }

  @Test
  void anIpv4MappedAddressBecomesIpv4() {
    assertThat(sourceOf("PROXY TCP6 ::ffff:203.0.113.7 ::ffff:cb00:7108 1 2\r\n"))
        .isEqualTo("203.0.113.7:1");
    assertThat(sourceOf("PROXY TCP6 ::ffff:cb00:7107 ::1 1 2\r\n")).isEqualTo("203.0.113.7:1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ":",
        ":::",
        "1:::2",
        "1::2::3",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::",
        "1:2:3:4::5:6:7:8",
        ":1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:",
        "12345::",
        "g::",
        "::1.2.3",
        "::1.2.3.4.5",
        "::01.2.3.4",
        "::1.2.3.256",
        "1.2.3.4::",
        "1:2:3:4:5:6:7:1.2.3.4",
        "::1%1",
        "[::1]",
        "::1/64",
        "::-1",
        "0x1::",
        "::1.2.3.4:5",
        "::.1.2.3"
      })
  void whatIsNoIpv6AddressIsRefused(String text) {
    assertReject(ascii("PROXY TCP6 " + text + " ::1 1 2\r\n"), Reason.BAD_V1);
    assertReject(ascii("PROXY TCP6 ::1 " + text + " 1 2\r\n"), Reason.BAD_V1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.",
        ".1.2.3",
        "1..2.3",
        "01.2.3.4",
        "1.2.3.00",
        "256.1.1.1",
        "1.2.3.999",
        "0x1.2.3.4",
        "1.2.3.4a",
        "+1.2.3.4",
        "16909060",
        "localhost"
      })
  void whatIsNoDottedQuadIsRefused(String text) {
    assertReject(ascii("PROXY TCP4 " + text + " 1.1.1.1 1 2\r\n"), Reason.BAD_V1);
    assertReject(ascii("PROXY TCP4 1.1.1.1 " + text + " 1 2\r\n"), Reason.BAD_V1);
  }

  @ParameterizedTest
  @CsvSource({
    "TCP6 2001:db8::1 127.0.0.1 56324 24101, [2001:db8::1]:56324",
    "TCP4 203.0.113.7 ::1 56324 1883, 203.0.113.7:56324",
    "TCP6 192.0.2.42 ::1 40001 1883, 192.0.2.42:40001",
    "TCP4 2001:db8::1 192.0.2.1 1 2, [2001:db8::1]:1",
    "TCP6 ::ffff:203.0.113.7 192.0.2.1 1 2, 203.0.113.7:1",
    "TCP4 ::ffff:203.0.113.7 192.0.2.1 1 2, 203.0.113.7:1",
    "TCP4 203.0.113.7 ::ffff:192.0.2.1 1 2, 203.0.113.7:1"
  })
  void oneAddressMayBeOfAnotherFamilyThanTheOneThatIsNamed(String fields, String client) {
    assertThat(sourceOf("PROXY " + fields + "\r\n")).isEqualTo(client);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "TCP4 ::1 ::1 1 2",
        "TCP6 1.2.3.4 1.2.3.4 1 2",
        "TCP4 ::ffff:1.2.3.4 ::ffff:1.2.3.4 1 2",
        "TCP6 2001:db8::1 127.0.0.01 1 2",
        "TCP6 2001:db8::1 0127.0.0.1 1 2",
        "TCP4 fe80::1%eth0 1.2.3.4 1 2",
        "TCP4 [2001:db8::1] 1.2.3.4 1 2",
        "TCP4 1.2.3.4 [::1] 1 2",
        "TCP6 2001:db8::1  127.0.0.1 1 2",
        "TCP6 2001:db8::1 127.0.0.1 65536 2",
        "TCP4 203.0.113.7 ::1 1 65536"
      })
  void aMixedLineIsHeldToTheGrammarAsAnyOther(String fields) {
    assertReject(ascii("PROXY " + fields + "\r\n"), Reason.BAD_V1);
  }

  @Test
  void aMixedLineNeedsCarriageReturnAndLineFeed() {
    assertReject(ascii("PROXY TCP6 2001:db8::1 127.0.0.1 56324 24101\n"), Reason.BAD_V1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "TCP4 :: 1.1.1.1",
        "TCP6 0.0.0.0 ::1",
        "TCP4 ff02::1 1.1.1.1",
        "TCP6 224.0.0.1 ::1"
      })
  void aSourceNobodyCanHaveIsRefusedWhateverFamilyIsNamed(String addresses) {
    assertReject(ascii("PROXY " + addresses + " 1 2\r\n"), Reason.BAD_SOURCE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "+1", "01", "00", "65536", "100000", "1x", "0x1", "1e3", "1\t"})
  void whatIsNoPortIsRefused(String text) {
    assertReject(ascii("PROXY TCP4 1.1.1.1 2.2.2.2 " + text + " 2\r\n"), Reason.BAD_V1);
    assertReject(ascii("PROXY TCP4 1.1.1.1 2.2.2.2 1 " + text + "\r\n"), Reason.BAD_V1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PROXY TCP4 1.1.1.1 2.2.2.2 1 2 \r\n",
        "PROXY TCP4  1.1.1.1 2.2.2.2 1 2\r\n",
        "PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\r\n",
        "PROXY TCP4 1.1.1.1 2.2.2.2 1 2\rX",
        "PROXY TCP4 1.1.1.1 2.2.2.2 1 2\n",
        "PROXY TCP4\r\n",
        "PROXY TCP\r\n",
        "PROXY tcp4 1.1.1.1 2.2.2.2 1 2\r\n",
        "PROXY UNKNOWNX\r\n",
        "PROXY UNKNOW\r\n",
        "PROXY UNKNOWN\n",
        "PROXY UNKNOWN a\rb\r\n",
        "PROXY \r\n",
        "PROXY\r\n"
      })
  void aLineOutsideTheGrammarIsRefused(String line) {
    assertReject(ascii(line), Reason.BAD_V1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PROXY UNKNOWN \r\n", "PROXY UNKNOWN \0\t\u00ff  x\r\n"})
  void whateverFollowsUnknownIsIgnored(String line) {
    assertThat(parse(ascii(line)))
        .isEqualTo(
            Header.withoutAddresses(
                ProxyHeader.Version.V1, ProxyHeader.Kind.UNKNOWN, line.length()));
  }

  @Test
  void aLineOf107BytesIsReadAndOneOf108IsRefusedAtItsLastByte() {
    byte[] longest = ascii("PROXY UNKNOWN " + "f".repeat(91) + "\r\n");
    assertThat(longest).hasSize(107);
    assertThat(parse(longest)).isInstanceOf(Header.class);

    byte[] tooLong = ascii("PROXY UNKNOWN " + "f".repeat(92) + "\r\n");
    assertThat(parse(tooLong, 107)).isEqualTo(NeedMore.INSTANCE);
    assertThat(((Reject) parse(tooLong)).offset()).isEqualTo(107);
  }

  @Test
  void fourKibibytesWithoutAnEndAreRefusedAtByte108() {
    byte[] endless = ascii("PROXY UNKNOWN " + "f".repeat(4096 - 14));
    assertThat(parse(endless, 107)).isEqualTo(NeedMore.INSTANCE);
    assertReject(Arrays.copyOf(endless, 108), Reason.BAD_V1);
    Look look = Look.byteByByte(Look.ENABLED, endless);
    assertThat(look.calls).containsExactly("rejected");
    assertThat(look.reason).contains(Reason.BAD_V1);
    look.end();
  }

  // What is no header

  @ParameterizedTest
  @CsvSource({
    "GET, 1",
    "HEAD, 1",
    "DELETE, 1",
    "CONNECT, 1",
    "OPTIONS, 1",
    "TRACE, 1",
    "POST, 2",
    "PUT, 2",
    "PATCH, 2",
    "PRI, 3",
    "PROPFIND, 4"
  })
  void anHttpMethodIsNamedAtTheFirstByteThatCanBeNothingElse(String method, int decisive) {
    byte[] request = ascii(method + " / HTTP/1.1\r\n");
    assertThat(parse(request, decisive - 1)).isEqualTo(NeedMore.INSTANCE);
    assertReject(Arrays.copyOf(request, decisive), Reason.NO_HEADER_HTTP);
  }

  @ParameterizedTest
  @ValueSource(strings = {"SSH-2.0", "PROXI", "PX", "proxy TCP4", "\r\n\r\n\0\r\nQUIX", "\0"})
  void anythingElseIsOther(String text) {
    assertReject(ascii(text), Reason.NO_HEADER_OTHER);
  }

  // Version 2

  @Test
  void eachFixedFieldIsJudgedAtItsOwnByte() {
    assertThat(((Reject) parse(hex(Bytes.SIGNATURE + "31"))).reason())
        .isEqualTo(Reason.BAD_VERSION);
    assertThat(((Reject) parse(hex(Bytes.SIGNATURE + "22"))).reason())
        .isEqualTo(Reason.BAD_COMMAND);
    assertThat(((Reject) parse(hex(Bytes.SIGNATURE + "2141"))).reason())
        .isEqualTo(Reason.BAD_FAMILY);
    assertThat(((Reject) parse(hex(Bytes.SIGNATURE + "2112"))).reason()).isEqualTo(Reason.DATAGRAM);
    assertThat(((Reject) parse(hex(Bytes.SIGNATURE + "2111000b"))).reason())
        .isEqualTo(Reason.BAD_LENGTH);
    assertThat(parse(hex(Bytes.SIGNATURE + "2111ff"))).isEqualTo(NeedMore.INSTANCE);
    assertThat(((Reject) parse(hex(Bytes.SIGNATURE + "2111ffff"))).reason())
        .isEqualTo(Reason.TOO_LARGE);
    assertThat(((Reject) parse(hex(Bytes.SIGNATURE + "20111001"))).reason())
        .isEqualTo(Reason.TOO_LARGE);
  }

  @Test
  void localAndUnspecKeepTheRealEndpointsWhateverTheyCarry() {
    byte[] junk = hex("ffffff");
    assertThat(((Header) parse(v2(0x20, 0xff, junk))).kind()).isEqualTo(ProxyHeader.Kind.LOCAL);
    assertThat(((Header) parse(v2(0x21, 0x00, junk))).kind()).isEqualTo(ProxyHeader.Kind.UNKNOWN);
    assertThat(((Header) parse(v2(0x21, 0x01, junk))).length()).isEqualTo(19);
  }

  @Test
  void unixAddressesKeepTheRealEndpointsAndTheirValuesAreStillChecked() {
    byte[] addresses = new byte[216];
    assertThat(((Header) parse(v2(0x21, 0x31, addresses))).kind())
        .isEqualTo(ProxyHeader.Kind.UNKNOWN);
    assertReject(v2(0x21, 0x31, addresses, hex("00")), Reason.BAD_TLV);
    assertReject(v2(0x21, 0x31, new byte[215]), Reason.BAD_LENGTH);
    assertReject(v2(0x21, 0x32, addresses), Reason.DATAGRAM);
  }

  @ParameterizedTest
  @ValueSource(strings = {"00000000", "e0000001", "efffffff"})
  void aSourceNobodyCanHaveIsRefused(String source) {
    byte[] rest = hex("c6336402dc04075b");
    assertReject(v2(0x21, 0x11, hex(source), rest), Reason.BAD_SOURCE);
    byte[] mapped = hex("00000000000000000000ffff");
    assertReject(
        v2(0x21, 0x21, mapped, hex(source), new byte[15], hex("01dc04075b")), Reason.BAD_SOURCE);
    // It is of no consequence where the address is not used.
    assertThat(parse(v2(0x20, 0x11, hex(source), rest))).isInstanceOf(Header.class);
    assertThat(parse(v2(0x21, 0x10, hex(source), rest))).isInstanceOf(Header.class);
  }

  @Test
  void aSourceNobodyCanHaveIsRefusedInTextToo() {
    assertReject(ascii("PROXY TCP4 0.0.0.0 1.1.1.1 1 2\r\n"), Reason.BAD_SOURCE);
    assertReject(ascii("PROXY TCP4 224.0.0.1 1.1.1.1 1 2\r\n"), Reason.BAD_SOURCE);
    assertReject(ascii("PROXY TCP6 :: ::1 1 2\r\n"), Reason.BAD_SOURCE);
    assertReject(ascii("PROXY TCP6 ff02::1 ::1 1 2\r\n"), Reason.BAD_SOURCE);
    assertReject(ascii("PROXY TCP6 ::ffff:0.0.0.0 ::1 1 2\r\n"), Reason.BAD_SOURCE);
  }

  // Type-length-values

  @Test
  void aLargeClientCertificateIsAccepted() {
    byte[] ssl = tlv(0x20, hex("0700000000"), tlv(0x28, new byte[2048]));
    assertThat(parse(tcp4(ssl))).isInstanceOf(Header.class);
  }

  @Test
  void twoHundredNestedSslValuesAreRefusedWithoutRecursion() {
    byte[] nested = {};
    for (int i = 0; i < 200; i++) {
      nested = tlv(0x20, hex("0100000000"), nested);
    }
    assertReject(tcp4(nested), Reason.BAD_TLV);
  }

  @Test
  void valuesAreHeldToTheirLengths() {
    assertThat(parse(tcp4(tlv(0x05, new byte[128])))).isInstanceOf(Header.class);
    assertReject(tcp4(tlv(0x05, new byte[129])), Reason.BAD_TLV);
    assertThat(parse(tcp4(tlv(0x02, ascii("a".repeat(255)))))).isInstanceOf(Header.class);
    assertReject(tcp4(tlv(0x02, ascii("a".repeat(256)))), Reason.BAD_TLV);
    assertReject(tcp4(tlv(0x20, hex("01000000"))), Reason.BAD_TLV);
    assertReject(tcp4(tlv(0x20, hex("0100000000"), hex("2200"))), Reason.BAD_TLV);
    assertReject(tcp4(tlv(0x20, hex("0100000000"), hex("22000261"))), Reason.BAD_TLV);
    assertReject(tcp4(hex("040001")), Reason.BAD_TLV);
    assertThat(parse(tcp4(hex("040000")))).isInstanceOf(Header.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00",
        "0a",
        "1b",
        "7f",
        "c285",
        "80",
        "c0af",
        "c1bf",
        "e08080",
        "eda080",
        "f0808080",
        "f4908080",
        "f5808080",
        "c3",
        "e282",
        "c328",
        "ff"
      })
  void textIsUtf8WithoutControlCharacters(String flaw) {
    byte[] text = join(ascii("a"), hex(flaw));
    assertReject(tcp4(tlv(0x02, text)), Reason.BAD_IDENTITY);
    assertReject(tcp4(tlv(0x30, text)), Reason.BAD_IDENTITY);
    for (int type = 0x21; type <= 0x27; type++) {
      assertReject(tcp4(tlv(0x20, hex("0700000000"), tlv(type, text))), Reason.BAD_IDENTITY);
    }
    // Opaque by the specification
    assertThat(parse(tcp4(tlv(0x05, text), tlv(0x01, text), tlv(0xe5, text))))
        .isInstanceOf(Header.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "61", "c2a0", "dfbf", "e0a080", "ed9fbf", "ee8080", "f0908080", "f48fbfbf"})
  void textMayHoldAnyOtherCharacter(String text) {
    assertThat(parse(tcp4(tlv(0x02, hex(text))))).isInstanceOf(Header.class);
  }

  @Test
  void aChecksumIsVerifiedOverTheWholeHeader() {
    byte[] good = sealed(tcp4(tlv(0x02, ascii("mqtt.example")), tlv(0x03, new byte[4])));
    assertThat(parse(good)).isInstanceOf(Header.class);
    for (int i = 16; i < good.length; i++) {
      byte[] bad = good.clone();
      bad[i] ^= 1;
      assertThat(parse(bad)).as("byte %d", i).isNotInstanceOf(Header.class);
    }
    byte[] address = good.clone();
    address[16] ^= 1;
    assertReject(address, Reason.CRC_MISMATCH);
    assertReject(tcp4(tlv(0x03, new byte[4]), tlv(0x03, new byte[4])), Reason.BAD_TLV);
  }

  // What follows from a header

  @Test
  void theEndpointIsTheHeadersWhereItNamesAClientAndTheSocketsElsewhere() {
    InetSocketAddress peer = new InetSocketAddress("10.0.0.5", 41022);
    InetSocketAddress local = new InetSocketAddress("10.0.0.9", 1883);
    Header proxied = (Header) parse(tcp4());
    ClientEndpoint endpoint =
        Endpoints.endpointOf(peer, local, "tcp", Look.ENABLED, Optional.of(proxied));
    assertThat(endpoint.toLog()).isEqualTo("client=203.0.113.7:56324 via=10.0.0.5:41022 pp=v2");
    assertThat(ClientEndpoint.text(endpoint.local())).isEqualTo("198.51.100.2:1883");

    Header unknown = (Header) parse(ascii("PROXY UNKNOWN\r\n"));
    endpoint = Endpoints.endpointOf(peer, local, "tcp", Look.ENABLED, Optional.of(unknown));
    assertThat(endpoint.toLog()).isEqualTo("client=10.0.0.5:41022 via=10.0.0.5:41022 pp=v1");
    assertThat(endpoint.local()).isEqualTo(local);

    assertThat(Endpoints.endpointOf(peer, local, "tcp", Look.ENABLED, Optional.empty()))
        .isEqualTo(ClientEndpoint.direct(peer, local, "tcp"));
  }

  @Test
  void parsingConsumesNothingAndStartsWhereTheReaderStands() {
    var in = Unpooled.copiedBuffer(hex("1010"), tcp4());
    in.skipBytes(2);
    assertThat(ProxyParser.parse(in, 4096)).isInstanceOf(Header.class);
    assertThat(in.readerIndex()).isEqualTo(2);
  }

  @Test
  void everyPossibleRefusalHasAHint() {
    for (Reason reason : Reason.values()) {
      assertThat(new Hints("edge").of(reason)).isNotBlank().doesNotContain("\"", "MQTT_EDGE");
    }
    assertThat(new Hints("wss").of(Reason.UNEXPECTED_HEADER))
        .contains("listener.wss.proxy_enabled = true", "MQTT_WSS_PROXY_PROTOCOL_ENABLED=true");
  }

  private static String sourceOf(String line) {
    return ClientEndpoint.text(((Header) parse(ascii(line))).source().orElseThrow());
  }

  private static void assertReject(byte[] stream, Reason reason) {
    assertThat(parse(stream))
        .isInstanceOfSatisfying(
            Reject.class, reject -> assertThat(reject.reason()).isEqualTo(reason));
  }

  @ParameterizedTest
  @ValueSource(ints = {0x10, 0x11, 0x12, 0x13, 0x18, 0x1A, 0x1F})
  void aConnectIsNamedWhateverItsReservedFlags(int first) {
    assertReject(new byte[] {(byte) first}, Reason.NO_HEADER_MQTT);
  }

  /** MQTT 3.1, the bridge bit of both, and connect flags that no version knows. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "100f00064d5149736470" + "03" + "02" + "003c000161",
        "100f00064d5149736470" + "83" + "02" + "003c000161",
        "100d00044d515454" + "84" + "02" + "003c000161",
        "100d00044d515454" + "04" + "ff" + "003c000161",
        "1f0f00064d5149736470" + "03" + "01" + "003c000161",
      })
  void aConnectIsNamedWhateverItsVersionAndFlags(String hex) {
    byte[] connect = hex(hex);
    for (int length = 1; length <= connect.length; length++) {
      assertReject(Arrays.copyOf(connect, length), Reason.NO_HEADER_MQTT);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0x14, 0x15, 0x17, 0x20, 0x90, 0x00})
  void whatIsNeitherAConnectNorAHandshakeIsNot(int first) {
    assertReject(new byte[] {(byte) first}, Reason.NO_HEADER_OTHER);
  }
}
