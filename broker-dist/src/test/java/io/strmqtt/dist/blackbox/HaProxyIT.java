package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
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
  private static final int CHECKS = 10;

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
    return "listener.proxy_enabled = true\n" + certificates.hocon() + Account.DEVICE.hocon();
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
    assumeTrue(Loopback.hasIpv6(), "this machine has no ::1");
    behind(transport, version).ipv6ClientsAreKnownByTheirOwnAddresses();
  }

  @ParameterizedTest
  @ValueSource(strings = {"send-proxy", "send-proxy-v2"})
  void healthChecksKeepTheBackendUpAndLeaveNoTrace(String sendProxy) {
    assertThat(checkedWithoutTrace(sendProxy, Map.of()))
        .allSatisfy((_, checkStatus) -> assertThat(checkStatus).isEqualTo("L4OK"));
  }

  @Test
  void healthChecksThatShakeHandsOverTlsLeaveNoTraceEither() {
    String words = "check-ssl verify none";
    assertThat(checkedWithoutTrace("send-proxy-v2", Map.of("ssl", words, "wss", words)))
        .containsEntry("mqtt_ssl", "L6OK")
        .containsEntry("mqtt_wss", "L6OK");
  }

  /**
   * On a broker of its own, so that there is nothing else to be seen.
   *
   * @return how the latest check of each backend ended, in HAProxy's words
   */
  private Map<String, String> checkedWithoutTrace(String sendProxy, Map<String, String> more) {
    try (BrokerProcess quiet = BrokerProcess.start(hocon());
        HaProxy proxy = HaProxy.start(quiet, sendProxy, more)) {
      AdminApi api = new AdminApi(quiet);
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () ->
                  assertThat(accepted(api))
                      .hasSize(4)
                      .allSatisfy(
                          (listener, count) ->
                              assertThat(count).as(listener).isGreaterThanOrEqualTo(CHECKS)));
      await()
          .untilAsserted(
              () -> assertThat(api.counter("probes")).isGreaterThanOrEqualTo(4 * CHECKS));

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
                  server -> server.get("pxname"), server -> server.get("check_status")));
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

  @Test
  void theListenersSayThatTheyExpectTheHeaderAndWhy() {
    assertThat(new AdminApi(broker).listeners())
        .hasSize(4)
        .allSatisfy(listener -> assertThat(listener).containsEntry("proxy_enabled", true))
        .allSatisfy(
            listener ->
                assertThat((String) listener.get("proxy_origin"))
                    .startsWith("listener.proxy_enabled"));
  }
}
