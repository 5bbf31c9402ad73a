package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Trusted, exempt and other peers, by their loopback addresses, at a listener in each mode; the
 * listeners have the modes' names.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TrustIT {
  private static final byte[] CONNECT = HexFormat.of().parseHex("100d00044d5154540402003c000161");
  private static final String ANNOUNCED = "198.51.100.50";

  private final TestCertificates certificates = TestCertificates.create();
  private BrokerProcess broker;
  private AdminApi api;

  @BeforeAll
  void start() {
    StringBuilder hocon =
        new StringBuilder(
            """
            listener.proxy { trusted_proxies = ["127.0.1.0/24"], exempt = ["127.0.2.0/24"], header_timeout = 3s }
            mqtt.connect_timeout = 5s
            """);
    for (String mode : List.of("required", "optional", "observe")) {
      hocon.append(
          """
          listener.%s { type = tcp, bind_address = "127.0.0.1", bind_port = 0, proxy_enabled = true, proxy.mode = %s }
          """
              .formatted(mode, mode));
    }
    hocon.append(
        """
        listener.off { type = tcp, bind_address = "127.0.0.1", bind_port = 0 }
        listener.narrow {
          type = tcp, bind_address = "127.0.0.1", bind_port = 0, proxy_enabled = true
          proxy { max_pending_per_peer = 1, versions = [2], crc32c = require }
        }
        listener.secure { type = wss, bind_address = "127.0.0.1", bind_port = 0, proxy_enabled = true, proxy.mode = observe }
        """);
    hocon.append(certificates.hocon("secure"));
    broker = BrokerProcess.start(hocon.toString());
    api = new AdminApi(broker);
  }

  @AfterAll
  void stop() {
    broker.close();
  }

  /** An address of its own for each kind of peer and what it sends. */
  private static String address(String peer, String sent) {
    int network =
        switch (peer) {
          case "trusted" -> 1;
          case "exempt" -> 2;
          default -> 3;
        };
    return "127.0." + network + "." + List.of("", "v1", "v2", "none").indexOf(sent);
  }

  private static byte[] header(String sent) {
    return sent.equals("none") ? new byte[0] : ProxyHeaders.of(sent, ANNOUNCED, 40_050);
  }

  private Door door(String listener) {
    return new Door(listener.equals("secure") ? "wss" : "tcp", broker.port(listener));
  }

  @ParameterizedTest(name = "{0}, {1} peer, {2}")
  @CsvSource({
    "off, trusted, none",
    "off, exempt, none",
    "off, untrusted, none",
    "required, trusted, v1",
    "required, trusted, v2",
    "required, exempt, none",
    "optional, trusted, v1",
    "optional, trusted, v2",
    "optional, trusted, none",
    "optional, exempt, none",
    "optional, untrusted, none",
    "observe, trusted, v2",
    "observe, trusted, none",
    "observe, exempt, none",
    "observe, untrusted, none",
    "secure, trusted, v2",
    "secure, trusted, none",
    "secure, exempt, none",
    "secure, untrusted, none",
  })
  void aConnectionThatMayPassHasTheAddressThatIsBelieved(String listener, String peer, String sent)
      throws IOException {
    String address = address(peer, sent);
    String id = listener + "-" + peer + "-" + sent;
    try (RawClient client =
        door(listener)
            .enter(address, header(sent), MqttVersion.V5, certificates.anonymousContext())) {
      assertThat(client.connect(id, true, Properties.NONE).code()).isEqualTo(ReasonCode.SUCCESS);
      boolean proxied = !sent.equals("none");
      assertThat(api.session(id))
          .containsEntry("client_address", proxied ? ANNOUNCED : address)
          .containsEntry("proxy_address", proxied ? address : null)
          .containsEntry("proxy_version", proxied ? sent : null)
          .containsEntry("listener", listener);
    }
    List<String> missing =
        broker.log().stream()
            .filter(line -> line.contains("event=proxy_header_missing client=" + address + ":"))
            .filter(line -> line.contains("listener=" + listener))
            .toList();
    boolean observed = listener.equals("observe") || listener.equals("secure");
    assertThat(missing).hasSize(observed && sent.equals("none") && !peer.equals("exempt") ? 1 : 0);
  }

  @ParameterizedTest(name = "{0}, {1} peer, {2}: {3}")
  @CsvSource({
    "off, trusted, v1, UNEXPECTED_HEADER",
    "off, exempt, v2, UNEXPECTED_HEADER",
    "off, untrusted, v2, UNEXPECTED_HEADER",
    "required, trusted, none, NO_HEADER_MQTT",
    "required, exempt, v2, UNEXPECTED_HEADER",
    "required, untrusted, v1, UNTRUSTED_PEER",
    "required, untrusted, v2, UNTRUSTED_PEER",
    "required, untrusted, none, UNTRUSTED_PEER",
    "optional, exempt, v1, UNEXPECTED_HEADER",
    "optional, untrusted, v1, UNTRUSTED_PEER",
    "optional, untrusted, v2, UNTRUSTED_PEER",
    "observe, exempt, v2, UNEXPECTED_HEADER",
    "observe, untrusted, v2, UNTRUSTED_PEER",
    "secure, exempt, v2, UNEXPECTED_HEADER",
    "secure, untrusted, v2, UNTRUSTED_PEER",
    "narrow, trusted, v1, VERSION_NOT_ALLOWED",
    "narrow, trusted, v2, CRC_MISSING",
  })
  void aConnectionThatMayNotPassIsRefusedWithTheAddressOfItsSocket(
      String listener, String peer, String sent, String reason) throws IOException {
    String address = address(peer, sent);
    int port;
    try (Socket socket = door(listener).connect(address)) {
      port = socket.getLocalPort();
      try {
        socket.getOutputStream().write(header(sent));
        socket.getOutputStream().write(CONNECT);
      } catch (SocketException e) {
        // Refused before its bytes were read.
      }
      awaitClose(socket);
    }
    await()
        .untilAsserted(
            () ->
                assertThat(api.unauthorized(listener, address))
                    .singleElement()
                    .satisfies(
                        record ->
                            assertThat(record)
                                .containsEntry("reason", reason)
                                .containsEntry("client_port", port)
                                .containsEntry("proxy_address", null)));
    assertThat(
            broker.awaitLog(
                "event=refused client=" + address + ":", " listener=" + listener + " ", reason))
        .contains(" reason=" + reason + " ")
        .doesNotContain(" via=");
    assertThat(api.unauthorized(listener, ANNOUNCED)).isEmpty();
  }

  private static void awaitClose(Socket socket) throws IOException {
    try {
      assertThat(socket.getInputStream().readAllBytes()).isEmpty();
    } catch (SocketException e) {
      // A reset closes as well.
    }
  }

  @Test
  void silenceIsJudgedByWhatMayStillCome() throws IOException {
    try (Socket nothing = door("optional").connect("127.0.1.20");
        Socket half = door("optional").connect("127.0.1.21")) {
      half.getOutputStream().write(ProxyHeaders.v2(ANNOUNCED, 1), 0, 15);
      awaitClose(half);
      awaitClose(nothing);
    }
    for (Map.Entry<String, String> each :
        Map.of("127.0.1.20", "CONNECT_TIMEOUT", "127.0.1.21", "TIMEOUT").entrySet()) {
      await()
          .untilAsserted(
              () ->
                  assertThat(api.unauthorized("optional", each.getKey()))
                      .singleElement()
                      .satisfies(r -> assertThat(r).containsEntry("reason", each.getValue())));
    }
  }

  @Test
  void whoWaitsForAHeaderTakesASeat() throws IOException {
    String address = "127.0.1.30";
    try (Socket waiting = door("narrow").connect(address)) {
      await()
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(
              () -> {
                try (Socket another = door("narrow").connect(address)) {
                  awaitClose(another);
                }
                assertThat(api.unauthorized("narrow", address))
                    .anySatisfy(record -> assertThat(record).containsEntry("reason", "BUDGET"));
              });
      waiting.getOutputStream().write(ProxyHeaders.LOCAL);
      waiting.getOutputStream().write(CONNECT);
      assertThat(waiting.getInputStream().readNBytes(4))
          .isEqualTo(HexFormat.of().parseHex("20020000"));
    }
  }

  @Test
  void theListenersSayWhomTheyBelieve() {
    assertThat(api.listeners())
        .filteredOn(listener -> "observe".equals(listener.get("name")))
        .singleElement()
        .satisfies(
            listener ->
                assertThat(listener)
                    .containsEntry("proxy_enabled", true)
                    .containsEntry("proxy_mode", "observe")
                    .containsEntry("trusted_proxies", List.of("127.0.1.0/24"))
                    .containsEntry("exempt", List.of("127.0.2.0/24")));
    assertThat(api.listeners())
        .filteredOn(listener -> "off".equals(listener.get("name")))
        .singleElement()
        .satisfies(listener -> assertThat(listener).containsEntry("proxy_mode", "off"));
  }
}
