package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Peers that play the proxy themselves, well or badly. The four standard listeners expect a header;
 * beside each stands one, {@code plain-tcp} and so on, that expects none.
 *
 * <p>Each test has client addresses of its own: of one address's refusals on one listener for one
 * reason, the log has the first.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProxyHeaderIT {
  private final TestCertificates certificates = TestCertificates.create();
  private BrokerProcess broker;
  private AdminApi api;

  @BeforeAll
  void start() {
    StringBuilder hocon =
        new StringBuilder("listener.proxy_enabled = true\n").append(certificates.hocon());
    for (String type : StandardPorts.NUMBERS.keySet()) {
      hocon.append(
          """
          listener.plain-%s { type = %s, bind_address = "127.0.0.1", bind_port = 0, proxy_enabled = false }
          """
              .formatted(type, type));
    }
    hocon.append(certificates.hocon("plain-ssl")).append(certificates.hocon("plain-wss"));
    broker = BrokerProcess.start(hocon.toString());
    api = new AdminApi(broker);
  }

  @AfterAll
  void stop() {
    broker.close();
  }

  private Door door(String transport) {
    return new Door(transport, broker.port(transport));
  }

  private Door plainDoor(String transport) {
    return new Door(transport, broker.port("plain-" + transport));
  }

  /** What a client sends first. */
  private static byte[] firstBytes(String transport) {
    return switch (transport) {
      case "tcp" -> HexFormat.of().parseHex("100d00044d5154540402003c000161");
      case "ws" ->
          "GET /mqtt HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
      default -> HexFormat.of().parseHex("16030100c8010000c40303");
    };
  }

  private static void awaitClose(Socket socket) throws IOException {
    try {
      assertThat(socket.getInputStream().readAllBytes()).isEmpty();
    } catch (SocketException e) {
      // A reset closes as well.
    }
  }

  private Map<String, Object> onlyRefusal(String listener, String clientAddress) {
    AtomicReference<Map<String, Object>> found = new AtomicReference<>();
    await()
        .untilAsserted(
            () ->
                assertThat(api.unauthorized(listener, clientAddress))
                    .singleElement()
                    .satisfies(found::set));
    return found.get();
  }

  @ParameterizedTest
  @CsvSource({
    "tcp,NO_HEADER_MQTT",
    "ssl,NO_HEADER_TLS",
    "ws,NO_HEADER_HTTP",
    "wss,NO_HEADER_TLS",
  })
  void aClientWithoutTheHeaderIsRefusedAndTheLogSaysWhatToDo(String transport, String reason)
      throws IOException {
    String address = "127.0.0.31";
    try (Socket socket = door(transport).connect(address)) {
      socket.getOutputStream().write(firstBytes(transport));
      awaitClose(socket);
      assertThat(onlyRefusal(transport, address))
          .containsEntry("reason", reason)
          .containsEntry("client_port", socket.getLocalPort())
          .containsEntry("proxy_address", null)
          .containsEntry("proxy_version", null)
          .containsEntry("client_id", null);
      assertThat(broker.awaitLog("event=refused client=" + address, "listener=" + transport + " "))
          .contains(
              ":" + socket.getLocalPort() + " ",
              " reason=" + reason + " ",
              HexFormat.of().formatHex(firstBytes(transport), 0, 8),
              "send-proxy-v2",
              "listener." + transport + ".proxy_enabled = false")
          .doesNotContain(" via=");
    }
  }

  /**
   * MQTT 3.1, a bridge, flags that no version knows: on each listener, as the header comes first.
   */
  @ParameterizedTest
  @CsvSource({
    "127.0.0.61, 100f00064d51497364700302003c000161",
    "127.0.0.62, 100d00044d5154548402003c000161",
    "127.0.0.63, 100d00044d51545404ff003c000161",
    "127.0.0.64, 1f0f00064d51497364708301003c000161",
  })
  void aConnectWithoutTheHeaderIsNamedWhateverItsVersionAndFlags(String address, String connect)
      throws IOException {
    for (String transport : List.of("tcp", "ssl", "ws", "wss")) {
      try (Socket socket = door(transport).connect(address)) {
        socket.getOutputStream().write(HexFormat.of().parseHex(connect));
        awaitClose(socket);
        assertThat(onlyRefusal(transport, address)).containsEntry("reason", "NO_HEADER_MQTT");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"tcp,v1", "tcp,v2", "ssl,v1", "ssl,v2", "ws,v1", "ws,v2", "wss,v1", "wss,v2"})
  void aHeaderIsRefusedWhereNoneIsExpectedAndItsAddressIsNotBelieved(
      String transport, String version) throws IOException {
    String listener = "plain-" + transport;
    String address = version.equals("v1") ? "127.0.0.32" : "127.0.0.33";
    try (Socket socket = plainDoor(transport).connect(address)) {
      socket.getOutputStream().write(ProxyHeaders.of(version, "198.51.100.32", 40_032));
      awaitClose(socket);
      assertThat(onlyRefusal(listener, address))
          .containsEntry("reason", "UNEXPECTED_HEADER")
          .containsEntry("client_port", socket.getLocalPort())
          .containsEntry("proxy_address", null);
      assertThat(broker.awaitLog("event=refused client=" + address, "listener=" + listener + " "))
          .contains(
              ":" + socket.getLocalPort() + " ",
              " reason=UNEXPECTED_HEADER ",
              "listener." + listener + ".proxy_enabled = true")
          .doesNotContain(" via=");
    }
    assertThat(api.unauthorized(listener, "198.51.100.32")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"tcp,v1", "tcp,v2", "ssl,v1", "ssl,v2", "ws,v1", "ws,v2", "wss,v1", "wss,v2"})
  void aConnectionWithoutAnAddressInItsHeaderLivesOnWithItsOwn(String transport, String version) {
    byte[] header = version.equals("v1") ? ProxyHeaders.UNKNOWN : ProxyHeaders.LOCAL;
    String id = transport + "-" + version + "-no-address";
    try (RawClient client =
        door(transport)
            .enter("127.0.0.34", header, MqttVersion.V5, certificates.anonymousContext())) {
      assertThat(client.connect(id, true, Properties.NONE).code()).isEqualTo(ReasonCode.SUCCESS);
      assertThat(api.session(id))
          .containsEntry("client_address", "127.0.0.34")
          .containsEntry("client_port", client.socket().getLocalPort())
          .containsEntry("proxy_version", version)
          .containsEntry("proxy_kind", version.equals("v1") ? "unknown" : "local");
      assertThat(broker.awaitLog("event=connected ", " client_id=" + id + " "))
          .contains(" client=127.0.0.34:" + client.socket().getLocalPort() + " ", " pp=" + version);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "tcp,v1,198.51.100.7",
    "tcp,v2,2001:db8::7",
    "wss,v1,2001:db8::7",
    "wss,v2,198.51.100.7",
  })
  void theAddressInTheHeaderIsTheClients(String transport, String version, String address) {
    String id = transport + "-" + version + "-header";
    try (RawClient client =
        door(transport)
            .enter(
                "127.0.0.35",
                ProxyHeaders.of(version, address, 56_324),
                MqttVersion.V3_1_1,
                certificates.anonymousContext())) {
      assertThat(client.connect(id, true, Properties.NONE).code()).isEqualTo(ReasonCode.SUCCESS);
      assertThat(api.session(id))
          .containsEntry("client_address", address)
          .containsEntry("client_port", 56_324)
          .containsEntry("proxy_address", "127.0.0.35")
          .containsEntry("proxy_port", client.socket().getLocalPort());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "ssl", "ws", "wss"})
  void aSecondHeaderIsRefusedWithTheAddressOfTheFirst(String transport) throws IOException {
    String address = "198.51.100.36";
    try (Socket socket = door(transport).connect("127.0.0.36")) {
      socket.getOutputStream().write(ProxyHeaders.v2(address, 40_036));
      socket.getOutputStream().write(ProxyHeaders.v1("203.0.113.9", 9));
      awaitClose(socket);
      assertThat(onlyRefusal(transport, address))
          .containsEntry("reason", "DUPLICATE_HEADER")
          .containsEntry("client_port", 40_036)
          .containsEntry("proxy_address", "127.0.0.36")
          .containsEntry("proxy_port", socket.getLocalPort());
    }
    assertThat(api.unauthorized(transport, "203.0.113.9")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "ssl", "ws", "wss"})
  void aHeaderThatBreaksOffIsNamed(String transport) throws IOException {
    byte[] header = ProxyHeaders.v2("198.51.100.37", 40_037);
    try (Socket socket = door(transport).connect("127.0.0.37")) {
      socket.getOutputStream().write(Arrays.copyOf(header, header.length - 3));
    }
    assertThat(onlyRefusal(transport, "127.0.0.37")).containsEntry("reason", "TRUNCATED");
  }

  @ParameterizedTest
  @CsvSource({
    "tcp,1,CLOSED_BEFORE_CONNECT",
    "tcp,10,CLOSED_BEFORE_CONNECT",
    "ssl,1,TLS_FAILED",
    "ssl,8,TLS_FAILED",
    "ws,1,CLOSED_BEFORE_CONNECT",
    "ws,30,CLOSED_BEFORE_CONNECT",
    "wss,1,TLS_FAILED",
    "wss,8,TLS_FAILED",
  })
  void aClientThatGivesUpBehindItsHeaderIsNamed(String transport, int after, String reason)
      throws IOException {
    String address = "198.51.101." + after;
    try (Socket socket = door(transport).connect("127.0.0.38")) {
      socket.getOutputStream().write(ProxyHeaders.v1(address, 40_038));
      socket.getOutputStream().write(firstBytes(transport), 0, after);
    }
    assertThat(onlyRefusal(transport, address))
        .containsEntry("reason", reason)
        .containsEntry("client_port", 40_038)
        .containsEntry("proxy_address", "127.0.0.38")
        .containsEntry("tls_used", door(transport).usesTls());
  }

  @Test
  void aClientThatGivesUpBetweenTlsAndTheUpgradeIsNamed() throws IOException {
    String address = "198.51.100.44";
    byte[] header = ProxyHeaders.v2(address, 40_044);
    Door secure = new Door("ssl", broker.port("wss"));
    try (RawClient client =
        secure.enter("127.0.0.44", header, MqttVersion.V5, certificates.anonymousContext())) {
      client.send("GET /mq".getBytes(StandardCharsets.US_ASCII));
    }
    assertThat(onlyRefusal("wss", address))
        .containsEntry("reason", "CLOSED_BEFORE_CONNECT")
        .containsEntry("tls_used", true);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "ssl", "ws", "wss"})
  void aPortCheckLeavesNoTrace(String transport) throws IOException {
    String address = "198.51.100.39";
    long before = api.counter("probes");
    door(transport).connect("127.0.0.39").close();
    plainDoor(transport).connect("127.0.0.39").close();
    try (Socket socket = door(transport).connect("127.0.0.39")) {
      socket.getOutputStream().write(ProxyHeaders.v2(address, 40_039));
    }
    await().untilAsserted(() -> assertThat(api.counter("probes")).isEqualTo(before + 3));
    assertThat(api.unauthorized())
        .noneMatch(record -> address.equals(record.get("client_address")))
        .noneMatch(record -> "127.0.0.39".equals(record.get("client_address")));
    assertThat(broker.log())
        .noneMatch(line -> line.contains(address) || line.contains("127.0.0.39"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "ssl", "ws", "wss"})
  void aDirectClientIsKnownByItsSocketWhereNoHeaderIsExpected(String transport) {
    String id = transport + "-direct";
    try (RawClient client =
        plainDoor(transport).enter("127.0.0.40", MqttVersion.V5, certificates.anonymousContext())) {
      assertThat(client.connect(id, true, Properties.NONE).code()).isEqualTo(ReasonCode.SUCCESS);
      assertThat(api.session(id))
          .containsEntry("client_address", "127.0.0.40")
          .containsEntry("client_port", client.socket().getLocalPort())
          .containsEntry("proxy_address", null)
          .containsEntry("proxy_port", null)
          .containsEntry("proxy_version", null)
          .containsEntry("listener", "plain-" + transport);
    }
  }

  /** On a broker of its own, with the shortest deadlines there are. */
  @Test
  void silenceIsNamedByWhatIsMissing() throws IOException {
    String hocon =
        """
        listener.proxy_enabled = true
        listener.proxy.header_timeout = 3s
        listener.ssl.tls.handshake_timeout = 500ms
        listener.wss.tls.handshake_timeout = 500ms
        mqtt.connect_timeout = 500ms
        """
            + certificates.hocon();
    Map<String, String> reasons =
        Map.of(
            "tcp", "CONNECT_TIMEOUT",
            "ssl", "TLS_TIMEOUT",
            "ws", "HTTP_TIMEOUT",
            "wss", "TLS_TIMEOUT");
    try (BrokerProcess impatient = BrokerProcess.start(hocon)) {
      AdminApi its = new AdminApi(impatient);
      for (String transport : reasons.keySet()) {
        Door door = new Door(transport, impatient.port(transport));
        try (Socket nothing = door.connect("127.0.0.41");
            Socket half = door.connect("127.0.0.42");
            Socket headerOnly = door.connect("127.0.0.43")) {
          byte[] header = ProxyHeaders.v2("198.51.100.43", 40_043);
          half.getOutputStream().write(header, 0, 15);
          headerOnly.getOutputStream().write(header);
          awaitClose(headerOnly);
          awaitClose(nothing);
          awaitClose(half);
          await()
              .untilAsserted(
                  () -> {
                    assertThat(its.unauthorized(transport, "198.51.100.43"))
                        .singleElement()
                        .satisfies(
                            record ->
                                assertThat(record)
                                    .containsEntry("reason", reasons.get(transport))
                                    .containsEntry("client_port", 40_043)
                                    .containsEntry("proxy_port", headerOnly.getLocalPort()));
                    assertThat(its.unauthorized(transport, "127.0.0.41"))
                        .singleElement()
                        .satisfies(record -> assertThat(record).containsEntry("reason", "TIMEOUT"));
                    assertThat(its.unauthorized(transport, "127.0.0.42"))
                        .singleElement()
                        .satisfies(record -> assertThat(record).containsEntry("reason", "TIMEOUT"));
                  });
        }
        assertThat(
                impatient.awaitLog(
                    "event=refused client=198.51.100.43:40043 via=127.0.0.43:",
                    "listener=" + transport + " "))
            .contains(" pp=v2 ", " reason=" + reasons.get(transport) + " ");
      }
    }
  }
}
