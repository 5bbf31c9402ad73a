package io.strmqtt.dist.blackbox;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.strmqtt.conformance.Normative;
import io.strmqtt.mqtt.codec.MqttEncoder;
import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttPacket.Connect;
import io.strmqtt.mqtt.packet.MqttPacket.Disconnect;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrel;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttPacket.Unsubscribe;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever is thrown at the broker ends with a named reason, disturbs nobody, leaves no memory
 * behind and no noise in the log.
 */
class BadInputIT {
  private static final long MIB = 1024 * 1024;
  private static final int CROWD = 10_000;
  private static final Random RANDOM = new Random(20_260_101);

  @TempDir static Path folder;
  private static BrokerProcess broker;
  private static Vitals vitals;
  private static Bystanders bystanders;

  @BeforeAll
  static void start() throws Exception {
    X509Bundle certificate =
        new CertificateBuilder()
            .subject("CN=localhost")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    Path cert = Files.writeString(folder.resolve("crt.pem"), certificate.getCertificatePathPEM());
    Path key = Files.writeString(folder.resolve("key.pem"), certificate.getPrivateKeyPEM());
    String tls =
        "{ cert_file = \"%s\", key_file = \"%s\", handshake_timeout = 2s }".formatted(cert, key);
    broker =
        BrokerProcess.start(
            Path.of(System.getProperty("image.home", "target/st-rmqtt")).toAbsolutePath(),
            """
            mqtt { connect_timeout = 3s, max_packet_size = 64KiB, max_connect_size = 4KiB }
            listener {
              proxy.header_timeout = 3s
              ssl.tls = %s
              wss.tls = %s
              behind { type = tcp, bind_address = "127.0.0.1", bind_port = 0, proxy_enabled = true }
            }
            """
                .formatted(tls, tls),
            Map.of("JAVA_OPTS", "-Xmx512m -XX:NativeMemoryTracking=summary"));
    vitals = new Vitals(broker);
    bystanders = Bystanders.start(broker.port("tcp"));
  }

  @AfterAll
  static void stop() {
    bystanders.close();
    broker.close();
  }

  @AfterEach
  void nobodyElseIsDisturbed() {
    int before = bystanders.delivered();
    await().until(() -> bystanders.delivered() > before + 10 || bystanders.hasFailed());
    bystanders.insistOnBeingServedWithin(2000);
    vitals.insistOnCalmLog();
    assertThat(broker.log().size()).as("lines of log").isLessThan(3000);
  }

  // One connection, one reason.

  @Test
  void anHttpRequestToTcpIsNoConnect() {
    expect("NOT_CONNECT", "tcp", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }

  @Test
  void tlsToTcpLooksLikeAConnectWithBadFlags() {
    expect("MALFORMED_CONNECT", "tcp", 0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc);
  }

  @Test
  void plainMqttToSslIsAFailedHandshake() {
    expect("TLS_FAILED", "ssl", connect());
  }

  @Test
  void garbageIsNamedByEachListener() {
    byte[] garbage = new byte[4000];
    RANDOM.nextBytes(garbage);
    garbage[0] = (byte) 0xA5;
    expect("NOT_CONNECT", "tcp", garbage);
    expect("TLS_FAILED", "ssl", garbage);
    expect("TLS_FAILED", "wss", garbage);
    expect("BAD_HTTP", "ws", "garbage\r\n\r\n".getBytes(US_ASCII));
    expect("NO_HEADER_OTHER", "behind", garbage);
  }

  @Test
  void garbageWithinTlsIsNamedAsWithout() throws Exception {
    long before = vitals.count("NOT_CONNECT");
    try (SSLSocket socket = tls("ssl")) {
      socket.getOutputStream().write("garbage".getBytes(US_ASCII));
      awaitEnd(socket);
    }
    await().until(() -> vitals.count("NOT_CONNECT") == before + 1);
    long badHttp = vitals.count("BAD_HTTP");
    try (SSLSocket socket = tls("wss")) {
      socket.getOutputStream().write("garbage\r\n\r\n".getBytes(US_ASCII));
      awaitEnd(socket);
    }
    await().until(() -> vitals.count("BAD_HTTP") == badHttp + 1);
  }

  @Test
  void badUpgradeRequestsAreAnsweredAndNamed() {
    String good =
        "Host: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
    expect("NOT_WEBSOCKET", "ws", "GET /other HTTP/1.1\r\n" + good + "\r\n");
    expect("NOT_WEBSOCKET", "ws", "GET /mqtt HTTP/1.1\r\nHost: localhost\r\n\r\n");
    expect("NOT_WEBSOCKET", "ws", "GET /mqtt HTTP/1.1\r\n" + good + "\r\n"); // no subprotocol
    expect("NOT_WEBSOCKET", "ws", "POST /mqtt HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
    expect("BAD_HTTP", "ws", "GET /mqtt HTTP/1.1\r\nX: " + "x".repeat(40_000) + "\r\n\r\n");
    expect(
        "BAD_HTTP",
        "ws",
        "POST /mqtt HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n" + "x".repeat(9));
  }

  @Test
  void aRequestThatStopsInTheMiddleIsNamed() {
    expect("HTTP_TIMEOUT", "ws", "GET /mqtt HTTP/1.1\r\nHost: loc");
    long before = refusals();
    RawClient client = RawClient.open(broker.port("ws"), MqttVersion.V5);
    client.send("GET /mqtt HTTP/1.1\r\nHost: loc".getBytes(US_ASCII));
    client.close();
    await().until(() -> refusals() == before + 1);
  }

  @Test
  @Normative(v5 = "MQTT-6.0.0-1", v311 = "MQTT-6.0.0-1")
  void aTextFrameEndsTheWebSocket() throws IOException {
    long before = vitals.count("BAD_WEBSOCKET_FRAME");
    try (RawClient client = RawClient.open(broker.port("ws"), MqttVersion.V5)) {
      upgrade(client);
      client.send(new byte[] {(byte) 0x81, (byte) 0x85, 0, 0, 0, 0, 'h', 'e', 'l', 'l', 'o'});
      awaitEnd(client.socket());
    }
    await().until(() -> vitals.count("BAD_WEBSOCKET_FRAME") == before + 1);
  }

  @Test
  void aFrameWithoutMaskEndsTheWebSocket() throws IOException {
    long before = vitals.count("BAD_WEBSOCKET_FRAME");
    try (RawClient client = RawClient.open(broker.port("ws"), MqttVersion.V5)) {
      upgrade(client);
      client.send(new byte[] {(byte) 0x82, 0x02, 0x10, 0x00});
      awaitEnd(client.socket());
    }
    await().until(() -> vitals.count("BAD_WEBSOCKET_FRAME") == before + 1);
  }

  private static void upgrade(RawClient client) throws IOException {
    client.send(
        ("GET /mqtt HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Protocol: mqtt\r\n\r\n")
            .getBytes(US_ASCII));
    InputStream in = client.socket().getInputStream();
    StringBuilder answer = new StringBuilder();
    while (answer.indexOf("\r\n\r\n") < 0) {
      answer.append((char) in.read());
    }
    assertThat(answer).contains(" 101 ");
  }

  @Test
  void aProxyHeaderAndThenSilenceEndsInTime() {
    expect("CONNECT_TIMEOUT", "behind", "PROXY TCP4 203.0.113.7 10.0.0.1 4711 1883\r\n");
    assertThat(broker.get("/api/v1/unauthorized-clients?limit=1000")).contains("203.0.113.7");
  }

  @Test
  void aProxyHeaderThatDoesNotCome() {
    expect("TIMEOUT", "behind");
    expect("TIMEOUT", "behind", "PROXY TCP4 203.0.113.7 10.");
    expect("UNEXPECTED_HEADER", "tcp", "PROXY TCP4 203.0.113.7 10.0.0.1 4711 1883\r\n");
  }

  @Test
  void silenceEndsInTimeAndIsNoProbe() {
    long probes = vitals.count("probes");
    expect("CONNECT_TIMEOUT", "tcp");
    expect("TLS_TIMEOUT", "ssl");
    expect("HTTP_TIMEOUT", "ws");
    expect("TLS_TIMEOUT", "wss");
    assertThat(vitals.count("probes")).isEqualTo(probes);
  }

  @Test
  void aConnectThatComesByteByByteHasNoMoreTimeThanAnyOther() {
    long before = vitals.count("CONNECT_TIMEOUT");
    try (RawClient client = RawClient.open(broker.port("tcp"), MqttVersion.V5)) {
      byte[] slow = connect();
      var pieces = Arrays.stream(new int[slow.length - 1]).iterator();
      int[] at = {0};
      await()
          .pollInterval(Duration.ofMillis(250))
          .atMost(Duration.ofSeconds(20))
          .until(
              () -> {
                if (pieces.hasNext() && vitals.count("CONNECT_TIMEOUT") == before) {
                  pieces.next();
                  client.send(new byte[] {slow[at[0]++]});
                }
                return vitals.count("CONNECT_TIMEOUT") == before + 1;
              });
    }
  }

  @Test
  void aSecondConnectIsAProtocolError() {
    byte[] once = connect();
    byte[] twice = Arrays.copyOf(once, once.length * 2);
    System.arraycopy(once, 0, twice, once.length, once.length);
    expect("PROTOCOL_ERROR", "tcp", twice);
  }

  @Test
  void oversizePacketsAreRefusedByTheirFixedHeader() {
    expect("CONNECT_TOO_LARGE", "tcp", 0x10, 0xFF, 0xFF, 0xFF, 0x7F);
    byte[] connect = connect();
    byte[] publish = Arrays.copyOf(connect, connect.length + 5);
    byte[] head = {0x30, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x7F};
    System.arraycopy(head, 0, publish, connect.length, head.length);
    expect("PACKET_TOO_LARGE", "tcp", publish);
  }

  // Many connections, each with a reason.

  @Test
  void randomBytesAlwaysEndWithAReason() {
    for (String listener : List.of("tcp", "ssl", "ws", "wss", "behind")) {
      long before = refusals();
      int times = 60;
      for (int i = 0; i < times; i++) {
        byte[] bytes = new byte[1 + RANDOM.nextInt(3000)];
        RANDOM.nextBytes(bytes);
        sendAndClose(listener, bytes);
      }
      await().untilAsserted(() -> assertThat(refusals() - before).as(listener).isEqualTo(times));
    }
  }

  @Test
  void randomBytesBehindConnectEndTheSession() {
    byte[] connect = connect();
    long before = disconnects();
    int times = 100;
    for (int i = 0; i < times; i++) {
      byte[] bytes = Arrays.copyOf(connect, connect.length + 200);
      byte[] garbage = new byte[200];
      RANDOM.nextBytes(garbage);
      System.arraycopy(garbage, 0, bytes, connect.length, garbage.length);
      sendAndClose("tcp", bytes);
    }
    await().untilAsserted(() -> assertThat(disconnects() - before).isGreaterThanOrEqualTo(times));
  }

  @Test
  void aCutConnectIsNamedWhereverItIsCut() {
    byte[] connect = connect();
    long closed = vitals.count("CLOSED_BEFORE_CONNECT");
    for (int cut = 1; cut < connect.length; cut++) {
      sendAndClose("tcp", Arrays.copyOf(connect, cut));
    }
    await()
        .untilAsserted(
            () ->
                assertThat(vitals.count("CLOSED_BEFORE_CONNECT") - closed)
                    .isEqualTo(connect.length - 1));
    long late = vitals.count("CONNECT_TIMEOUT");
    List<RawClient> silent = new ArrayList<>();
    for (int cut = 1; cut < connect.length; cut++) {
      silent.add(RawClient.open(broker.port("tcp"), MqttVersion.V5));
      silent.getLast().send(Arrays.copyOf(connect, cut));
    }
    await()
        .untilAsserted(
            () -> assertThat(vitals.count("CONNECT_TIMEOUT") - late).isEqualTo(silent.size()));
    silent.forEach(RawClient::close);
  }

  @Test
  void otherCutPacketsEndWithTheConnection() {
    byte[] connect = connect();
    List<MqttPacket> packets =
        List.of(
            new Publish("a/b", 2, true, false, 7, new byte[20], Properties.NONE),
            new Pubrel(7, ReasonCode.SUCCESS, Properties.NONE),
            new Subscribe(
                8, List.of(new Subscribe.Request("a/#", 1, true, true, 2)), Properties.NONE),
            new Unsubscribe(9, List.of("a/#"), Properties.NONE),
            new Disconnect(ReasonCode.DISCONNECT_WITH_WILL, Properties.NONE));
    long before = vitals.count("CONNECTION_LOST");
    int sent = 0;
    for (MqttPacket packet : packets) {
      byte[] bytes = encode(packet);
      for (int cut = 1; cut < bytes.length; cut++) {
        byte[] both = Arrays.copyOf(connect, connect.length + cut);
        System.arraycopy(bytes, 0, both, connect.length, cut);
        sendAndClose("tcp", both);
        sent++;
      }
    }
    int all = sent;
    await()
        .untilAsserted(() -> assertThat(vitals.count("CONNECTION_LOST") - before).isEqualTo(all));
  }

  @Test
  void tenThousandConnectionsThatSendNothingLeaveNothingBehind() throws IOException {
    long heap = vitals.liveHeapBytes();
    long direct = vitals.directBytes();
    long before = vitals.count("CONNECT_TIMEOUT");
    List<SocketChannel> crowd = new ArrayList<>();
    for (int i = 0; i < CROWD; i++) {
      SocketChannel each = SocketChannel.open();
      each.bind(new InetSocketAddress("127.0.0." + (2 + i % 50), 0));
      each.connect(new InetSocketAddress("127.0.0.1", broker.port("tcp")));
      crowd.add(each);
    }
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(vitals.count("CONNECT_TIMEOUT") - before).isEqualTo(CROWD));
    for (SocketChannel each : crowd) {
      each.close();
    }
    await().until(() -> vitals.count("connections") == 2);
    assertThat(vitals.liveHeapBytes()).isLessThan(heap + 16 * MIB);
    assertThat(vitals.directBytes()).isLessThan(direct + 64 * MIB);
  }

  // What the tests are made of.

  /** Sends, keeps the connection open, and insists on exactly one more of the reason. */
  private static void expect(String reason, String listener, byte... bytes) {
    long before = vitals.count(reason);
    try (RawClient client = RawClient.open(broker.port(listener), MqttVersion.V5)) {
      if (bytes.length > 0) {
        client.send(bytes);
      }
      awaitEnd(client.socket());
    }
    await()
        .untilAsserted(
            () ->
                assertThat(vitals.count(reason))
                    .as("%s on %s", reason, listener)
                    .isEqualTo(before + 1));
    broker.awaitLog("reason=" + reason);
  }

  private static void expect(String reason, String listener, String text) {
    expect(reason, listener, text.getBytes(US_ASCII));
  }

  private static void expect(String reason, String listener, int... bytes) {
    byte[] narrow = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      narrow[i] = (byte) bytes[i];
    }
    expect(reason, listener, narrow);
  }

  private static void sendAndClose(String listener, byte[] bytes) {
    try (Socket socket = new Socket("127.0.0.1", broker.port(listener))) {
      socket.getOutputStream().write(bytes);
      socket.shutdownOutput();
      socket.setSoTimeout(10_000);
      awaitEnd(socket);
    } catch (IOException e) {
      // Refused before all was written: as good.
    }
  }

  /** Reads until the broker closes; fails after ten seconds of silence. */
  private static void awaitEnd(Socket socket) {
    try {
      socket.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
    } catch (java.net.SocketTimeoutException e) {
      throw new AssertionError("the broker does not close", e);
    } catch (IOException e) {
      // A reset is an end, too.
    }
  }

  private static SSLSocket tls(String listener) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new AnyCertificate()}, null);
    SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", broker.port(listener));
    socket.setSoTimeout(10_000);
    socket.startHandshake();
    return socket;
  }

  private static final class AnyCertificate implements X509TrustManager {
    @Override
    public void checkClientTrusted(java.security.cert.X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(java.security.cert.X509Certificate[] chain, String type) {}

    @Override
    public java.security.cert.X509Certificate[] getAcceptedIssuers() {
      return new java.security.cert.X509Certificate[0];
    }
  }

  private static long refusals() {
    return ofKind(io.strmqtt.api.Reason.Kind.REFUSAL);
  }

  private static long disconnects() {
    return ofKind(io.strmqtt.api.Reason.Kind.DISCONNECT);
  }

  private static long ofKind(io.strmqtt.api.Reason.Kind kind) {
    String all = broker.get("/api/v1/counters");
    return Arrays.stream(io.strmqtt.api.Reason.values())
        .filter(r -> r.kind() == kind)
        .mapToLong(r -> Vitals.count(all, r.name()))
        .sum();
  }

  private static byte[] connect() {
    return encode(
        new Connect(
            MqttVersion.V5,
            "",
            true,
            60,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Properties.NONE));
  }

  private static byte[] encode(MqttPacket packet) {
    ByteBuf out = Unpooled.buffer();
    MqttEncoder.encode(packet, MqttVersion.V5, out);
    byte[] bytes = new byte[out.readableBytes()];
    out.readBytes(bytes);
    return bytes;
  }
}
