package io.strmqtt.dist.blackbox;

import static io.strmqtt.dist.blackbox.WebSocketBytes.answer;
import static io.strmqtt.dist.blackbox.WebSocketBytes.frame;
import static io.strmqtt.dist.blackbox.WebSocketBytes.packets;
import static io.strmqtt.dist.blackbox.WebSocketBytes.read;
import static io.strmqtt.dist.blackbox.WebSocketBytes.upgrade;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.mqtt.packet.MqttPacket.Connect;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Upgrades and frames as real clients and proxies send them, byte by byte. */
@Timeout(60)
class WebSocketIT {
  private static final MqttVersion VERSION = MqttVersion.V3_1_1;
  private static final int LARGE = 900_000;

  @TempDir static Path folder;
  private static ForeignTls tls;
  private static BrokerProcess broker;

  @BeforeAll
  static void start() throws Exception {
    tls = ForeignTls.in(folder);
    broker = BrokerProcess.start(tls.hocon("ssl") + tls.hocon("wss"));
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  private static Socket connect(Transport transport) throws IOException {
    Socket socket = new Socket("127.0.0.1", broker.port(transport.listener()));
    socket.setSoTimeout(10_000);
    return transport.isEncrypted()
        ? tls.sockets().createSocket(socket, "localhost", socket.getPort(), true)
        : socket;
  }

  private static String answerTo(Transport transport, byte[] request) throws IOException {
    try (Socket socket = connect(transport)) {
      socket.getOutputStream().write(request);
      return answer(new DataInputStream(socket.getInputStream()));
    }
  }

  private static Connect hello(String clientId) {
    return new Connect(
        VERSION,
        clientId,
        true,
        60,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Properties.NONE);
  }

  private static Subscribe subscribe(String filter) {
    return new Subscribe(
        1, List.of(new Subscribe.Request(filter, 0, false, false, 0)), Properties.NONE);
  }

  private static Publish publish(String topic) {
    return new Publish(topic, 0, false, false, 0, new byte[LARGE], Properties.NONE);
  }

  @ParameterizedTest
  @EnumSource(names = {"WS", "WSS"})
  void framesMayComeInTheSegmentOfTheUpgrade(Transport transport) throws IOException {
    try (Socket socket = connect(transport)) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      all.writeBytes(upgrade("/mqtt"));
      all.writeBytes(frame(VERSION, hello("early-" + transport), subscribe("early")));
      socket.getOutputStream().write(all.toByteArray());
      DataInputStream in = new DataInputStream(socket.getInputStream());
      assertThat(answer(in)).startsWith("HTTP/1.1 101 ");
      for (int answers = 0; answers < 2; ) { // CONNACK and SUBACK
        answers += packets(read(in));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"WS", "WSS"})
  void aFrameMayHoldConnectAndLargePacketsAsASegmentMay(Transport transport) throws IOException {
    try (Socket socket = connect(transport)) {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      out.write(upgrade("/mqtt"));
      assertThat(answer(in)).startsWith("HTTP/1.1 101 ");
      String topic = "large-" + transport;
      out.write(frame(VERSION, hello(topic), subscribe(topic), publish(topic), publish(topic)));
      int large = 0;
      for (int all = 0; all < 4; ) {
        byte[] payload = read(in);
        all += packets(payload);
        large += payload.length >= LARGE ? 1 : 0;
      }
      assertThat(large).isBetween(1, 2);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"WS", "WSS"})
  void theTargetMayBeLongAsWithATokenInIt(Transport transport) throws IOException {
    assertThat(answerTo(transport, upgrade("/mqtt?token=" + "x".repeat(16_000))))
        .startsWith("HTTP/1.1 101 ");
    assertThat(answerTo(transport, upgrade("/mqtt?token=" + "x".repeat(18_000))))
        .startsWith("HTTP/1.1 414 ");
    assertThat(answerTo(transport, upgrade("/mqtt", "Cookie: " + "x".repeat(70_000) + "\r\n")))
        .startsWith("HTTP/1.1 431 ");
  }

  @ParameterizedTest
  @EnumSource(names = {"WS", "WSS"})
  void requestsAreTakenAsProxiesWriteThem(Transport transport) throws IOException {
    assertThat(answerTo(transport, upgrade("http://broker.example:8084/mqtt")))
        .startsWith("HTTP/1.1 101 ");
    String twoLines = new String(upgrade("/mqtt"), StandardCharsets.US_ASCII);
    assertThat(
            answerTo(
                transport,
                twoLines
                    .replace("Protocol: mqtt", "Protocol: chat\r\nSec-WebSocket-Protocol: mqtt")
                    .getBytes(StandardCharsets.US_ASCII)))
        .startsWith("HTTP/1.1 101 ")
        .containsIgnoringCase("sec-websocket-protocol: mqtt\r\n");
    for (String version : List.of("Sec-WebSocket-Version: 8", "X-None: 13")) {
      assertThat(
              answerTo(
                  transport,
                  twoLines
                      .replace("Sec-WebSocket-Version: 13", version)
                      .getBytes(StandardCharsets.US_ASCII)))
          .as(version)
          .startsWith("HTTP/1.1 426 ")
          .containsIgnoringCase("sec-websocket-version: 13\r\n");
    }
  }
}
