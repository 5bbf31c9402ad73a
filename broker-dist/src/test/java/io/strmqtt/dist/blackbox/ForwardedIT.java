package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
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
 * Forwarded HTTP headers, byte for byte. 127.0.1.x are proxies that speak HTTP, 127.0.2.x such that
 * send PROXY headers, all others are strangers.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ForwardedIT {
  private static final byte[] NONE = new byte[0];
  private static final String FORWARDED =
      "forwarded { enabled = true, trusted_proxies = [\"127.0.1.0/24\", \"10.0.0.0/8\"] }";

  private final TestCertificates certificates = TestCertificates.create();
  private BrokerProcess broker;
  private AdminApi api;
  private int clients;

  @BeforeAll
  void start() {
    broker =
        BrokerProcess.start(
            """
            listener.ws { %1$s }
            listener.wss { %1$s }
            listener.standard { type = ws, bind_address = "127.0.0.1", bind_port = 0, %1$s }
            listener.standard.forwarded.header = forwarded
            listener.both {
              type = ws, bind_address = "127.0.0.1", bind_port = 0, proxy_enabled = true, %1$s
              proxy { mode = optional, trusted_proxies = ["127.0.2.0/24"] }
            }
            listener.off { type = ws, bind_address = "127.0.0.1", bind_port = 0 }
            """
                    .formatted(FORWARDED)
                + certificates.hocon("wss"));
    api = new AdminApi(broker);
  }

  @AfterAll
  void stop() {
    broker.close();
  }

  private RawClient enter(String listener, String from, byte[] header, String... lines) {
    return new Door(listener.equals("wss") ? "wss" : "ws", broker.port(listener))
        .enter(from, header, MqttVersion.V5, certificates.anonymousContext(), lines);
  }

  /** The details of a session that begins so, and its line in the log under {@code log}. */
  private Map<String, Object> session(
      String listener, String from, byte[] header, String... lines) {
    String id = "client-" + ++clients;
    try (RawClient client = enter(listener, from, header, lines)) {
      assertThat(client.connect(id, true, Properties.NONE).code()).isEqualTo(ReasonCode.SUCCESS);
      Map<String, Object> session = new HashMap<>(api.session(id));
      session.put("log", broker.awaitLog("event=connected ", " client_id=" + id + " "));
      return session;
    }
  }

  @ParameterizedTest(name = "{0} from {1}: {2}")
  @CsvSource(
      delimiter = '>',
      value = {
        "ws       > 127.0.1.1 > X-Forwarded-For: 203.0.113.7 > 203.0.113.7 > 0",
        "ws       > 127.0.1.1 > x-forwarded-for: 203.0.113.7:4711 > 203.0.113.7 > 4711",
        "ws       > 127.0.1.1 > X-Forwarded-For: 198.51.100.66, 203.0.113.7, 10.0.0.9 > 203.0.113.7 > 0",
        "ws       > 127.0.1.1 > X-Forwarded-For: 198.51.100.66|X-Forwarded-For: 203.0.113.7 > 203.0.113.7 > 0",
        "ws       > 127.0.1.1 > X-Forwarded-For: 2001:db8::7 > 2001:db8::7 > 0",
        "ws       > 127.0.1.1 > X-Forwarded-For: 203.0.113.7|Forwarded: for=198.51.100.66 > 203.0.113.7 > 0",
        "wss      > 127.0.1.1 > X-Forwarded-For: 203.0.113.7 > 203.0.113.7 > 0",
        "standard > 127.0.1.1 > Forwarded: for=203.0.113.7;proto=https > 203.0.113.7 > 0",
        "standard > 127.0.1.1 > Forwarded: for=\"|Forwarded: for=\"[2001:db8::7]:4711\" > 2001:db8::7 > 4711",
        "standard > 127.0.1.1 > X-Forwarded-For: 198.51.100.66|Forwarded: for=203.0.113.7 > 203.0.113.7 > 0",
      })
  void theHeaderOfATrustedProxyTellsTheClient(
      String listener, String from, String lines, String address, int port) {
    String header = listener.equals("standard") ? "forwarded" : "x-forwarded-for";
    Map<String, Object> session = session(listener, from, NONE, lines.split("\\|"));

    assertThat(session)
        .containsEntry("client_address", address)
        .containsEntry("client_port", port)
        .containsEntry("proxy_address", from)
        .containsEntry("proxy_version", null)
        .containsEntry("forwarded_header", header)
        .containsEntry("forwarded_hop_address", from)
        .containsEntry("forwarded_hop_port", session.get("proxy_port"))
        .containsEntry("listener", listener);
    assertThat((String) session.get("log"))
        .contains(
            (address.contains(":") ? " client=[%s]:%d" : " client=%s:%d").formatted(address, port)
                + " via=%s:%s fwd=%s listener=%s "
                    .formatted(from, session.get("proxy_port"), header, listener));
  }

  @ParameterizedTest(name = "{0} from {1}: {2}")
  @CsvSource(
      delimiter = '>',
      value = {
        "ws       > 127.0.3.1 > X-Forwarded-For: 203.0.113.7",
        "ws       > 127.0.1.1 > X-Forwarded-For: unknown",
        "ws       > 127.0.1.1 > X-Forwarded-For: 203.0.113.7, x",
        "ws       > 127.0.1.1 > X-Forwarded-For: 0.0.0.0",
        "ws       > 127.0.1.1 > Forwarded: for=203.0.113.7",
        "ws       > 127.0.1.1 > X-Real-IP: 203.0.113.7",
        "standard > 127.0.1.1 > X-Forwarded-For: 203.0.113.7",
        "standard > 127.0.1.1 > Forwarded: for=203.0.113.7;for=203.0.113.8",
        "both     > 127.0.2.1 > X-Forwarded-For: 203.0.113.7",
        "off      > 127.0.1.1 > X-Forwarded-For: 203.0.113.7",
      })
  void otherwiseWhoSentTheRequestIsTheClientAndNobodyIsRefused(
      String listener, String from, String lines) {
    Map<String, Object> session = session(listener, from, NONE, lines.split("\\|"));

    assertThat(session)
        .containsEntry("client_address", from)
        .containsEntry("proxy_address", null)
        .containsEntry("forwarded_header", null)
        .containsEntry("forwarded_hop_address", null);
    assertThat((String) session.get("log")).doesNotContain(" via=", " fwd=");
  }

  @Test
  void behindAProxyHeaderTheAnnouncedAddressMustBeTrusted() {
    Map<String, Object> believed =
        session(
            "both",
            "127.0.2.1",
            ProxyHeaders.v2("10.0.0.6", 4000),
            "X-Forwarded-For: 198.51.100.66, 203.0.113.7");
    assertThat(believed)
        .containsEntry("client_address", "203.0.113.7")
        .containsEntry("client_port", 0)
        .containsEntry("proxy_address", "127.0.2.1")
        .containsEntry("proxy_version", "v2")
        .containsEntry("proxy_kind", "proxied")
        .containsEntry("forwarded_header", "x-forwarded-for")
        .containsEntry("forwarded_hop_address", "10.0.0.6")
        .containsEntry("forwarded_hop_port", 4000);
    assertThat((String) believed.get("log"))
        .contains(
            " client=203.0.113.7:0 via=127.0.2.1:%s pp=v2 hop=10.0.0.6:4000 fwd=x-forwarded-for "
                .formatted(believed.get("proxy_port")));

    assertThat(
            session(
                "both",
                "127.0.2.1",
                ProxyHeaders.v2("198.51.100.5", 4000),
                "X-Forwarded-For: 203.0.113.7"))
        .as("a client that speaks HTTP through a proxy that does not")
        .containsEntry("client_address", "198.51.100.5")
        .containsEntry("client_port", 4000)
        .containsEntry("proxy_version", "v2")
        .containsEntry("forwarded_header", null);
    assertThat(session("both", "127.0.2.1", ProxyHeaders.LOCAL, "X-Forwarded-For: 203.0.113.7"))
        .as("a PROXY header without an address does not make its sender an HTTP proxy")
        .containsEntry("client_address", "127.0.2.1")
        .containsEntry("proxy_kind", "local")
        .containsEntry("forwarded_header", null);
    assertThat(session("both", "127.0.1.1", NONE, "X-Forwarded-For: 203.0.113.7"))
        .as("without a PROXY header, where none must come")
        .containsEntry("client_address", "203.0.113.7")
        .containsEntry("proxy_version", null);
  }

  @Test
  void aRefusalHasTheAddressThatWasKnownByThen() throws IOException {
    String forwarded = "Host: localhost\r\nX-Forwarded-For: 203.0.113.99\r\n";
    try (Socket socket = new Door("ws", broker.port("ws")).connect("127.0.1.40")) {
      refused(socket, "GET /other HTTP/1.1\r\n" + forwarded + "\r\n");
    }
    try (Socket socket = new Door("ws", broker.port("ws")).connect("127.0.1.41")) {
      refused(
          socket, "GET /mqtt HTTP/1.1\r\n" + forwarded + "X: " + "x".repeat(40_000) + "\r\n\r\n");
    }
    await()
        .untilAsserted(
            () -> {
              assertThat(api.unauthorized("ws", "203.0.113.99"))
                  .singleElement()
                  .satisfies(
                      record ->
                          assertThat(record)
                              .containsEntry("reason", "NOT_WEBSOCKET")
                              .containsEntry("proxy_address", "127.0.1.40"));
              assertThat(api.unauthorized("ws", "127.0.1.41"))
                  .singleElement()
                  .satisfies(
                      record ->
                          assertThat(record)
                              .containsEntry("reason", "BAD_HTTP")
                              .containsEntry("proxy_address", null));
            });
  }

  private static void refused(Socket socket, String request) throws IOException {
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    try {
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .doesNotContain("HTTP/1.1 101");
    } catch (SocketException e) {
      // A reset closes as well.
    }
  }

  @Test
  void theQueryOfARequestIsNotShown() throws IOException {
    String request = "GET /?t=secret HTTP/1.1\r\n\r\n";
    String shown = HexFormat.of().formatHex("GET /".getBytes(StandardCharsets.US_ASCII));
    String secret = HexFormat.of().formatHex("secret".getBytes(StandardCharsets.US_ASCII));
    try (BrokerProcess strict =
        BrokerProcess.start("listener.ws.proxy_enabled = true\n" + certificates.hocon("ssl"))) {
      for (String listener : List.of("ws", "ssl")) {
        try (Socket socket = new Door("tcp", strict.port(listener)).connect("127.0.0.1")) {
          refused(socket, request);
        }
      }
      assertThat(strict.awaitLog("event=refused ", "reason=NO_HEADER_HTTP"))
          .contains("; first bytes " + shown + "; ");
      strict.awaitLog("event=refused ", "reason=TLS_FAILED");
      assertThat(strict.log()).noneMatch(line -> line.contains(secret));
      assertThat(new AdminApi(strict).proxyRejects())
          .singleElement()
          .satisfies(reject -> assertThat(reject).containsEntry("first_bytes", shown));
    }
  }

  @Test
  void theApiSaysWhoIsBelievedAndWhatCame() {
    try (BrokerProcess fresh = BrokerProcess.start("listener.ws { " + FORWARDED + " }")) {
      Door door = new Door("ws", fresh.port("ws"));
      for (String[] each :
          new String[][] {
            {"127.0.1.1", "X-Forwarded-For: 203.0.113.7"},
            {"127.0.1.1", "X-Forwarded-For: me"},
            {"127.0.1.1", "Accept: nothing"},
            {"127.0.3.1", "X-Forwarded-For: 203.0.113.7"}
          }) {
        door.enter(each[0], NONE, MqttVersion.V5, certificates.anonymousContext(), each[1]).close();
      }
      assertThat(new AdminApi(fresh).proxy("ws").get("forwarded"))
          .isEqualTo(
              Map.of(
                  "enabled", true,
                  "header", "x-forwarded-for",
                  "trusted_proxies", List.of("127.0.1.0/24", "10.0.0.0/8"),
                  "believed", 1,
                  "not_trusted", 1,
                  "absent", 1,
                  "unreadable", 1));
      assertThat(new AdminApi(fresh).proxy("tcp")).containsEntry("forwarded", null);
    }
  }

  @Test
  void newConnectionsFollowAReloadAndOldOnesStay() {
    try (BrokerProcess changing = BrokerProcess.start("listener.ws { " + FORWARDED + " }")) {
      Door door = new Door("ws", changing.port("ws"));
      String line = "X-Forwarded-For: 203.0.113.7";
      try (RawClient old = client(door, "127.0.1.1", "old", line)) {
        changing.configure(
            "listener.ws.forwarded { enabled = true, trusted_proxies = [\"127.0.4.0/24\"] }");
        changing.hangUp();
        assertThat(changing.awaitLog("event=reloaded by=sighup"))
            .contains(
                "changed=\"listener.ws.forwarded.trusted_proxies: [127.0.1.0/24, 10.0.0.0/8] ->"
                    + " [127.0.4.0/24]\"",
                "needs_restart=\"\"");
        AdminApi changed = new AdminApi(changing);
        try (RawClient stranger = client(door, "127.0.1.1", "stranger", line);
            RawClient proxied = client(door, "127.0.4.1", "proxied", line)) {
          assertThat(changed.session("stranger")).containsEntry("client_address", "127.0.1.1");
          assertThat(changed.session("proxied")).containsEntry("client_address", "203.0.113.7");
          assertThat(stranger.socket()).isNotSameAs(proxied.socket());
        }
        old.sendHex("c000");
        assertThat(old.receive()).isInstanceOf(MqttPacket.Pingresp.class);
        assertThat(changed.session("old")).containsEntry("client_address", "203.0.113.7");

        changing.configure("listener.ws.forwarded.enabled = true");
        assertThat(changing.post("/api/v1/reload").statusCode()).isEqualTo(422);
        changing.configure("");
        assertThat(changing.post("/api/v1/reload").body())
            .contains("listener.ws.forwarded.enabled: true -> false");
        client(door, "127.0.4.1", "direct", line).close();
        assertThat(changing.awaitLog("event=connected ", " client_id=direct "))
            .contains(" client=127.0.4.1:");
      }
    }
  }

  private RawClient client(Door door, String from, String id, String line) {
    RawClient client =
        door.enter(from, NONE, MqttVersion.V5, certificates.anonymousContext(), line);
    assertThat(client.connect(id, true, Properties.NONE).code()).isEqualTo(ReasonCode.SUCCESS);
    return client;
  }
}
