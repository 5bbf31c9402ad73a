package io.strmqtt.dist.blackbox;

import static io.strmqtt.dist.blackbox.WebSocketBytes.answer;
import static io.strmqtt.dist.blackbox.WebSocketBytes.frame;
import static io.strmqtt.dist.blackbox.WebSocketBytes.packets;
import static io.strmqtt.dist.blackbox.WebSocketBytes.read;
import static io.strmqtt.dist.blackbox.WebSocketBytes.upgrade;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.strmqtt.mqtt.packet.MqttPacket.Connect;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A real nginx and a real HAProxy in HTTP mode, with the documentation's configurations. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpProxyIT {
  /** What a client claims to be: it must never win. */
  private static final String CLAIMED = "198.51.100.66";

  private static final int LARGE = 900_000;

  private static final String[] FORGED = {
    "X-Forwarded-For: " + CLAIMED + ", " + HttpProxy.OUTGOING, "Forwarded: for=" + CLAIMED
  };

  private final TestCertificates certificates = TestCertificates.create();
  private BrokerProcess broker;
  private AdminApi api;

  @BeforeAll
  void start() {
    broker =
        BrokerProcess.start(
            """
            listener.ws.forwarded { enabled = true, trusted_proxies = ["%s"] }
            """
                    .formatted(HttpProxy.OUTGOING)
                + Account.DEVICE.hocon());
    api = new AdminApi(broker);
  }

  @AfterAll
  void stop() {
    broker.close();
  }

  private RawClient enter(HttpProxy proxy, String from, String... lines) {
    return proxy
        .door()
        .enter(from, new byte[0], MqttVersion.V5, certificates.anonymousContext(), lines);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nginx", "haproxy"})
  void clientsAreKnownByTheirOwnAddressesWhateverTheyClaim(String name) {
    try (HttpProxy proxy = HttpProxy.start(name, broker.port("ws"));
        RawClient honest = enter(proxy, "127.0.0.21");
        RawClient forger = enter(proxy, "127.0.0.22", FORGED)) {
      isKnown(honest, name + "-honest", "127.0.0.21");
      isKnown(forger, name + "-forger", "127.0.0.22");
    }
  }

  private void isKnown(RawClient client, String id, String address) {
    assertThat(Account.DEVICE.connect(client, MqttVersion.V5, id).code())
        .isEqualTo(ReasonCode.SUCCESS);
    assertThat(api.session(id))
        .containsEntry("client_address", address)
        .containsEntry("client_port", 0)
        .containsEntry("proxy_address", HttpProxy.OUTGOING)
        .containsEntry("proxy_version", null)
        .containsEntry("proxy_kind", null)
        .containsEntry("forwarded_header", "x-forwarded-for")
        .containsEntry("forwarded_hop_address", HttpProxy.OUTGOING);
    int proxyPort = (int) api.session(id).get("proxy_port");
    assertThat(Loopback.isConnected(HttpProxy.OUTGOING, proxyPort, "127.0.0.1", broker.port("ws")))
        .isTrue();
    assertThat(broker.awaitLog("event=connected ", " client_id=" + id + " "))
        .contains(
            " client=%s:0 via=%s:%d fwd=x-forwarded-for listener=ws "
                .formatted(address, HttpProxy.OUTGOING, proxyPort));
  }

  @ParameterizedTest
  @ValueSource(strings = {"nginx", "haproxy"})
  void refusedClientsAreKnownByTheirOwnAddressesToo(String name) throws IOException {
    String address = name.equals("nginx") ? "127.0.0.23" : "127.0.0.24";
    try (HttpProxy proxy = HttpProxy.start(name, broker.port("ws"))) {
      try (RawClient client = enter(proxy, address, FORGED)) {
        Account wrong = new Account(Account.DEVICE.username(), "battery staple");
        assertThat(wrong.connect(client, MqttVersion.V5, name + "-wrong").code())
            .isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
      }
      try (Socket browser = proxy.door().connect(address)) {
        browser
            .getOutputStream()
            .write(
                "GET /mqtt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
        assertThat(new String(browser.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
            .startsWith("HTTP/1.1 426 ");
      }
      await()
          .untilAsserted(
              () ->
                  assertThat(api.unauthorized("ws", address))
                      .extracting(record -> record.get("reason"))
                      .containsExactlyInAnyOrder("BAD_CREDENTIALS", "NOT_WEBSOCKET"));
      assertThat(api.unauthorized("ws", address))
          .allSatisfy(
              record ->
                  assertThat(record)
                      .containsEntry("proxy_address", HttpProxy.OUTGOING)
                      .containsEntry("forwarded_header", "x-forwarded-for"));
      for (String reason : List.of("BAD_CREDENTIALS", "NOT_WEBSOCKET")) {
        broker.awaitLog(
            "event=refused client=" + address + ":0 via=" + HttpProxy.OUTGOING + ":", reason);
      }
      assertThat(api.unauthorized("ws", CLAIMED)).isEmpty();
    }
  }

  private static String answerTo(HttpProxy proxy, byte[] request) throws IOException {
    try (Socket socket = proxy.door().connect("127.0.0.1")) {
      socket.getOutputStream().write(request);
      return answer(new DataInputStream(socket.getInputStream()));
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static Connect hello(MqttVersion version, String clientId) {
    return new Connect(
        version,
        clientId,
        true,
        60,
        Optional.empty(),
        Optional.of(Account.DEVICE.username()),
        Optional.of(Account.DEVICE.password().getBytes(StandardCharsets.UTF_8)),
        Properties.NONE);
  }

  @ParameterizedTest
  @CsvSource({"nginx,V3_1", "nginx,V3_1_1", "haproxy,V3_1", "haproxy,V3_1_1"})
  void framesPassAsTheyAreSent(String name, MqttVersion version) throws IOException {
    String topic = "frames-" + name + version;
    Subscribe subscribe =
        new Subscribe(
            1, List.of(new Subscribe.Request(topic, 0, false, false, 0)), Properties.NONE);
    Publish large = new Publish(topic, 0, false, false, 0, new byte[LARGE], Properties.NONE);
    try (HttpProxy proxy = HttpProxy.start(name, broker.port("ws"));
        Socket socket = proxy.door().connect("127.0.0.1")) {
      ByteArrayOutputStream first = new ByteArrayOutputStream();
      first.writeBytes(upgrade("/mqtt"));
      first.writeBytes(frame(version, hello(version, topic), subscribe, large));
      socket.getOutputStream().write(first.toByteArray());
      DataInputStream in = new DataInputStream(socket.getInputStream());
      assertThat(answer(in)).startsWith("HTTP/1.1 101 ");
      for (int received = 0; received < 3; ) { // CONNACK, SUBACK and the message
        received += packets(read(in));
      }
      socket.getOutputStream().write(frame(version, large, large));
      for (int received = 0; received < 2; ) {
        received += packets(read(in));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nginx", "haproxy"})
  void upgradesAreJudgedAsWithoutAProxy(String name) throws IOException {
    String request = new String(upgrade("/mqtt"), StandardCharsets.US_ASCII);
    try (HttpProxy proxy = HttpProxy.start(name, broker.port("ws"))) {
      assertThat(answerTo(proxy, upgrade("http://localhost/mqtt"))).startsWith("HTTP/1.1 101 ");
      assertThat(
              answerTo(
                  proxy,
                  ascii(
                      request.replace(
                          "Protocol: mqtt", "Protocol: chat\r\nSec-WebSocket-Protocol: mqtt"))))
          .startsWith("HTTP/1.1 101 ")
          .containsIgnoringCase("sec-websocket-protocol: mqtt\r\n");
      for (String version : List.of("Sec-WebSocket-Version: 8", "X-None: 13")) {
        assertThat(answerTo(proxy, ascii(request.replace("Sec-WebSocket-Version: 13", version))))
            .as(version)
            .startsWith("HTTP/1.1 426 ")
            .containsIgnoringCase("sec-websocket-version: 13\r\n");
      }
    }
  }

  /** The proxies' own limits are lower; the guide says how to raise them. */
  @ParameterizedTest
  @ValueSource(strings = {"nginx", "haproxy"})
  void targetsMayBeLongIfTheProxyLetsThemPass(String name) throws IOException {
    Consumer<ProxyExample> roomy =
        name.equals("nginx")
            ? example ->
                example.replace("http {\n", "http {\n    large_client_header_buffers 4 32k;\n")
            : example ->
                example.replace("    maxconn 20000", "    tune.bufsize 32768\n    maxconn 20000");
    try (HttpProxy proxy = HttpProxy.start(name, broker.port("ws"), roomy)) {
      assertThat(answerTo(proxy, upgrade("/mqtt?token=" + "x".repeat(16_000))))
          .startsWith("HTTP/1.1 101 ");
      assertThat(answerTo(proxy, upgrade("/mqtt?token=" + "x".repeat(18_000))))
          .startsWith("HTTP/1.1 414 ");
    }
  }
}
