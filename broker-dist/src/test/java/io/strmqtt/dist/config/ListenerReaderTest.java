package io.strmqtt.dist.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.ProxyHeader.Version;
import io.strmqtt.proxy.ProxyPolicy;
import io.strmqtt.proxy.ProxyPolicy.Mode;
import io.strmqtt.transport.ListenerSettings;
import io.strmqtt.transport.ListenerSettings.ClientAuth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListenerReaderTest {
  private static final String OPEN = "authentication.allow_anonymous = true";

  @TempDir Path home;

  @BeforeEach
  void certificates() throws IOException {
    Files.createDirectories(home.resolve("conf"));
    for (String name : List.of("server.crt", "server.key", "ca.crt")) {
      Files.writeString(home.resolve("conf").resolve(name), "PEM");
    }
  }

  private ConfigFixture fixture() {
    return ConfigFixture.in(home);
  }

  @Test
  void aListenersOwnProxySettingWinsAndAnEmptyOneInherits() {
    ConfigFixture given =
        fixture()
            .file("listener.ssl.tls { cert_file = conf/server.crt, key_file = conf/server.key }")
            .with(
                Map.of(
                    "MQTT_PROXY_PROTOCOL_ENABLED", "true",
                    "MQTT_TCP_PROXY_PROTOCOL_ENABLED", "false",
                    "MQTT_SSL_PROXY_PROTOCOL_ENABLED", ""));

    assertThat(given.listener("tcp").proxy().enabled()).isFalse();
    assertThat(given.listener("tcp").proxy().origin())
        .isEqualTo(
            "listener.tcp.proxy_enabled (environment variable MQTT_TCP_PROXY_PROTOCOL_ENABLED)");
    assertThat(given.listener("ssl").proxy().enabled()).isTrue();
    assertThat(given.listener("ssl").proxy().origin())
        .isEqualTo("listener.proxy_enabled (environment variable MQTT_PROXY_PROTOCOL_ENABLED)");
  }

  @ParameterizedTest(name = "file {0}/{2}, environment {1}/{3}: {4}, said by {5}")
  @CsvSource({
    // global file, global env, own file, own env, enabled, origin
    "'', '', '', '', false, default",
    "true, '', '', '', true, listener.proxy_enabled (conf/st-rmqtt.conf:1)",
    "false, '', '', '', false, listener.proxy_enabled (conf/st-rmqtt.conf:1)",
    "false, true, '', '', true, listener.proxy_enabled (environment variable MQTT_PROXY_PROTOCOL_ENABLED)",
    "true, false, '', '', false, listener.proxy_enabled (environment variable MQTT_PROXY_PROTOCOL_ENABLED)",
    "'', '', true, '', true, listener.tcp.proxy_enabled (conf/st-rmqtt.conf:2)",
    "true, true, false, '', false, listener.tcp.proxy_enabled (conf/st-rmqtt.conf:2)",
    "'', '', '', true, true, listener.tcp.proxy_enabled (environment variable MQTT_TCP_PROXY_PROTOCOL_ENABLED)",
    "true, true, true, false, false, listener.tcp.proxy_enabled (environment variable MQTT_TCP_PROXY_PROTOCOL_ENABLED)",
    "false, false, false, true, true, listener.tcp.proxy_enabled (environment variable MQTT_TCP_PROXY_PROTOCOL_ENABLED)",
  })
  void whoDecidesWhetherAHeaderIsExpected(
      String globalFile,
      String globalEnv,
      String ownFile,
      String ownEnv,
      boolean enabled,
      String origin) {
    Map<String, String> environment = new HashMap<>();
    environment.put("MQTT_PROXY_PROTOCOL_ENABLED", globalEnv);
    environment.put("MQTT_TCP_PROXY_PROTOCOL_ENABLED", ownEnv);
    ListenerSettings.Proxy proxy =
        fixture()
            .file(
                globalFile.isEmpty() ? "" : "listener.proxy_enabled = " + globalFile,
                ownFile.isEmpty() ? "" : "listener.tcp.proxy_enabled = " + ownFile)
            .with(environment)
            .listener("tcp")
            .proxy();

    assertThat(proxy.enabled()).isEqualTo(enabled);
    assertThat(proxy.origin()).isEqualTo(origin);
  }

  @Test
  void headerTimeoutAndSizeAreInheritedOneByOne() {
    ConfigFixture given =
        fixture()
            .file(
                "listener.proxy { header_timeout = 7s, max_header_size = 1KiB }",
                "listener.tcp.proxy.header_timeout = 9s");

    assertThat(given.listener("tcp").proxy().policy().headerTimeout())
        .isEqualTo(Duration.ofSeconds(9));
    assertThat(given.listener("tcp").proxy().policy().maxHeaderSize()).isEqualTo(1024);
    assertThat(given.listener("ws").proxy().policy().headerTimeout())
        .isEqualTo(Duration.ofSeconds(7));
  }

  @Test
  void aBadInheritedValueIsReportedOnce() {
    assertThat(fixture().file("listener.proxy.header_timeout = 1h").problems()).hasSize(1);
  }

  @Test
  void trustingEverybodysHeaderIsSaid() {
    assertThat(fixture().file(OPEN, "listener.ws.proxy_enabled = true").loaded().warnings())
        .singleElement()
        .asString()
        .contains("listener.ws believes the PROXY header of whoever connects")
        .contains("port 8084");
    assertThat(
            fixture()
                .file(
                    OPEN,
                    "listener.ws { proxy_enabled = true, proxy.trusted_proxies = 10.0.0.0/8 }")
                .loaded()
                .warnings())
        .isEmpty();
  }

  @Test
  void eachKeyOfTheProxySectionIsInheritedByItself() {
    ConfigFixture given =
        fixture()
            .file(
                "listener.proxy_enabled = true",
                "listener.proxy { mode = optional, trusted_proxies = [10.0.0.0/8, \"2001:db8::/32\"],",
                "  exempt = 10.9.0.1, versions = 2, max_pending = 7, max_pending_per_peer = 6,",
                "  crc32c = require, tls_identity = Fingerprint }",
                "listener.tcp.proxy { mode = observe, exempt = [], versions = [1, 2], max_pending = 8 }",
                "listener.ws.proxy_enabled = false");

    ProxyPolicy tcp = given.listener("tcp").proxy().policy();
    assertThat(tcp.mode()).isEqualTo(Mode.OBSERVE);
    assertThat(tcp.trusted().texts()).containsExactly("10.0.0.0/8", "2001:db8::/32");
    assertThat(tcp.exempt().isEmpty()).isTrue();
    assertThat(tcp.versions()).containsExactlyInAnyOrder(Version.V1, Version.V2);
    assertThat(tcp.maxPending()).isEqualTo(8);
    assertThat(tcp.maxPendingPerPeer()).isEqualTo(6);
    assertThat(tcp.crc32c()).isEqualTo(ProxyPolicy.Crc32c.REQUIRE);
    assertThat(tcp.tlsIdentity()).isEqualTo(ProxyPolicy.TlsIdentity.FINGERPRINT);

    ProxyPolicy ws = given.listener("ws").proxy().policy();
    assertThat(ws.mode()).isEqualTo(Mode.OFF);
    assertThat(ws.exempt().texts()).containsExactly("10.9.0.1");
    assertThat(ws.versions()).containsExactly(Version.V2);
  }

  @Test
  void theDefaultPolicyIsTheOneOfTheDocumentation() {
    assertThat(fixture().listener("tcp").proxy().policy()).isEqualTo(ProxyPolicy.of(Mode.OFF));
    assertThat(fixture().file("listener.proxy_enabled = true").listener("tcp").proxy().policy())
        .isEqualTo(ProxyPolicy.of(Mode.REQUIRED));
  }

  @Test
  void aMalformedNetworkIsNamed() {
    assertThat(
            fixture()
                .file(
                    "listener.proxy.trusted_proxies = [\"10.0.0.0/8\",",
                    "  \"10.0.0.0/33\",",
                    "  \"10.0.0.1/8\"]",
                    "listener.tcp.proxy.exempt = \"10.0.0.1, lb.example\"")
                .problems())
        .hasSize(3)
        .satisfiesExactly(
            problem ->
                assertThat(problem)
                    .startsWith("listener.proxy.trusted_proxies: expected networks")
                    .contains("\"10.0.0.0/33\"", "0 to 32")
                    .endsWith("(conf/st-rmqtt.conf:2)"),
            problem ->
                assertThat(problem)
                    .contains("\"10.0.0.1/8\" has bits beyond its prefix")
                    .endsWith("(conf/st-rmqtt.conf:3)"),
            problem ->
                assertThat(problem)
                    .startsWith("listener.tcp.proxy.exempt: expected networks")
                    .contains("\"lb.example\"")
                    .endsWith("(conf/st-rmqtt.conf:4)"));
  }

  @Test
  void whoeverMayLeaveTheHeaderOutMustSayWhomItTrusts() {
    assertThat(
            fixture().file("listener { proxy_enabled = true, proxy.mode = optional }").problems())
        .containsExactly(
            "listener.proxy.trusted_proxies: expected at least one network, because"
                + " listener.proxy.mode is optional, found none (conf/st-rmqtt.conf:1)");
    assertThat(
            fixture().file("listener.ws { proxy_enabled = true, proxy.mode = observe }").problems())
        .containsExactly(
            "listener.ws.proxy.trusted_proxies: expected at least one network, because"
                + " listener.ws.proxy.mode is observe, found none (conf/st-rmqtt.conf:1)");
    assertThat(
            fixture().file("listener { proxy_enabled = true, proxy.tls_identity = cn }").problems())
        .containsExactly(
            "listener.proxy.trusted_proxies: expected at least one network, because"
                + " listener.proxy.tls_identity is cn, found none (conf/st-rmqtt.conf:1)");
    assertThat(fixture().file("listener.proxy.mode = optional").loaded().config().listeners())
        .hasSize(2);
  }

  @Test
  void wrongWordsOfTheProxySectionAreReported() {
    assertThat(
            fixture()
                .file(
                    "listener.proxy { mode = off, versions = [3], crc32c = yes, tls_identity = uid,",
                    "  max_pending = 0, trusted = [] }")
                .problems())
        .containsExactly(
            "listener.proxy.mode: expected one of required, optional, observe, found \"off\""
                + " (conf/st-rmqtt.conf:1)",
            "listener.proxy.versions: expected one or more of 1, 2, found [3] (conf/st-rmqtt.conf:1)",
            "listener.proxy.max_pending: expected a whole number from 1 to 1000000, found 0"
                + " (conf/st-rmqtt.conf:2)",
            "listener.proxy.crc32c: expected one of verify, require, ignore, found \"yes\""
                + " (conf/st-rmqtt.conf:1)",
            "listener.proxy.tls_identity: expected one of none, cn, dn, san, fingerprint, found"
                + " \"uid\" (conf/st-rmqtt.conf:1)",
            "listener.proxy.trusted: expected a known key, found an unknown one"
                + " (conf/st-rmqtt.conf:2)");
  }

  @Test
  void aCertificateAndAKeyTurnTlsListenersOn() {
    ConfigFixture given =
        fixture()
            .with(
                Map.of(
                    "LISTENER_SSL_PEM_CERT", "conf/server.crt",
                    "LISTENER_SSL_PEM_KEY", home.resolve("conf/server.key").toString(),
                    "LISTENER_SSL_PEM_KEY_PASSWORD", "secret"));

    assertThat(given.config().listeners())
        .extracting(ListenerSettings::name)
        .containsExactly("tcp", "ssl", "ws");
    assertThat(given.listener("ssl").tls())
        .contains(
            new ListenerSettings.Tls(
                home.resolve("conf/server.crt"),
                home.resolve("conf/server.key"),
                Optional.of("secret"),
                List.of("TLSv1.2", "TLSv1.3"),
                List.of(),
                ClientAuth.NONE,
                Optional.empty(),
                Duration.ofSeconds(10)));
    assertThat(given.loaded().settings())
        .contains(
            new Setting(
                "listener.ssl.tls.key_password",
                "********",
                "environment variable LISTENER_SSL_PEM_KEY_PASSWORD"))
        .noneMatch(setting -> setting.value().contains("secret"));
  }

  @Test
  void cipherSuitesAreThoseTheTlsLibraryKnows() {
    String tls = "listener.ssl.tls { cert_file = conf/server.crt, key_file = conf/server.key, ";

    assertThat(
            fixture()
                .file(tls + "ciphers = [TLS_AES_128_GCM_SHA256] }")
                .listener("ssl")
                .tls()
                .orElseThrow()
                .ciphers())
        .containsExactly("TLS_AES_128_GCM_SHA256");
    assertThat(fixture().file(tls + "ciphers = [TLS_AES_128_GCM_SHA265] }").problems())
        .containsExactly(
            "listener.ssl.tls.ciphers: expected names of cipher suites, found"
                + " \"TLS_AES_128_GCM_SHA265\" (did you mean TLS_AES_128_GCM_SHA256?)"
                + " (conf/st-rmqtt.conf:1)");
  }

  @Test
  void aTlsListenerMayBeOffInSpiteOfItsCertificate() {
    assertThat(
            fixture()
                .file("listener.wss.tls { cert_file = nope, key_file = nope }")
                .with(Map.of("LISTENER_WSS_ENABLED", "False"))
                .config()
                .listeners())
        .extracting(ListenerSettings::name)
        .containsExactly("tcp", "ws");
  }

  @Test
  void enablingTlsWithoutACertificateIsAClearError() {
    assertThat(fixture().file("", "listener.ssl.enabled = true").problems())
        .containsExactly(
            "listener.ssl.tls.cert_file: expected a PEM file, because the listener is enabled (or the"
                + " environment variable LISTENER_SSL_PEM_CERT), found nothing (conf/st-rmqtt.conf:2)",
            "listener.ssl.tls.key_file: expected a PEM file, because the listener is enabled (or the"
                + " environment variable LISTENER_SSL_PEM_KEY), found nothing (conf/st-rmqtt.conf:2)");
  }

  @Test
  void aCertificateWithoutAKeyIsAnErrorAndNotALeftOutListener() {
    assertThat(fixture().with(Map.of("LISTENER_WSS_PEM_CERT", "conf/server.crt")).problems())
        .singleElement()
        .asString()
        .startsWith("listener.wss.tls.key_file: expected a PEM file")
        .contains("LISTENER_WSS_PEM_KEY")
        .endsWith("(environment variable LISTENER_WSS_PEM_CERT)");
  }

  @Test
  void filesOfTlsMustBeThere() {
    assertThat(
            fixture()
                .file("listener.ssl.tls { cert_file = conf, key_file = conf/nope.key }")
                .problems())
        .containsExactly(
            "listener.ssl.tls.cert_file: expected a readable file, found \"conf\" (conf/st-rmqtt.conf:1)",
            "listener.ssl.tls.key_file: expected a readable file, found \"conf/nope.key\""
                + " (conf/st-rmqtt.conf:1)");
  }

  @Test
  void clientCertificatesNeedAnAuthority() {
    String tls = "listener.ssl.tls { cert_file = conf/server.crt, key_file = conf/server.key";
    assertThat(fixture().file(tls + ", client_auth = required }").problems())
        .containsExactly(
            "listener.ssl.tls.client_ca_file: expected a PEM file, because client_auth is required, found"
                + " nothing (conf/st-rmqtt.conf:1)");
    ConfigFixture complete =
        fixture()
            .file(
                tls
                    + ", client_auth = optional, client_ca_file = conf/ca.crt, protocols = TLSv1.3 }");
    assertThat(complete.listener("ssl").tls().orElseThrow())
        .satisfies(
            settings -> {
              assertThat(settings.clientAuth()).isEqualTo(ClientAuth.OPTIONAL);
              assertThat(settings.clientCaFile()).contains(home.resolve("conf/ca.crt"));
              assertThat(settings.protocols()).containsExactly("TLSv1.3");
            });
    assertThat(fixture().file(tls + ", protocols = [TLSv1.1], client_auth = maybe }").problems())
        .containsExactly(
            "listener.ssl.tls.protocols: expected one or more of TLSv1.2, TLSv1.3, found [\"TLSv1.1\"]"
                + " (conf/st-rmqtt.conf:1)",
            "listener.ssl.tls.client_auth: expected none, optional or required, found \"maybe\""
                + " (conf/st-rmqtt.conf:1)");
  }

  @Test
  void furtherListenersSayTheirTypeAndPort() {
    ListenerSettings own =
        fixture()
            .file(
                OPEN,
                "listener.behind-haproxy { type = ws, bind_port = 1884, bind_address = \"127.0.0.2\", proxy_enabled = true }")
            .listener("behind-haproxy");

    assertThat(own.type()).isEqualTo("ws");
    assertThat(own.path()).isEqualTo("/mqtt");
    assertThat(own.bind().getPort()).isEqualTo(1884);
    assertThat(own.proxy().enabled()).isTrue();
    assertThat(fixture().file("listener.own { type = tcp }").problems())
        .singleElement()
        .asString()
        .startsWith(
            "listener.own.bind_port: expected a whole number from 0 to 65535, found nothing")
        .endsWith("(conf/st-rmqtt.conf:1)");
    assertThat(fixture().file("listener.own { type = ssl, bind_port = 1 }").problems()).hasSize(2);
  }

  @Test
  void aMistypedListenerIsAnErrorWithAHint() {
    assertThat(
            fixture()
                .file("listener.tpc { bind_port = 1 }", "listener.x { type = udp }")
                .problems())
        .containsExactly(
            "listener.tpc.type: expected one of tcp, ssl, ws, wss (or did you mean listener.tcp?), found"
                + " nothing (conf/st-rmqtt.conf:1)",
            "listener.x.type: expected one of tcp, ssl, ws, wss, found \"udp\" (conf/st-rmqtt.conf:2)");
  }

  @Test
  void aListenerNamedAfterATypeIsOfThatType() {
    assertThat(fixture().file("listener.tcp.type = ws").problems())
        .containsExactly(
            "listener.tcp.type: expected tcp, as the name says, found \"ws\" (conf/st-rmqtt.conf:1)");
    assertThat(fixture().file("listener.\"My Own\" { type = tcp, bind_port = 1 }").problems())
        .singleElement()
        .asString()
        .contains("My Own");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "listener.ws.bind_port = 1883",
        "listener.ws { bind_port = 1883, bind_address = \"127.0.0.5\" }",
        "listener.ws { bind_port = 1883, bind_address = \"::\" }"
      })
  void twoListenersCannotShareAnAddressAndPort(String line) {
    assertThat(fixture().file(OPEN, line).problems())
        .singleElement()
        .asString()
        .startsWith("listener.ws.bind_port: expected an address and port of its own, found ")
        .contains(":1883, which listener.tcp uses too")
        .endsWith("(conf/st-rmqtt.conf:2)");
  }

  @Test
  void theApisPortIsTakenToo() {
    assertThat(fixture().with(Map.of("HTTP_BIND_PORT", "1883")).problems())
        .singleElement()
        .asString()
        .contains("which admin uses too");
    assertThat(
            fixture()
                .file("admin.enabled = false")
                .with(Map.of("HTTP_BIND_PORT", "1883"))
                .config()
                .admin()
                .enabled())
        .isFalse();
  }

  @Test
  void differentAddressesAndPortZeroDoNotCollide() {
    assertThat(
            fixture()
                .file(
                    OPEN,
                    "listener.tcp { bind_address = \"127.0.0.1\" }",
                    "listener.ws { bind_address = \"127.0.0.2\", bind_port = 1883 }",
                    "listener.a { type = tcp, bind_port = 0 }",
                    "listener.b { type = tcp, bind_port = 0 }")
                .config()
                .listeners())
        .hasSize(4);
  }

  @Test
  void aBrokerWithoutListenersIsAnError() {
    assertThat(
            fixture()
                .with(Map.of("LISTENER_TCP_ENABLED", "false", "LISTENER_WS_ENABLED", "false"))
                .problems())
        .singleElement()
        .asString()
        .startsWith("listener: expected at least one enabled listener, found none");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"127.1", "1883", "256.0.0.1", "localhost.localdomain", "::g", "", "1.2.3.4.5"})
  void onlyLiteralsAreAddresses(String text) {
    assertThat(BindAddress.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "LOCALHOST", "::1", "0.0.0.0", "::", "2001:db8::1"})
  void literalsAndLocalhostAreAddresses(String text) {
    assertThat(BindAddress.parse(text)).isPresent();
  }
}
