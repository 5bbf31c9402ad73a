package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.net.ssl.SSLSocket;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A real HAProxy, with the documentation's configuration, in front of all four transports. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HaProxyIT {

  private final TestCertificates certificates = TestCertificates.create();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private BrokerProcess broker;
  private HaProxy sendsV1;
  private HaProxy sendsV2;

  @BeforeAll
  void start() {
    broker = BrokerProcess.start(hocon());
    opened.add(broker);
    sendsV1 = HaProxy.start(broker, "send-proxy");
    opened.add(sendsV1);
    sendsV2 = HaProxy.start(broker, "send-proxy-v2");
    opened.add(sendsV2);
  }

  private String hocon() {
    return """
        listener.proxy_enabled = true
        listener.proxy { trusted_proxies = "%s", tls_identity = cn }
        """
            .formatted(HaProxy.OUTGOING)
        + certificates.hocon()
        + Account.DEVICE.hocon();
  }

  @AfterAll
  void stop() throws Exception {
    for (AutoCloseable started : opened.reversed()) {
      started.close();
    }
  }

  private BehindProxy behind(String transport, String version) {
    HaProxy proxy = version.equals("v1") ? sendsV1 : sendsV2;
    return new BehindProxy(
        broker,
        certificates,
        new Door(transport, proxy.port(transport)),
        HaProxy.OUTGOING,
        version);
  }

  @ParameterizedTest
  @CsvSource({"tcp,v1", "tcp,v2", "ssl,v1", "ssl,v2", "ws,v1", "ws,v2", "wss,v1", "wss,v2"})
  void clientsTalkAndAreKnownByTheirOwnAddresses(String transport, String version) {
    behind(transport, version).clientsTalkAndAreKnownByTheirOwnAddresses();
  }

  @ParameterizedTest
  @CsvSource({"tcp,v1", "tcp,v2", "ssl,v1", "ssl,v2", "ws,v1", "ws,v2", "wss,v1", "wss,v2"})
  void badCredentialsAreRecordedWithTheClientsOwnAddress(String transport, String version) {
    behind(transport, version).badCredentialsAreRecordedWithTheClientsOwnAddress();
  }

  @ParameterizedTest
  @CsvSource({"tcp,v1", "tcp,v2", "wss,v1", "wss,v2"})
  void ipv6ClientsAreKnownByTheirOwnAddresses(String transport, String version) {
    assertThat(Loopback.hasIpv6()).as("the test needs ::1 on this machine").isTrue();
    behind(transport, version).ipv6ClientsAreKnownByTheirOwnAddresses();
  }

  @ParameterizedTest
  @ValueSource(strings = {"send-proxy", "send-proxy-v2"})
  void healthChecksKeepTheBackendUpAndLeaveNoTrace(String sendProxy) {
    assertThat(checkedWithoutTrace(sendProxy, 10, example -> {}))
        .allSatisfy((_, checkStatus) -> assertThat(checkStatus).isEqualTo("L4OK"));
  }

  /** Less often: a check may take no longer than its interval, and the first handshake is slow. */
  @Test
  void healthChecksThatShakeHandsOverTlsLeaveNoTraceEither() {
    assertThat(
            checkedWithoutTrace(
                "send-proxy-v2",
                3,
                example ->
                    example
                        .replace(":8883 send", ":8883 check-ssl verify none inter 2s send")
                        .replace(":8085 send", ":8085 check-ssl verify none inter 2s send")))
        .containsEntry("mqtt_ssl", "L6OK")
        .containsEntry("mqtt_wss", "L6OK");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "option httpchk",
        "option httpchk GET /readyz",
        "option httpchk; http-check send meth GET uri /readyz ver HTTP/1.1",
        "option httpchk; http-check send meth GET uri /readyz ver HTTP/1.1 hdr Host mqtt.example.test"
      })
  void checksOfTheHttpApiKeepTheBackendUp(String lines) {
    String port = " port " + broker.port("admin");
    try (HaProxy proxy =
        HaProxy.start(
            broker,
            "send-proxy-v2",
            example ->
                example
                    .replace("option dontlognull", lines.replace("; ", "\n    "))
                    .replace("check check-send-proxy", "check no-check-send-proxy" + port))) {
      await()
          .untilAsserted( // The code is not there while a check is under way.
              () ->
                  assertThat(proxy.servers())
                      .hasSize(4)
                      .allSatisfy(
                          server ->
                              assertThat(server)
                                  .containsEntry("status", "UP")
                                  .containsEntry("check_code", "200")
                                  .containsEntry("chkfail", "0")));
      Door door = new Door("tcp", proxy.port("tcp"));
      try (RawClient client =
          door.enter("127.0.0.25", new byte[0], MqttVersion.V5, certificates.anonymousContext())) {
        assertThat(Account.DEVICE.connect(client, MqttVersion.V5, "checked").code())
            .isEqualTo(ReasonCode.SUCCESS);
      }
    }
  }

  /**
   * On a broker of its own, so that there is nothing else to be seen.
   *
   * @param checks how many each listener gets at least
   * @return how the latest check of each backend ended, in HAProxy's words
   */
  private Map<String, String> checkedWithoutTrace(
      String sendProxy, int checks, Consumer<ProxyExample> changes) {
    try (BrokerProcess quiet = BrokerProcess.start(hocon());
        HaProxy proxy = HaProxy.start(quiet, sendProxy, changes)) {
      AdminApi api = new AdminApi(quiet);
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () ->
                  assertThat(accepted(api))
                      .hasSize(4)
                      .allSatisfy(
                          (listener, count) ->
                              assertThat(count).as(listener).isGreaterThanOrEqualTo(checks)));
      await()
          .untilAsserted(
              () -> assertThat(api.counter("probes")).isGreaterThanOrEqualTo(4L * checks));

      List<Map<String, String>> servers = proxy.servers();
      assertThat(servers)
          .hasSize(4)
          .allSatisfy(
              server ->
                  assertThat(server)
                      .containsEntry("status", "UP")
                      .containsEntry("chkfail", "0")
                      .containsEntry("chkdown", "0"));
      assertThat(quiet.log()).hasSize(linesUntilReady(quiet));
      assertThat(api.unauthorized()).isEmpty();
      assertThat(api.sessions()).isEmpty();
      assertThat(api.counter("connections_accepted")).isZero();
      return servers.stream()
          .collect(
              Collectors.toMap(
                  server -> server.get("pxname"),
                  // It stands before the last result while the next check is under way.
                  server -> server.get("check_status").replaceFirst("^\\* ", "")));
    }
  }

  private static int linesUntilReady(BrokerProcess broker) {
    String ready = broker.awaitLog("event=ready");
    return broker.log().indexOf(ready) + 1;
  }

  private static Map<String, Integer> accepted(AdminApi api) {
    return api.listeners().stream()
        .collect(
            Collectors.toMap(
                listener -> (String) listener.get("name"),
                listener -> (Integer) listener.get("accepted")));
  }

  @ParameterizedTest
  @CsvSource({"ssl,v1", "ssl,v2", "wss,v1", "wss,v2"})
  void aFailedHandshakeIsRecordedWithTheClientsOwnAddress(String transport, String version) {
    behind(transport, version).aFailedHandshakeIsRecordedWithTheClientsOwnAddress();
  }

  /** HAProxy sends all it can say about a client whose TLS ends with it. */
  @Test
  void allThatHaProxyKnowsIsInTheSessionsDetails() throws IOException {
    String options = "ssl,cert-cn,ssl-cipher,cert-sig,cert-key,authority,crc32c,unique-id";
    try (HaProxy proxy =
        HaProxy.start(
            broker,
            "send-proxy-v2 proxy-v2-options " + options,
            example ->
                endTls(example.replace("option dontlognull", "unique-id-format %[uuid()]")))) {
      Door door = new Door("tcp", proxy.port("tcp"));
      try (SSLSocket socket = named(door.connect("127.0.0.24"), "mqtt.example.test");
          RawClient client = RawClient.over(socket, MqttVersion.V5)) {
        assertThat(Account.DEVICE.connect(client, MqttVersion.V5, "all-tlvs").code())
            .isEqualTo(ReasonCode.SUCCESS);
        Map<String, Object> session = new AdminApi(broker).session("all-tlvs");
        assertThat(session)
            .containsEntry("client_address", "127.0.0.24")
            .containsEntry("client_port", client.socket().getLocalPort())
            .containsEntry("proxy_address", HaProxy.OUTGOING)
            .containsEntry("proxy_version", "v2")
            .containsEntry("listener", "tcp")
            .containsEntry("tls_version", null)
            .containsEntry("proxy_authority", "mqtt.example.test")
            .containsEntry("proxy_identity", "device-0042")
            .containsEntry("proxy_alpn", null)
            .containsEntry("proxy_aws_vpce", null);
        assertThat(session.get("proxy_tls"))
            .asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
            .containsEntry("version", socket.getSession().getProtocol())
            .containsEntry("cipher", socket.getSession().getCipherSuite())
            .containsEntry("common_name", "device-0042")
            .containsEntry("certificate_presented", true)
            .containsEntry("verified", true)
            .containsEntry("key_algorithm", "EC256");
        String uniqueId = String.valueOf(session.get("proxy_unique_id"));
        assertThat(uniqueId).matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
        assertThat(broker.awaitLog("event=connected ", " client_id=all-tlvs "))
            .contains(" pp=v2 id=" + uniqueId + " ");
      }
    }
  }

  @Test
  void theNameInTheClientsCertificateIsInTheSessionsDetails() throws IOException {
    try (HaProxy proxy = HaProxy.start(broker, "send-proxy-v2-ssl-cn", this::endTls)) {
      Door door = new Door("tcp", proxy.port("tcp"));
      try (SSLSocket socket = named(door.connect("127.0.0.25"), "localhost");
          RawClient client = RawClient.over(socket, MqttVersion.V5)) {
        assertThat(Account.DEVICE.connect(client, MqttVersion.V5, "ssl-cn").code())
            .isEqualTo(ReasonCode.SUCCESS);
        Map<String, Object> session = new AdminApi(broker).session("ssl-cn");
        assertThat(session)
            .containsEntry("client_address", "127.0.0.25")
            .containsEntry("client_port", client.socket().getLocalPort())
            .containsEntry("proxy_version", "v2")
            .containsEntry("proxy_identity", "device-0042")
            .containsEntry("proxy_unique_id", null);
        assertThat(session.get("proxy_tls"))
            .asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
            .containsEntry("version", socket.getSession().getProtocol())
            .containsEntry("common_name", "device-0042")
            .containsEntry("verified", true);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"send-proxy", "send-proxy-v2"})
  void behindTwoProxiesInARowClientsAreKnownByTheirOwnAddresses(String sendProxy) {
    try (BrokerProcess quiet = BrokerProcess.start(hocon());
        HaProxy second =
            HaProxy.start(
                quiet,
                "send-proxy-v2",
                example -> example.replace("v4v6\n", "v4v6 accept-proxy\n"));
        HaProxy first = HaProxy.start(second, sendProxy)) {
      for (String transport : List.of("tcp", "ssl", "ws", "wss")) {
        Door door = new Door(transport, first.port(transport));
        new BehindProxy(quiet, certificates, door, HaProxy.OUTGOING, "v2")
            .clientsTalkAndAreKnownByTheirOwnAddresses();
      }
    }
  }

  /** TLS ends with HAProxy, which asks clients for a certificate. */
  private void endTls(ProxyExample example) {
    example.replace(
        "bind :::1883 v4v6",
        "bind :::1883 v4v6 ssl verify optional crt %s ca-file %s"
            .formatted(certificates.serverCertificateAndKey(), certificates.authority()));
  }

  /** TLS with the client's certificate, for a host of that name. */
  private SSLSocket named(Socket socket, String host) throws IOException {
    SSLSocket secure =
        (SSLSocket)
            certificates
                .clientContext()
                .getSocketFactory()
                .createSocket(socket, host, socket.getPort(), true);
    secure.startHandshake();
    return secure;
  }

  /** The ports of this broker are open, so a check that only connects would let clients through. */
  @Test
  void aBrokerThatCannotStoreGetsNoClientsIfReadyzIsAsked() throws IOException {
    try (BrokerProcess full =
            BrokerProcess.start(hocon() + "storage.rocksdb.min_free = 1000TiB\n");
        HaProxy proxy =
            HaProxy.startDown(
                full,
                "send-proxy-v2",
                example ->
                    example
                        .replace("option dontlognull", "option httpchk GET /readyz")
                        .replace(
                            "check check-send-proxy",
                            "check no-check-send-proxy port " + full.port("admin")));
        Socket client = new Door("tcp", proxy.port("tcp")).connect("127.0.0.26")) {
      await()
          .untilAsserted( // The code is not there while a check is under way.
              () ->
                  assertThat(proxy.servers())
                      .hasSize(4)
                      .allSatisfy(
                          server ->
                              assertThat(server)
                                  .containsEntry("status", "DOWN")
                                  .containsEntry("check_code", "503")));
      assertThat(client.getInputStream().readAllBytes()).isEmpty();
      assertThat(new AdminApi(full).unauthorized("tcp", "127.0.0.26")).isEmpty();
    }
  }

  @Test
  void theListenersSayThatTheyExpectTheHeaderAndWhy() {
    assertThat(new AdminApi(broker).listeners())
        .hasSize(4)
        .allSatisfy(listener -> assertThat(listener).containsEntry("proxy_enabled", true))
        .allSatisfy(
            listener ->
                assertThat(listener)
                    .containsEntry("proxy_mode", "required")
                    .containsEntry("trusted_proxies", List.of(HaProxy.OUTGOING)))
        .allSatisfy(
            listener ->
                assertThat((String) listener.get("proxy_origin"))
                    .startsWith("listener.proxy_enabled"));
  }
}
