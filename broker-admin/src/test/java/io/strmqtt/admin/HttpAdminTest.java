package io.strmqtt.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.strmqtt.api.admin.AdminProvider;
import io.strmqtt.api.admin.AdminProvider.AdminServer;
import io.strmqtt.api.admin.Reload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpAdminTest {
  private static final String NOT_FORWARDED =
      "\"forwarded_header\":null,\"forwarded_hop_address\":null,\"forwarded_hop_port\":null,";
  private static final String ADDRESSES =
      "\"client_address\":\"203.0.113.7\",\"client_port\":56324,\"proxy_address\":\"10.0.0.5\","
          + "\"proxy_port\":41022,\"proxy_version\":\"v2\",\"proxy_kind\":\"proxied\","
          + NOT_FORWARDED
          + "\"listener\":\"ssl\"";
  private static final String NO_PROXY =
      "\"client_address\":\"2001:db8::7\",\"client_port\":4000,\"proxy_address\":null,"
          + "\"proxy_port\":null,\"proxy_version\":null,\"proxy_kind\":null,"
          + NOT_FORWARDED
          + "\"listener\":\"tcp\"";

  private final FixedView view = new FixedView();
  private Reload.Outcome outcome = new Reload.Refused(List.of("unused"));
  private final AdminServer server =
      new HttpAdminProvider().start(new InetSocketAddress("127.0.0.1", 0), view, () -> outcome);

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void aSessionIsShownWithEverythingKnown() throws IOException {
    view.addComplete("c");

    Exchange answer = get("/api/v1/sessions/c");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.headers())
        .containsEntry("content-type", "application/json")
        .containsEntry("cache-control", "no-store")
        .doesNotContainKey("server");
    assertThat(answer.body())
        .isEqualTo(
            "{\"client_id\":\"c\",\"username\":\"ann\",\"mqtt_version\":\"5.0\",\"connected\":true,"
                + ADDRESSES
                + ",\"proxy_unique_id\":\"00ff\",\"proxy_authority\":\"mqtt.example\",\"proxy_alpn\":\"mqtt\","
                + "\"proxy_identity\":null,\"proxy_tls\":{\"version\":\"TLSv1.3\","
                + "\"cipher\":\"TLS_AES_256_GCM_SHA384\",\"common_name\":\"device-0042\","
                + "\"certificate_presented\":true,\"verified\":true,\"signature_algorithm\":\"SHA256\","
                + "\"key_algorithm\":\"EC256\",\"group\":null,\"signature_scheme\":null},"
                + "\"proxy_aws_vpce\":\"vpce-1\",\"proxy_gcp_connection\":\"18446744073709551615\","
                + "\"proxy_azure_link\":\"3735928559\""
                + ",\"tls_version\":\"TLSv1.3\",\"tls_cipher\":\"TLS_AES_128_GCM_SHA256\","
                + "\"certificate_subject\":\"CN=device\",\"clean_start\":false,\"keep_alive\":60,"
                + "\"session_expiry_interval\":3600,\"connected_at\":\"2001-09-09T01:46:40Z\","
                + "\"disconnected_at\":null,\"disconnect_reason\":null,"
                + "\"counters\":{\"received\":1,\"received_bytes\":2,\"sent\":3,\"sent_bytes\":4,"
                + "\"dropped\":5,\"queued\":6,\"in_flight\":7},\"subscriptions\":["
                + "{\"filter\":\"a/+\",\"qos\":1,\"no_local\":true,\"retain_as_published\":false,"
                + "\"retain_handling\":2,\"identifier\":7},"
                + "{\"filter\":\"b\",\"qos\":0,\"no_local\":false,\"retain_as_published\":true,"
                + "\"retain_handling\":0,\"identifier\":null}]}");
  }

  @Test
  void whatIsAbsentIsNull() throws IOException {
    view.add("c");

    assertThat(get("/api/v1/sessions").body())
        .isEqualTo(
            "{\"items\":[{\"client_id\":\"c\",\"username\":null,\"mqtt_version\":\"3.1.1\",\"connected\":false,"
                + NO_PROXY
                + ",\"proxy_unique_id\":null,\"proxy_authority\":null,\"proxy_alpn\":null,"
                + "\"proxy_identity\":null,\"proxy_tls\":null,\"proxy_aws_vpce\":null,"
                + "\"proxy_gcp_connection\":null,\"proxy_azure_link\":null"
                + ",\"tls_version\":null,\"tls_cipher\":null,\"certificate_subject\":null,"
                + "\"clean_start\":true,\"keep_alive\":0,\"session_expiry_interval\":4294967295,"
                + "\"connected_at\":\"2001-09-09T01:46:40Z\",\"disconnected_at\":\"2001-09-09T01:46:41.500Z\","
                + "\"disconnect_reason\":\"KEEP_ALIVE_TIMEOUT\",\"counters\":{\"received\":0,\"received_bytes\":0,"
                + "\"sent\":0,\"sent_bytes\":0,\"dropped\":0,\"queued\":0,\"in_flight\":0},"
                + "\"subscriptions_count\":0}],\"next_cursor\":null}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a/b",
        "/",
        "//",
        "a b",
        "ü\uD83D\uDD11",
        "..",
        ".",
        "../x",
        "%",
        "%2F",
        "+",
        "a?b=c&d",
        "a#b",
        "a;b=c",
        "\"\\\n",
        "{}"
      })
  void anyClientIdIsFoundByItsEncodedForm(String clientId) throws IOException {
    view.add(clientId);
    view.add("other");
    String encoded =
        URLEncoder.encode(clientId, StandardCharsets.UTF_8).replace("+", "%20").replace(".", "%2E");

    Exchange answer = get("/api/v1/sessions/" + encoded);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).startsWith("{\"client_id\":");
    assertThat(answer.body()).doesNotContain("other");
  }

  @Test
  void theLongestClientIdIsFound() throws IOException {
    String clientId = "ü".repeat(32_767);
    view.add(clientId);

    assertThat(get("/api/v1/sessions/" + "%C3%BC".repeat(32_767)).status()).isEqualTo(200);
  }

  @Test
  void aSessionIsDeletedByItsEncodedClientIdAndNoOther() throws IOException {
    view.add("a/b");
    view.add("a");
    Exchange deleted = Exchange.request(server.address(), "DELETE", "/api/v1/sessions/a%2Fb");
    assertThat(deleted.status()).isEqualTo(200);
    assertThat(deleted.body()).isEqualTo("{\"deleted\":\"a/b\"}");
    assertThat(view.sessions.keySet()).containsExactly("a");
    for (String path : List.of("a%2Fb", "", "a/b")) {
      assertThat(Exchange.request(server.address(), "DELETE", "/api/v1/sessions/" + path).status())
          .as(path)
          .isEqualTo(404);
    }
    assertThat(Exchange.request(server.address(), "DELETE", "/api/v1/sessions").status())
        .isEqualTo(405);
    assertThat(Exchange.request(server.address(), "POST", "/api/v1/sessions/a").headers())
        .containsEntry("allow", "GET, HEAD, DELETE");
    assertThat(
            Exchange.raw(
                    server.address(),
                    "DELETE /api/v1/sessions/a HTTP/1.1\r\nHost: evil.example\r\n"
                        + "Connection: close\r\n\r\n")
                .status())
        .isEqualTo(403);
    assertThat(view.sessions.keySet()).containsExactly("a");
  }

  @Test
  void noSessionIsDeletedWhileTheStoreCannotWrite() throws IOException {
    view.add("a");
    view.storeProblem = Optional.of("no space left");
    Exchange answer = Exchange.request(server.address(), "DELETE", "/api/v1/sessions/a");
    assertProblem(answer, 503);
    assertThat(answer.body()).contains("nothing has changed: no space left");
    assertThat(view.sessions.keySet()).containsExactly("a");
  }

  @Test
  void pagesAreWalkedWithTheCursor() throws IOException {
    for (String id : new String[] {"a", "b", "c"}) {
      view.add(id);
    }

    assertThat(get("/api/v1/sessions?limit=2").body())
        .contains("\"a\"", "\"b\"")
        .doesNotContain("\"c\"")
        .endsWith("\"next_cursor\":\"after-b\"}");
    assertThat(get("/api/v1/sessions?cursor=after%2Db&limit=2").body())
        .contains("\"c\"")
        .doesNotContain("\"b\"")
        .endsWith("\"next_cursor\":null}");
  }

  @Test
  void aPageHolds100UnlessToldOtherwise() throws IOException {
    for (int i = 0; i < 1001; i++) {
      view.add("c%04d".formatted(i));
    }

    assertThat(get("/api/v1/sessions").body()).endsWith("\"next_cursor\":\"after-c0099\"}");
    assertThat(get("/api/v1/sessions?limit=1000").body())
        .endsWith("\"next_cursor\":\"after-c0999\"}");
  }

  @ParameterizedTest
  @CsvSource({
    "limit=0, limit",
    "limit=1001, limit",
    "limit=, limit",
    "limit=ten, limit",
    "limit=-1, limit",
    "limit=%31%, limit",
    "cursor=, cursor",
    "cursor=nonsense, cursor",
    "cursor=%FF, cursor"
  })
  void aWrongParameterIsNamed(String query, String parameter) throws IOException {
    Exchange answer = get("/api/v1/sessions?" + query);

    assertProblem(answer, 400);
    if (!query.endsWith("%")) {
      assertThat(answer.body()).contains("\"detail\":\"parameter " + parameter + ": expected");
    }
  }

  @Test
  void unauthorizedClientsAreShown() throws IOException {
    assertThat(get("/api/v1/unauthorized-clients").body())
        .isEqualTo(
            "{\"items\":[{\"client_id\":\"c\","
                + ADDRESSES
                + ",\"username\":\"ann\",\"password_provided\":true,\"tls_used\":true,"
                + "\"reason\":\"BAD_CREDENTIALS\",\"reason_text\":\"the user name or password is wrong\","
                + "\"first_seen\":\"1970-01-01T00:00:01Z\",\"last_seen\":\"1970-01-01T00:00:03Z\",\"attempts\":9,"
                + "\"resolved_at\":\"1970-01-01T00:00:04Z\",\"folded\":0,"
                + "\"reasons\":{\"BAD_CREDENTIALS\":8,\"NO_CREDENTIALS\":1}},"
                + "{\"client_id\":null,"
                + NO_PROXY
                + ",\"username\":null,\"password_provided\":false,\"tls_used\":false,"
                + "\"reason\":\"CONNECT_TIMEOUT\",\"reason_text\":\"no CONNECT came in time\","
                + "\"first_seen\":\"1970-01-01T00:00:02Z\",\"last_seen\":\"1970-01-01T00:00:02Z\",\"attempts\":1,"
                + "\"resolved_at\":null,\"folded\":7,\"reasons\":{\"CONNECT_TIMEOUT\":1}}],"
                + "\"next_cursor\":\"more\"}");
  }

  @ParameterizedTest
  @CsvSource({
    "limit=5, MostRecent[]",
    "address=10.0.0.0/8, ByAddress[network=10.0.0.0/8]",
    "address=10.0.0.0%2F8&limit=5, ByAddress[network=10.0.0.0/8]",
    "address=2001:db8::%2F32, ByAddress[network=2001:db8::/32]",
    "address=192.0.2.1, ByAddress[network=192.0.2.1/32]",
    "address=::ffff:192.0.2.1, ByAddress[network=192.0.2.1/32]",
    "address=::/0, ByAddress[network=::/0]",
    "client_id=a%2Fb%26c, ByClientId[clientId=a/b&c]",
    "client_id=%C3%BC, ByClientId[clientId=ü]",
  })
  void unauthorizedClientsAreAskedForByAddressOrClientId(String query, String asked)
      throws IOException {
    assertThat(get("/api/v1/unauthorized-clients?" + query).status()).isEqualTo(200);
    assertThat(view.asked).hasToString(asked);
  }

  @ParameterizedTest
  @CsvSource({
    "address=, address",
    "address, address",
    "address=ten, address",
    "address=localhost, address",
    "address=10.0.0.0/33, address",
    "address=10.0.0.1/8, address",
    "address=10.0.0.0/08, address",
    "address=10.0.0.0/-1, address",
    "address=10.0.0.0/, address",
    "address=10.0.0, address",
    "address=256.0.0.1, address",
    "address=10.0.0.010, address",
    "address=%5B::1%5D, address",
    "address=::1%25lo, address",
    "address=2001:db8::/129, address",
    "address=%FF, address",
    "client_id=, client_id",
    "client_id=%FF, client_id",
    "client_id=a&client_id=b, client_id",
    "client_id=a&address=::1, address",
    "address=::1&client_id=a, client_id",
    "client_id=a&limit=0, limit",
  })
  void aWrongQuestionForUnauthorizedClientsIsNamed(String query, String parameter)
      throws IOException {
    Exchange answer = get("/api/v1/unauthorized-clients?" + query);

    assertProblem(answer, 400);
    assertThat(answer.body()).contains("\"detail\":\"parameter " + parameter + ": expected");
  }

  @Test
  void listenersAreShownWithWhereTheirProxySettingCameFrom() throws IOException {
    assertThat(get("/api/v1/listeners").body())
        .isEqualTo(
            "{\"items\":[{\"name\":\"tcp\",\"type\":\"tcp\",\"address\":\"0.0.0.0\",\"port\":1883,"
                + "\"proxy_enabled\":true,\"proxy_mode\":\"required\","
                + "\"trusted_proxies\":[\"10.0.0.0/8\",\"2001:db8::/32\"],\"exempt\":[],\"proxy_origin\":\"listener.tcp.proxy_enabled (environment"
                + " MQTT_TCP_PROXY_PROTOCOL_ENABLED)\",\"connections\":3,\"accepted\":12}]}");
  }

  @Test
  void theProxyProtocolOfEachListenerIsShown() throws IOException {
    String policy =
        "\"mode\":\"observe\",\"origin\":\"listener.tcp.proxy_enabled (/etc/st-rmqtt.conf:3)\","
            + "\"trusted_proxies\":[\"10.0.0.0/8\"],\"exempt\":[\"10.9.0.0/16\"],"
            + "\"versions\":[\"v1\",\"v2\"],\"header_timeout_ms\":5000,\"max_header_size\":4096,"
            + "\"max_pending\":20000,\"max_pending_per_peer\":1024,\"crc32c\":\"verify\","
            + "\"tls_identity\":\"cn\"";
    assertThat(get("/api/v1/proxy").body())
        .isEqualTo(
            "{\"items\":[{\"listener\":\"tcp\","
                + policy
                + ",\"headers\":{\"v1\":{\"proxied\":19999},\"v2\":{\"local\":2}},\"without_header\":1,"
                + "\"share_with_header\":0.9999,\"rejects\":{\"NO_HEADER_MQTT\":3,\"TRUNCATED\":2},"
                + "\"pending\":4,\"probes\":5,\"time_to_header\":{\"count\":20001,\"sum_ms\":1234,"
                + "\"buckets\":[{\"up_to_ms\":1,\"count\":20000},{\"up_to_ms\":null,\"count\":1}]},"
                + "\"observed\":{\"safe_to_require\":false,\"why\":\"1 of 7\",\"connections\":7,"
                + "\"without_header\":1,\"open_without_header\":6,\"recent_peers\":[\"2001:db8::7\"]},"
                + "\"forwarded\":null},"
                + "{\"listener\":\"ws\","
                + policy
                + ",\"headers\":{\"v1\":{},\"v2\":{}},\"without_header\":0,\"share_with_header\":null,"
                + "\"rejects\":{},\"pending\":0,\"probes\":0,"
                + "\"time_to_header\":{\"count\":0,\"sum_ms\":0,\"buckets\":[]},\"observed\":null,"
                + "\"forwarded\":{\"enabled\":true,\"header\":\"x-forwarded-for\","
                + "\"trusted_proxies\":[\"10.0.0.6\"],\"believed\":1,\"not_trusted\":2,\"absent\":3,"
                + "\"unreadable\":4}}]}");
  }

  @Test
  void refusedHeadersAreShownWithTheirBytes() throws IOException {
    assertThat(get("/api/v1/proxy/rejects").body())
        .isEqualTo(
            "{\"items\":[{\"at\":\"1970-01-01T00:00:04Z\",\"listener\":\"tcp\","
                + "\"peer_address\":\"2001:db8::7\",\"peer_port\":4000,\"reason\":\"NO_HEADER_MQTT\","
                + "\"reason_text\":\"an MQTT CONNECT came where a PROXY header was expected\","
                + "\"guess\":\"an MQTT CONNECT\",\"first_bytes\":\"101a\",\"detail\":\"first byte\","
                + "\"hint\":\"say \\\"no\\\"\"}]}");
  }

  @Test
  void countersAreSorted() throws IOException {
    assertThat(get("/api/v1/counters").body())
        .isEqualTo(
            "{\"counters\":{\"connections\":3,\"sessions\":4},\"reasons\":{\"BAD_V1\":1,\"TAKEN_OVER\":2}}");
  }

  @Test
  void readinessFollowsTheBrokerAndHealthDoesNot() throws IOException {
    assertThat(get("/readyz").status()).isEqualTo(200);
    view.ready = false;
    assertProblem(get("/readyz"), 503);
    view.storeProblem = Optional.of("the disk is full");
    assertProblem(get("/readyz"), 503);
    assertThat(get("/readyz").body()).contains("\"detail\":\"the disk is full\"");
    assertThat(get("/healthz").status()).isEqualTo(200);
    assertThat(get("/healthz").body()).isEqualTo("{\"status\":\"ok\",\"version\":\"0.1.0\"}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/api",
        "/api/v1",
        "/api/v1/",
        "/api/v1/session",
        "/api/v1/sessions/",
        "/api/v1/sessions/none",
        "/api/v1/sessions/c/d",
        "/api/v1/sessions/%FF",
        "//",
        "/api/v1/listeners/tcp",
        "/healthz/"
      })
  void whatIsNotThereIsNotFound(String path) throws IOException {
    view.add("c/d");

    assertProblem(get(path), 404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "FROB"})
  void nothingCanBeChanged(String method) throws IOException {
    Exchange answer = Exchange.request(server.address(), method, "/api/v1/sessions");

    assertProblem(answer, 405);
    assertThat(answer.headers()).containsEntry("allow", "GET, HEAD");
    assertProblem(Exchange.request(server.address(), method, "/none"), 404);
  }

  @Test
  void aReloadSaysWhatHasChangedAndWhatHasNot() throws IOException {
    outcome = new Reload.Applied(List.of("a: 1 -> 2"), List.of("mqtt.max_qos"), List.of("hm"));

    Exchange answer = reload("Content-Type: application/json\r\n");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body())
        .isEqualTo(
            "{\"status\":\"reloaded\",\"changed\":[\"a: 1 -> 2\"],"
                + "\"needs_restart\":[\"mqtt.max_qos\"],\"warnings\":[\"hm\"]}");
  }

  @Test
  void aReloadOfAnInvalidConfigurationListsItsProblems() throws IOException {
    outcome = new Reload.Refused(List.of("one", "two"));

    Exchange answer = reload("Content-Type: application/json; charset=utf-8\r\n");

    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.headers()).containsEntry("content-type", "application/problem+json");
    assertThat(answer.body())
        .startsWith("{\"type\":\"about:blank\",")
        .endsWith(",\"problems\":[\"one\",\"two\"]}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Content-Type: text/plain\r\n",
        "Content-Type: application/x-www-form-urlencoded\r\n",
        "Content-Type: \r\n",
        "Content-Type: text/plain; application/json\r\n"
      })
  void whatAPageOfAnotherSiteCanSendReloadsNothing(String header) throws IOException {
    outcome = new Reload.Applied(List.of(), List.of(), List.of());

    assertProblem(reload(header), 415);
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "PUT", "DELETE", "OPTIONS"})
  void aReloadIsPosted(String method) throws IOException {
    Exchange answer = Exchange.request(server.address(), method, "/api/v1/reload");

    assertProblem(answer, 405);
    assertThat(answer.headers()).containsEntry("allow", "POST");
  }

  private Exchange reload(String header) throws IOException {
    return Exchange.raw(
        server.address(),
        "POST /api/v1/reload HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            + header
            + "Content-Length: 0\r\n\r\n");
  }

  @Test
  void headIsGetWithoutTheBody() throws IOException {
    Exchange head =
        Exchange.raw(
            server.address(),
            "HEAD /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
                + "GET /none HTTP/1.1\r\nHost: localhost\r\n\r\n");

    assertThat(head.status()).isEqualTo(200);
    assertThat(head.body()).as("the next response").startsWith("HTTP/1.1 404");
    assertThat(head.headers())
        .containsEntry("content-length", String.valueOf(get("/healthz").body().length()))
        .containsEntry("content-type", "application/json");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"localhost", "LOCALHOST:8083", "127.0.0.1", "127.9.9.9:1", "[::1]", "[::1]:8083"})
  void aHostThatMeansLoopbackIsServed(String host) throws IOException {
    assertThat(withHost(host).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example", "evil.example:8083", "localhost.evil.example", "127.0.0.1.evil.example",
        "10.0.0.5", "[2001:db8::1]:8083", "0.0.0.0", "[::]"
      })
  void anyOtherHostIsRefused(String host) throws IOException {
    assertProblem(withHost(host), 403);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense\r\n\r\n",
        "GET /api/v1/counters HTTP/1.1\r\nConnection: close\r\n\r\n",
        "GET /api/v1/counters HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "GET /healthz HTTP/3.7\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\nbad header\r\n\r\n",
        "GET /api/v1/counters HTTP/1.1\r\nHost: [\r\nConnection: close\r\n\r\n",
        "GET /<script> HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
      })
  void whatIsNoProperRequestIsAProblemToo(String request) throws IOException {
    Exchange answer = Exchange.raw(server.address(), request);

    assertThat(answer.status()).isBetween(400, 505);
    assertProblem(answer, answer.status());
  }

  @Test
  void anErrorInsideShowsNothingOfTheInside() throws IOException {
    view.broken = true;

    assertProblem(get("/api/v1/counters"), 500);
  }

  @Test
  void aConnectionEndsWhereTheClientAsksForIt() throws IOException {
    try (Socket socket = new Socket("127.0.0.1", server.address().getPort())) {
      socket.setSoTimeout(20_000);
      String request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));

      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("HTTP/1.1 200")
          .contains("\r\nConnection: close\r\n")
          .endsWith("\"0.1.0\"}");
    }
  }

  @Test
  void closingFreesThePortAndStopsServing() throws IOException {
    assertThat(get("/healthz").status()).isEqualTo(200);
    server.close();

    assertThatThrownBy(() -> new Socket("127.0.0.1", server.address().getPort()))
        .isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "192.0.2.1", "::", "10.0.0.1"})
  void anAddressThatIsNotLoopbackIsRefused(String address) {
    assertThatThrownBy(
            () ->
                new HttpAdminProvider()
                    .start(new InetSocketAddress(address, 8083), view, () -> outcome))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(address)
        .hasMessageContaining("no logins")
        .hasMessageContaining("127.0.0.1");
  }

  @Test
  void anAddressInUseIsAnError() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      InetSocketAddress address = new InetSocketAddress("127.0.0.1", taken.getLocalPort());
      assertThatThrownBy(() -> new HttpAdminProvider().start(address, view, () -> outcome))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("127.0.0.1:" + taken.getLocalPort());
    }
  }

  @Test
  void theProviderIsFoundByName() {
    HttpAdminTest.class.getModule().addUses(AdminProvider.class);

    assertThat(ServiceLoader.load(AdminProvider.class))
        .extracting(AdminProvider::name)
        .contains("http");
  }

  private Exchange get(String path) throws IOException {
    return Exchange.get(server.address(), path);
  }

  private Exchange withHost(String host) throws IOException {
    return Exchange.raw(
        server.address(),
        "GET /api/v1/counters HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
  }

  static void assertProblem(Exchange answer, int status) {
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.headers())
        .containsEntry("content-type", "application/problem+json")
        .containsEntry("cache-control", "no-store");
    assertThat(answer.body())
        .matches(
            "\\{\"type\":\"about:blank\",\"title\":\"[^\"]+\",\"status\":"
                + status
                + ",\"detail\":\"[^\"]+\"}")
        .doesNotContain("secret", "Exception", "io.");
  }
}
