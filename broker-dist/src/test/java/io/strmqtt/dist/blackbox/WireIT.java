package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.strmqtt.conformance.Normative;
import io.strmqtt.mqtt.codec.MqttEncoder;
import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttPacket.Connect;
import io.strmqtt.mqtt.packet.MqttPacket.Disconnect;
import io.strmqtt.mqtt.packet.MqttPacket.Pingreq;
import io.strmqtt.mqtt.packet.MqttPacket.Pingresp;
import io.strmqtt.mqtt.packet.MqttPacket.Puback;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Suback;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What MQTT demands of what lies below it: order, nothing lost, WebSocket frames (4.2, 6). */
@Timeout(60)
class WireIT {
  private static final int BATCH = 100;

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
    if (transport.isEncrypted()) {
      socket = tls.sockets().createSocket(socket, "localhost", socket.getPort(), true);
    }
    return transport.isWebSocket() ? RawWebSocket.over(socket) : socket;
  }

  private static Connect hello(MqttVersion version, String clientId) {
    return new Connect(
        version,
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
        1, List.of(new Subscribe.Request(filter, 1, false, false, 0)), Properties.NONE);
  }

  private static Publish publish(String topic, int packetId, byte[] payload) {
    return new Publish(topic, 1, false, false, packetId, payload, Properties.NONE);
  }

  private static byte[] bytes(MqttVersion version, MqttPacket... packets) {
    ByteBuf out = Unpooled.buffer();
    for (MqttPacket packet : packets) {
      MqttEncoder.encode(packet, version, out);
    }
    byte[] bytes = new byte[out.readableBytes()];
    out.readBytes(bytes);
    return bytes;
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  @Normative(v5 = "MQTT-4.2-1", v311 = "MQTT-7.1.1-1")
  void allBytesArriveInOrderBothWays(Transport transport) throws IOException {
    for (MqttVersion version : MqttVersion.values()) {
      String id = transport + "-" + version;
      try (RawClient client = RawClient.over(connect(transport), version)) {
        assertThat(client.connect(id, true, Properties.NONE).code()).isEqualTo(ReasonCode.SUCCESS);
        client.send(subscribe(id));
        client.receive(Suback.class);
        for (int sent = 0; sent < 10 * BATCH; sent += BATCH) {
          MqttPacket[] batch = new MqttPacket[BATCH];
          for (int i = 0; i < BATCH; i++) {
            batch[i] = publish(id, i + 1, payload(sent + i));
          }
          client.send(bytes(version, batch));
          int echoed = 0;
          int acknowledged = 0;
          while (echoed < BATCH || acknowledged < BATCH) {
            if (client.receive() instanceof Publish echo) {
              assertThat(echo.payload()).isEqualTo(payload(sent + echoed++));
              client.send(new Puback(echo.packetId(), ReasonCode.SUCCESS, Properties.NONE));
            } else {
              acknowledged++;
            }
          }
        }
      }
    }
  }

  /** Tells its number, and is of a length of its own. */
  private static byte[] payload(int number) {
    return ByteBuffer.allocate(4 + number % 977).putInt(number).array();
  }

  @ParameterizedTest
  @EnumSource(names = {"WS", "WSS"})
  @Normative(v5 = "MQTT-6.0.0-2", v311 = "MQTT-6.0.0-2")
  void packetsMayStraddleFramesAndShareThem(Transport transport) throws IOException {
    for (MqttVersion version : MqttVersion.values()) {
      String id = "frames-" + transport + "-" + version;
      Socket webSocket = connect(transport); // each write is a frame
      OutputStream out = webSocket.getOutputStream();
      try (RawClient client = RawClient.over(webSocket, version)) {
        for (byte one : bytes(version, hello(version, id))) {
          out.write(one);
        }
        client.receive(MqttPacket.Connack.class);
        byte[] three = bytes(version, subscribe(id), publish(id, 2, new byte[500]), new Pingreq());
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        rest.write(Arrays.copyOfRange(three, 100, three.length));
        rest.write(bytes(version, publish(id, 3, new byte[5])));
        out.write(Arrays.copyOf(three, 100));
        out.write(rest.toByteArray());
        int publications = 0;
        int others = 0;
        while (publications < 2 || others < 4) { // SUBACK, PINGRESP and two PUBACKs
          MqttPacket packet = client.receive();
          assertThat(packet).isNotNull();
          if (packet instanceof Publish) {
            publications++;
          } else {
            others++;
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"WS", "WSS"})
  @Normative(
      v5 = {"MQTT-6.0.0-3", "MQTT-6.0.0-4"},
      v311 = {"MQTT-6.0.0-3", "MQTT-6.0.0-4"})
  void theSubprotocolIsAgreedOn(Transport transport) throws IOException {
    assertThat(upgrade(transport, "Sec-WebSocket-Protocol: mqtt\r\n"))
        .contains(" 101 ")
        .containsIgnoringCase("sec-websocket-protocol: mqtt\r\n");
    assertThat(upgrade(transport, "Sec-WebSocket-Protocol: chat, mqtt\r\n"))
        .contains(" 101 ")
        .containsIgnoringCase("sec-websocket-protocol: mqtt\r\n");
    assertThat(upgrade(transport, "Sec-WebSocket-Protocol: chat\r\n")).contains(" 400 ");
    assertThat(upgrade(transport, "")).contains(" 400 ");
  }

  private static String upgrade(Transport transport, String protocol) throws IOException {
    Socket socket = new Socket("127.0.0.1", broker.port(transport.listener()));
    socket.setSoTimeout(10_000);
    if (transport.isEncrypted()) {
      socket = tls.sockets().createSocket(socket, "localhost", socket.getPort(), true);
    }
    try (Socket open = socket) {
      String request =
          "GET /mqtt HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
              + protocol
              + "\r\n";
      open.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      StringBuilder answer = new StringBuilder();
      while (answer.indexOf("\r\n\r\n") < 0) {
        int next = open.getInputStream().read();
        assertThat(next).isNotNegative();
        answer.append((char) next);
      }
      return answer.toString();
    }
  }

  /** A reset would take the reason away from a client that has not read it yet. */
  @ParameterizedTest
  @EnumSource(names = {"TCP", "WS"})
  @Normative(v5 = {"MQTT-3.14.4-2", "MQTT-4.13.2-1"})
  void aClientThatIsStillWritingCanReadWhyItWasClosed(Transport transport) throws IOException {
    try (RawClient client = RawClient.over(connect(transport), MqttVersion.V5)) {
      client.connect("writer-" + transport, true, Properties.NONE);
      client.send(new byte[] {0x36, 0x00}); // QoS 3
      byte[] more = bytes(MqttVersion.V5, publish("t", 1, new byte[50_000]));
      for (int i = 0; i < 20; i++) {
        client.send(more);
      }
      assertThat(client.receive(Disconnect.class).code()).isEqualTo(ReasonCode.MALFORMED_PACKET);
      assertThat(client.receive()).isNull();
    }
  }

  /** 3.1 by its own name and level. */
  @ParameterizedTest
  @EnumSource(Transport.class)
  void mqIsdpIsSpokenEverywhere(Transport transport) throws IOException {
    try (RawClient client = RawClient.over(connect(transport), MqttVersion.V3_1)) {
      assertThat(bytes(MqttVersion.V3_1, hello(MqttVersion.V3_1, "x")))
          .containsSequence("MQIsdp\u0003".getBytes(StandardCharsets.US_ASCII));
      client.connect("old-" + transport, true, Properties.NONE);
      client.send(new Pingreq());
      client.receive(Pingresp.class);
    }
  }
}
