package io.strmqtt.proxy;

import static io.strmqtt.proxy.Bytes.ascii;
import static io.strmqtt.proxy.Bytes.hex;
import static io.strmqtt.proxy.Bytes.tcp4;
import static io.strmqtt.proxy.Bytes.tlv;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.ProxyHeader;
import io.strmqtt.api.ProxySsl;
import io.strmqtt.api.ProxyTlvs;
import io.strmqtt.api.TlsInfo;
import io.strmqtt.proxy.ProxyPolicy.TlsIdentity;
import io.strmqtt.proxy.ProxyVerdict.Header;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReceivedTlvsTest {
  private static final int VERIFIED = 0;

  private static ProxyTlvs read(byte[]... tlvs) {
    return ((Header) Bytes.parse(tcp4(tlvs))).tlvs();
  }

  private static byte[] ssl(int client, int verify, byte[]... tlvs) {
    return tlv(0x20, hex("%02x%08x".formatted(client, verify)), Bytes.join(tlvs));
  }

  private static byte[] certificate() {
    try (InputStream in =
        Objects.requireNonNull(ReceivedTlvsTest.class.getResourceAsStream("device.der"))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aHeaderWithoutValuesCostsNothing() {
    assertThat(read()).isSameAs(ProxyTlvs.NONE);
    assertThat(((Header) Bytes.parse(Vector.named("v1-tcp4").bytes())).tlvs())
        .isSameAs(ProxyTlvs.NONE);
    assertThat(((Header) Bytes.parse(Vector.named("v2-local-tlvs").bytes())).tlvs())
        .isSameAs(ProxyTlvs.NONE);
  }

  @Test
  void eachTypeHasItsValue() {
    ProxyTlvs tlvs =
        read(
            tlv(0x01, ascii("mqtt")),
            tlv(0x02, "mqtt.ex\u00e4mple".getBytes(StandardCharsets.UTF_8)),
            tlv(0x04, new byte[3]),
            tlv(0x05, ascii("7f3a-0001")),
            tlv(0x30, ascii("blue")),
            tlv(0xea, hex("01"), ascii("vpce-0123456789abcdef0")),
            tlv(0xe0, hex("fedcba9876543210")),
            tlv(0xee, hex("01efbeadde")),
            tlv(0xe5, hex("cafe")));
    assertThat(tlvs.alpn()).hasValueSatisfying(b -> assertThat(b).isEqualTo(ascii("mqtt")));
    assertThat(tlvs.authority()).contains("mqtt.ex\u00e4mple");
    assertThat(tlvs.uniqueIdText()).contains("7f3a-0001");
    assertThat(tlvs.netns()).contains("blue");
    assertThat(tlvs.ssl()).isEmpty();
    assertThat(tlvs.awsVpcEndpoint()).contains("vpce-0123456789abcdef0");
    assertThat(tlvs.gcpConnection()).hasValue(0xfedcba9876543210L);
    assertThat(tlvs.azureLink()).hasValue(0xdeadbeefL);
    assertThat(tlvs.others())
        .singleElement()
        .satisfies(
            other -> {
              assertThat(other.type()).isEqualTo(0xe5);
              assertThat(other.value()).isEqualTo(hex("cafe"));
            });
  }

  @Test
  void whatWasReadOnceIsReadTheSameWayAgainAndNobodyCanChangeIt() {
    byte[] header =
        tcp4(
            tlv(0x05, ascii("7f3a")),
            ssl(0x01, VERIFIED, tlv(0x21, ascii("TLSv1.3"))),
            tlv(0xe5, hex("cafe")));
    ProxyTlvs tlvs = ((Header) Bytes.parse(header)).tlvs();
    tlvs.uniqueId().orElseThrow()[0] = 0;
    tlvs.others().getFirst().value()[0] = 0;
    assertThat(tlvs.uniqueIdText()).contains("7f3a");
    assertThat(tlvs.others()).containsExactly(new ProxyTlvs.Other(0xe5, hex("cafe")));
    assertThat(tlvs.ssl()).isEqualTo(tlvs.ssl());

    ProxyTlvs same = ((Header) Bytes.parse(header)).tlvs();
    assertThat(same).isEqualTo(tlvs).hasSameHashCodeAs(tlvs).hasToString(tlvs.toString());
    assertThat(read(tlv(0x05, ascii("7f3b")))).isNotEqualTo(tlvs);
  }

  @Test
  void ofARepeatedTypeTheFirstCountsAndTheOthersAreKept() {
    ProxyTlvs tlvs =
        read(
            tlv(0x02, ascii("first")),
            tlv(0x02, ascii("second")),
            tlv(0x05, ascii("a")),
            tlv(0x05, ascii("b")),
            tlv(0xe0, new byte[8]),
            tlv(0xe0, hex("0000000000000001")));
    assertThat(tlvs.authority()).contains("first");
    assertThat(tlvs.uniqueIdText()).contains("a");
    assertThat(tlvs.gcpConnection()).hasValue(0);
    assertThat(tlvs.others()).extracting(ProxyTlvs.Other::type).containsExactly(0x02, 0x05, 0xe0);
  }

  /** The types 0xE0 to 0xEF are everyone's: another use of one is no mistake. */
  @ParameterizedTest
  @CsvSource({
    "ea, ''",
    "ea, 01",
    "ea, 0276706365",
    "ea, 017670630a",
    "ea, 01ff",
    "e0, 00000000000000",
    "e0, 000000000000000000",
    "e0, ''",
    "ee, 01000000",
    "ee, 0100000000ff",
    "ee, 0200000000",
    "ee, ''"
  })
  void aCloudsValueThatIsNotMadeAsTheCloudDoesHasNoMeaning(String type, String value) {
    ProxyTlvs tlvs = read(tlv(Integer.parseInt(type, 16), hex(value)));
    assertThat(tlvs.awsVpcEndpoint()).isEmpty();
    assertThat(tlvs.gcpConnection()).isEmpty();
    assertThat(tlvs.azureLink()).isEmpty();
    assertThat(tlvs.others())
        .singleElement()
        .satisfies(other -> assertThat(other.value()).isEqualTo(hex(value)));
  }

  @Test
  void theTlsSessionOfTheProxyIsToldWithAllItsNames() {
    ProxySsl ssl =
        read(ssl(
                0x07,
                VERIFIED,
                tlv(0x21, ascii("TLSv1.3")),
                tlv(0x22, ascii("device-0042")),
                tlv(0x23, ascii("TLS_AES_128_GCM_SHA256")),
                tlv(0x24, ascii("SHA256")),
                tlv(0x25, ascii("EC256")),
                tlv(0x26, ascii("x25519")),
                tlv(0x27, ascii("ecdsa_secp256r1_sha256")),
                tlv(0x28, certificate()),
                tlv(0x2f, ascii("later"))))
            .ssl()
            .orElseThrow();
    assertThat(ssl.tls()).isTrue();
    assertThat(ssl.hasVerifiedCertificate()).isTrue();
    assertThat(ssl.version()).contains("TLSv1.3");
    assertThat(ssl.commonName()).contains("device-0042");
    assertThat(ssl.cipher()).contains("TLS_AES_128_GCM_SHA256");
    assertThat(ssl.signatureAlgorithm()).contains("SHA256");
    assertThat(ssl.keyAlgorithm()).contains("EC256");
    assertThat(ssl.group()).contains("x25519");
    assertThat(ssl.signatureScheme()).contains("ecdsa_secp256r1_sha256");
    assertThat(ssl.certificate().orElseThrow().getSubjectX500Principal().getName())
        .isEqualTo("CN=device-0042,O=Example");
  }

  @Test
  void aCertificateThatIsNoneIsToldAsBytesOnly() {
    ProxySsl ssl = read(ssl(0x03, VERIFIED, tlv(0x28, hex("3000")))).ssl().orElseThrow();
    assertThat(ssl.certificateDer()).isPresent();
    assertThat(ssl.certificate()).isEmpty();
  }

  @Test
  void theUniqueIdNamesTheConnectionInTheLog() {
    assertThat(log(tlv(0x05, ascii("7f3a-0001")))).endsWith(" pp=v2 id=7f3a-0001");
    assertThat(log(tlv(0x05, ascii("a b")))).endsWith(" pp=v2 id=612062");
    assertThat(log(tlv(0x05, ascii("a\"b")))).endsWith(" pp=v2 id=612262");
    assertThat(log(tlv(0x05, hex("00ff")))).endsWith(" pp=v2 id=00ff");
    assertThat(log(tlv(0x05))).endsWith(" pp=v2");
    assertThat(log(tlv(0x02, ascii("x")))).endsWith(" pp=v2");
  }

  private static String log(byte[]... tlvs) {
    return endpoint(ProxyPolicy.of(ProxyPolicy.Mode.REQUIRED), tlvs).toLog();
  }

  private static ClientEndpoint endpoint(ProxyPolicy policy, byte[]... tlvs) {
    InetSocketAddress peer = new InetSocketAddress("10.0.0.5", 41022);
    return Endpoints.endpointOf(
        peer, peer, "tcp", policy, Optional.of((Header) Bytes.parse(tcp4(tlvs))));
  }

  // The identity

  private static ProxyPolicy policy(TlsIdentity identity, String... trusted) {
    ProxyPolicy base = ProxyPolicy.of(ProxyPolicy.Mode.REQUIRED);
    return new ProxyPolicy(
        base.mode(),
        CidrSet.of(List.of(trusted)),
        base.exempt(),
        base.versions(),
        base.headerTimeout(),
        base.maxHeaderSize(),
        base.maxPending(),
        base.maxPendingPerPeer(),
        base.crc32c(),
        identity);
  }

  private static Optional<String> identity(TlsIdentity identity, byte[] ssl) {
    return endpoint(policy(identity, "10.0.0.0/8"), ssl).proxyIdentity();
  }

  @Test
  void theIdentityIsWhatThePolicyNamesOfTheCertificate() throws Exception {
    byte[] ssl = ssl(0x03, VERIFIED, tlv(0x22, ascii("device-0042")), tlv(0x28, certificate()));
    assertThat(identity(TlsIdentity.NONE, ssl)).isEmpty();
    assertThat(identity(TlsIdentity.CN, ssl)).contains("device-0042");
    assertThat(identity(TlsIdentity.DN, ssl)).contains("CN=device-0042,O=Example");
    assertThat(identity(TlsIdentity.SAN, ssl)).contains("device-0042.example");
    assertThat(identity(TlsIdentity.FINGERPRINT, ssl))
        .contains(
            HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate())));
  }

  @Test
  void withoutTheCertificateThereIsNoMoreThanItsCommonName() {
    byte[] ssl = ssl(0x03, VERIFIED, tlv(0x22, ascii("device-0042")));
    assertThat(identity(TlsIdentity.CN, ssl)).contains("device-0042");
    assertThat(identity(TlsIdentity.DN, ssl)).isEmpty();
    assertThat(identity(TlsIdentity.SAN, ssl)).isEmpty();
    assertThat(identity(TlsIdentity.FINGERPRINT, ssl)).isEmpty();
    assertThat(identity(TlsIdentity.CN, ssl(0x03, VERIFIED, tlv(0x22)))).isEmpty();
  }

  @ParameterizedTest(name = "flags {0}, verify {1}: {2}")
  @CsvSource({
    "7, 0, true",
    "3, 0, true",
    "5, 0, true",
    "1, 0, false",
    "0, 0, false",
    "3, 1, false",
    "7, 18, false"
  })
  void onlyACertificateThatWasPresentedAndVerifiedIsAnIdentity(
      int flags, int verify, boolean believed) {
    byte[] ssl = ssl(flags, verify, tlv(0x22, ascii("device-0042")));
    assertThat(identity(TlsIdentity.CN, ssl).isPresent()).isEqualTo(believed);
  }

  @Test
  void whoeverMaySendAHeaderIsNobodyToVouchForAnIdentity() {
    byte[] ssl = ssl(0x03, VERIFIED, tlv(0x22, ascii("device-0042")));
    assertThat(endpoint(policy(TlsIdentity.CN), ssl).proxyIdentity()).isEmpty();
  }

  @Test
  void aCertificateTheBrokerHasSeenItselfWins() {
    byte[] ssl = ssl(0x03, VERIFIED, tlv(0x22, ascii("device-0042")));
    ClientEndpoint endpoint = endpoint(policy(TlsIdentity.CN, "10.0.0.0/8"), ssl);
    assertThat(endpoint.proxy()).map(ProxyHeader::identity).contains(Optional.of("device-0042"));
    assertThat(endpoint.withTls(tls(Optional.empty())).proxyIdentity()).contains("device-0042");
    assertThat(endpoint.withTls(tls(Optional.of("CN=other"))).proxyIdentity()).isEmpty();
  }

  private static TlsInfo tls(Optional<String> subject) {
    return new TlsInfo("TLSv1.3", "TLS_AES_128_GCM_SHA256", subject);
  }
}
