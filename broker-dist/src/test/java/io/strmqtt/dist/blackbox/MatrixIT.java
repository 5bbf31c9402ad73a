package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.strmqtt.dist.blackbox.Opening.Cut;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every transport, mode, kind of peer, kind of header and way to cut it, at one broker: all connect
 * first, a few at a time, and what they and the operator saw is judged case by case.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MatrixIT {
  private static final int AT_A_TIME = 6;
  private static final Set<String> SECURE = Set.of("ssl", "wss");

  private final TestCertificates certificates = TestCertificates.create();
  private final List<MatrixCase> cases = MatrixCase.all();
  private final Map<MatrixCase, Seen> seen = new ConcurrentHashMap<>();

  private BrokerProcess broker;
  private AdminApi api;
  private byte[] clientHello = {};

  /** What the operator saw, once all had connected. */
  private final Map<String, Map<String, Object>> sessions = new HashMap<>();

  private Map<List<Object>, List<Map<String, Object>>> refusals = Map.of();
  private Map<String, List<String>> logByClient = Map.of();

  /**
   * What a client saw.
   *
   * @param outcome {@code accepted}, {@code closed}, or what else
   */
  private record Seen(String outcome, int localPort, List<AutoCloseable> open) {}

  static Stream<MatrixCase> cases() {
    return MatrixCase.all().stream();
  }

  @BeforeAll
  void connectAll() throws Exception {
    broker = BrokerProcess.start(hocon());
    api = new AdminApi(broker);
    clientHello = clientHello();
    ExecutorService clients = Executors.newFixedThreadPool(AT_A_TIME);
    try {
      List<Future<Seen>> running = new ArrayList<>();
      for (MatrixCase each : cases) {
        running.add(clients.submit(() -> seen.computeIfAbsent(each, this::connect)));
      }
      for (Future<Seen> each : running) {
        each.get(60, TimeUnit.SECONDS);
      }
    } finally {
      clients.shutdownNow();
    }
    look();
  }

  @AfterAll
  void stop() throws Exception {
    for (Seen each : seen.values()) {
      for (AutoCloseable open : each.open()) {
        open.close();
      }
    }
    broker.close();
  }

  private String hocon() {
    StringBuilder hocon =
        new StringBuilder(
            """
            listener.proxy { trusted_proxies = ["127.0.1.0/24"], exempt = ["127.0.2.0/24"] }
            """);
    for (String transport : MatrixCase.TRANSPORTS) {
      for (String mode : MatrixCase.MODES) {
        String name = transport + "-" + mode;
        hocon.append(
            """
            listener.%s { type = %s, bind_address = "127.0.0.1", bind_port = 0, %s }
            """
                .formatted(
                    name,
                    transport,
                    mode.equals("off")
                        ? "proxy_enabled = false"
                        : "proxy_enabled = true, proxy.mode = " + mode));
        if (SECURE.contains(transport)) {
          hocon.append(certificates.hocon(name));
        }
      }
    }
    return hocon.toString();
  }

  private byte[] clientHello() throws SSLException {
    SSLEngine engine = certificates.anonymousContext().createSSLEngine("localhost", 8883);
    engine.setUseClientMode(true);
    ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    engine.wrap(ByteBuffer.allocate(0), record);
    return Arrays.copyOf(record.array(), record.position());
  }

  private Seen connect(MatrixCase each) {
    Door door = new Door(each.transport(), broker.port(each.listener()));
    try {
      Socket socket = door.connect(each.from());
      int port = socket.getLocalPort();
      try {
        return each.passes() ? pass(each, door, socket, port) : knock(each, socket, port);
      } catch (IOException | RuntimeException | AssertionError e) {
        socket.close();
        return new Seen("failed with " + e, port, List.of());
      }
    } catch (IOException e) {
      return new Seen("did not connect: " + e, 0, List.of());
    }
  }

  /** As a client that goes all the way. It stays, to be looked at. */
  private Seen pass(MatrixCase each, Door door, Socket socket, int port) throws IOException {
    RawClient client =
        door.enter(
            new Opening(socket, each.header(), each.cut()),
            MqttVersion.V5,
            certificates.anonymousContext());
    ReasonCode code = client.connect(each.clientId(), true, Properties.NONE).code();
    return new Seen(
        code == ReasonCode.SUCCESS ? "accepted" : "CONNACK " + code, port, List.of(client));
  }

  /**
   * As a client that must not pass. A header alone, or the first byte of what is none, must be
   * enough for that: nothing else is sent where it would be sent later.
   */
  private Seen knock(MatrixCase each, Socket socket, int port) throws IOException {
    try (socket) {
      try {
        if (each.cut() == Cut.HEADER_FIRST) {
          byte[] head = each.header().length > 0 ? each.header() : firstFlight(each);
          socket.getOutputStream().write(head, 0, Math.max(1, each.header().length));
        } else {
          OutputStream out = new Opening(socket, each.header(), each.cut()).getOutputStream();
          out.write(firstFlight(each));
        }
      } catch (SocketException e) {
        // Refused before its last byte was sent.
      }
      int answer;
      try {
        answer = socket.getInputStream().readAllBytes().length;
      } catch (SocketException e) {
        answer = 0; // A reset closes as well.
      }
      return new Seen(answer == 0 ? "closed" : "answered", port, List.of());
    }
  }

  /** What the transport has a client say first. */
  private byte[] firstFlight(MatrixCase each) {
    return switch (each.transport()) {
      case "tcp" -> HexFormat.of().parseHex("100d00044d5154540402003c000161");
      case "ws" ->
          """
          GET /mqtt HTTP/1.1
          Host: localhost
          Connection: Upgrade
          Upgrade: websocket
          Sec-WebSocket-Version: 13
          Sec-WebSocket-Protocol: mqtt
          Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==

          """
              .replace("\n", "\r\n")
              .getBytes(StandardCharsets.US_ASCII);
      default -> clientHello;
    };
  }

  /** Once, at the end: the sessions, the unauthorized clients and the log. */
  private void look() {
    for (Map<String, Object> session : api.sessions()) {
      sessions.put((String) session.get("client_id"), session);
    }
    refusals =
        api.unauthorized().stream()
            .collect(
                Collectors.groupingBy(
                    record ->
                        List.of(
                            record.get("listener"),
                            record.get("client_address"),
                            record.get("client_port"))));
    try {
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> cases.stream().allMatch(each -> !logOf(each, readLog()).isEmpty()));
    } catch (ConditionTimeoutException e) {
      // The case that has no line says so itself.
    }
    logByClient = readLog();
  }

  /** Each line that names a client, by {@code address:port}. */
  private Map<String, List<String>> readLog() {
    Function<String, String> client =
        line -> {
          int at = line.indexOf(" client=") + " client=".length();
          return line.substring(at, line.indexOf(' ', at));
        };
    return broker.log().stream()
        .filter(line -> line.matches(".* client=\\S+ .*"))
        .collect(Collectors.groupingBy(client));
  }

  private List<String> logOf(MatrixCase each, Map<String, List<String>> log) {
    String client =
        each.passes() && each.announces()
            ? each.announced() + ":" + each.announcedPort()
            : each.from() + ":" + seen.get(each).localPort();
    return log.getOrDefault(client, List.of()).stream()
        .filter(
            line ->
                line.contains(" client_id=" + each.clientId() + " ")
                    || (line + " ").contains(" listener=" + each.listener() + " "))
        .toList();
  }

  private List<String> logOf(MatrixCase each, String event) {
    return logOf(each, logByClient).stream().filter(line -> line.contains(event)).toList();
  }

  private List<Map<String, Object>> refusalsOf(MatrixCase each) {
    return refusals.getOrDefault(
        List.of(each.listener(), each.from(), seen.get(each).localPort()), List.of());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void whatComesOfItIsWhatTheGuideSays(MatrixCase each) {
    if (each.passes()) {
      passedAsItself(each);
    } else {
      refusedAsItsSocket(each);
    }
    assertThat(logOf(each, "event=proxy_header_missing"))
        .hasSize(each.warnsOfMissingHeader() ? 1 : 0);
  }

  private void passedAsItself(MatrixCase each) {
    Seen client = seen.get(each);
    boolean header = !each.sent().equals("none");
    assertThat(client.outcome()).isEqualTo("accepted");
    assertThat(sessions).containsKey(each.clientId());
    assertThat(sessions.get(each.clientId()))
        .containsEntry("listener", each.listener())
        .containsEntry("client_address", each.announces() ? each.announced() : each.from())
        .containsEntry("client_port", each.announces() ? each.announcedPort() : client.localPort())
        .containsEntry("proxy_address", header ? each.from() : null)
        .containsEntry("proxy_port", header ? client.localPort() : null)
        .containsEntry("proxy_version", !header ? null : each.announces() ? each.sent() : "v2")
        .containsEntry("proxy_kind", !header ? null : each.announces() ? "proxied" : "local");
    assertThat(sessions.get(each.clientId()).get("tls_version") != null)
        .isEqualTo(SECURE.contains(each.transport()));
    assertThat(logOf(each, "event=connected "))
        .singleElement()
        .satisfies(
            line -> {
              if (header) {
                assertThat(line)
                    .contains(" via=" + each.from() + ":" + client.localPort() + " ")
                    .contains(" pp=" + (each.announces() ? each.sent() : "v2") + " ");
              } else {
                assertThat(line).doesNotContain(" via=", " pp=");
              }
            });
    assertThat(refusalsOf(each)).isEmpty();
  }

  private void refusedAsItsSocket(MatrixCase each) {
    Seen client = seen.get(each);
    assertThat(client.outcome()).isEqualTo("closed");
    assertThat(refusalsOf(each))
        .singleElement()
        .satisfies(
            record ->
                assertThat(record)
                    .containsEntry("reason", each.refusal())
                    .containsEntry("client_address", each.from())
                    .containsEntry("proxy_address", null)
                    .containsEntry("proxy_port", null)
                    .containsEntry("proxy_version", null)
                    .containsEntry("proxy_kind", null)
                    .containsEntry("client_id", null)
                    .containsEntry("tls_used", false)
                    .containsEntry("attempts", 1));
    assertThat(logOf(each, "event=refused "))
        .singleElement()
        .satisfies(
            line ->
                assertThat(line)
                    .contains(" reason=" + each.refusal() + " ", " detail=")
                    .doesNotContain(" via=", " pp=", each.announced()));
    assertThat(sessions).doesNotContainKey(each.clientId());
  }

  @Test
  void theCountersAgreeWithTheCases() {
    Map<String, Long> refused =
        cases.stream()
            .filter(each -> !each.passes())
            .collect(Collectors.groupingBy(MatrixCase::refusal, Collectors.counting()));
    assertThat(api.reasons()).isEqualTo(refused);
    assertThat(api.counter("connections_accepted"))
        .isEqualTo(cases.stream().filter(MatrixCase::passes).count());
    assertThat(api.counter("probes")).isZero();
    assertThat(api.unauthorized()).hasSize((int) refused.values().stream().mapToLong(n -> n).sum());
  }

  @Test
  void theListenersCountWhoCameAndWhoStayed() {
    Map<String, Long> stayed =
        cases.stream()
            .filter(MatrixCase::passes)
            .collect(Collectors.groupingBy(MatrixCase::listener, Collectors.counting()));
    Map<String, Map<String, Object>> byName =
        api.listeners().stream()
            .collect(Collectors.toMap(each -> (String) each.get("name"), Function.identity()));
    stayed.forEach(
        (listener, count) ->
            assertThat(byName.get(listener))
                .as(listener)
                .containsEntry("accepted", 36)
                .containsEntry("connections", count.intValue()));
  }
}
