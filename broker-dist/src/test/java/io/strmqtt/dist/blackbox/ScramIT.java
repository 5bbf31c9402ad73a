package io.strmqtt.dist.blackbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import io.strmqtt.mqtt.packet.MqttPacket.Auth;
import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Connect;
import io.strmqtt.mqtt.packet.MqttPacket.Disconnect;
import io.strmqtt.mqtt.packet.MqttPacket.Puback;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.io.ByteArrayOutputStream;
import java.net.Socket;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Enhanced authentication (MQTT 5, section 4.12) by SCRAM, as clients see it. */
@Timeout(60)
class ScramIT {
  private static final Account DEVICE = Account.DEVICE;
  private static final String CLIENT = "198.51.100.71";
  private static BrokerProcess broker;

  @BeforeAll
  static void start() {
    broker =
        BrokerProcess.start(
            """
            authentication {
              allow_anonymous = false
              authenticator = password-file
              password-file { file = "%1$s" }
              enhanced = [scram]
              scram { file = "%1$s" }
            }
            listener.behind { type = tcp, bind_address = "127.0.0.1", bind_port = 0, proxy_enabled = true }
            """
                .formatted(DEVICE.passwordFile("--scram-sha-256", "--scram-sha-512")));
  }

  @AfterAll
  static void stopAndInsistOnSilence() {
    new AdminApi(broker).awaitNobody();
    broker.close();
    assertThat(broker.awaitLog("event=stopping")).contains("connections=0");
    assertThat(broker.log())
        .noneMatch(line -> line.contains("event=internal_error"))
        .noneMatch(line -> line.contains("event=authenticator_failed"))
        .noneMatch(line -> line.contains(DEVICE.password()));
  }

  private static Mqtt5BlockingClient hiveMq(String clientId, HiveMqScram scram) {
    return MqttClient.builder()
        .useMqttVersion5()
        .identifier(clientId)
        .serverHost("127.0.0.1")
        .serverPort(broker.port("tcp"))
        .enhancedAuth(scram)
        .buildBlocking();
  }

  private static HiveMqScram scram(int bits, String password) {
    return new HiveMqScram(() -> new ScramClient(bits, DEVICE.username(), password));
  }

  private static String outcome(HiveMqScram scram) throws InterruptedException {
    return String.valueOf(scram.outcomes.poll(20, TimeUnit.SECONDS));
  }

  @ParameterizedTest
  @ValueSource(ints = {256, 512})
  void aForeignClientLogsInAndAuthenticatesAgain(int bits) throws Exception {
    HiveMqScram scram = scram(bits, DEVICE.password());
    Mqtt5BlockingClient client = hiveMq("hive-" + bits, scram);
    client.connect();
    assertThat(outcome(scram)).isEqualTo("in");
    assertThat(new AdminApi(broker).session("hive-" + bits))
        .containsEntry("username", DEVICE.username());

    try (Mqtt5BlockingClient.Mqtt5Publishes inbox =
        client.publishes(com.hivemq.client.mqtt.MqttGlobalPublishFilter.ALL)) {
      client.subscribeWith().topicFilter("scram/" + bits).qos(MqttQos.AT_LEAST_ONCE).send();
      for (int time = 0; time < 2; time++) {
        client.reauth();
        assertThat(outcome(scram)).isEqualTo("in again");
        client
            .publishWith()
            .topic("scram/" + bits)
            .qos(MqttQos.AT_LEAST_ONCE)
            .payload("still here".getBytes(UTF_8))
            .send();
        assertThat(inbox.receive(10, TimeUnit.SECONDS)).isPresent();
      }
    }
    broker.awaitLog("event=reauthenticated", "client_id=hive-" + bits);
    client.disconnect();
  }

  @ParameterizedTest
  @ValueSource(ints = {256, 512})
  void aForeignClientWithAWrongPasswordIsRefused(int bits) throws Exception {
    HiveMqScram scram = scram(bits, "battery staple");
    assertThatThrownBy(() -> hiveMq("wrong-" + bits, scram).connect())
        .isInstanceOf(Mqtt5ConnAckException.class);
    assertThat(outcome(scram)).startsWith("rejected: BAD_USER_NAME_OR_PASSWORD");
    assertThat(new AdminApi(broker).unauthorized("tcp", "127.0.0.1"))
        .anySatisfy(
            record ->
                assertThat(record)
                    .containsEntry("client_id", "wrong-" + bits)
                    .containsEntry("username", DEVICE.username())
                    .containsEntry("reason", "BAD_CREDENTIALS"));
  }

  @Test
  void thePasswordItselfServesAsBefore() {
    try (RawClient client = RawClient.open(broker.port("tcp"), MqttVersion.V3_1_1)) {
      assertThat(DEVICE.connect(client, MqttVersion.V3_1_1, "plain").code())
          .isEqualTo(ReasonCode.SUCCESS);
    }
  }

  private static Properties said(String method, byte[] data) {
    return Properties.builder()
        .add(Property.AUTHENTICATION_METHOD, method)
        .add(Property.AUTHENTICATION_DATA, data)
        .build();
  }

  private static Connect connect(String clientId, ScramClient scram) {
    return new Connect(
        MqttVersion.V5,
        clientId,
        true,
        60,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        said(scram.method(), scram.first()));
  }

  private static byte[] data(Properties properties) {
    return properties.binary(Property.AUTHENTICATION_DATA).orElseThrow();
  }

  private static RawClient behindProxy(String version) {
    RawClient client = RawClient.open(broker.port("behind"), MqttVersion.V5);
    client.send(ProxyHeaders.of(version, CLIENT, 40_071));
    return client;
  }

  /** Up to, and with, the client's proof. */
  private static void login(RawClient client, String clientId, ScramClient scram) {
    client.send(connect(clientId, scram));
    byte[] asked = data(client.receive(Auth.class).properties());
    client.send(
        new Auth(ReasonCode.CONTINUE_AUTHENTICATION, said(scram.method(), scram.answer(asked))));
  }

  // MQTT-4.12.0-2, MQTT-4.12.0-5
  @Test
  void behindAProxyTheClientsOwnAddressIsInTheSession() {
    try (RawClient client = behindProxy("v2")) {
      ScramClient scram = new ScramClient(256, DEVICE.username(), DEVICE.password());
      login(client, "behind", scram);
      Connack connack = client.receive(Connack.class);
      assertThat(connack.code()).isEqualTo(ReasonCode.SUCCESS);
      assertThat(connack.properties().string(Property.AUTHENTICATION_METHOD))
          .contains("SCRAM-SHA-256");
      assertThat(scram.isRight(data(connack.properties()))).isTrue();
      assertThat(new AdminApi(broker).session("behind"))
          .containsEntry("client_address", CLIENT)
          .containsEntry("username", DEVICE.username());
    }
  }

  // MQTT-4.12.0-4
  @ParameterizedTest
  @ValueSource(strings = {"v1", "v2"})
  void behindAProxyARefusalRecordsTheClientsOwnAddressAndWhoItClaimedToBe(String version) {
    for (String user : new String[] {DEVICE.username(), "nobody"}) {
      String clientId = "refused-" + version + "-" + user;
      try (RawClient client = behindProxy(version)) {
        login(client, clientId, new ScramClient(512, user, "battery staple"));
        assertThat(client.receive(Connack.class).code())
            .isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        assertThat(client.receive()).isNull();
      }
      assertThat(new AdminApi(broker).unauthorized("behind", CLIENT))
          .anySatisfy(
              record ->
                  assertThat(record)
                      .containsEntry("client_id", clientId)
                      .containsEntry("username", user)
                      .containsEntry("password_provided", false)
                      .containsEntry("reason", "BAD_CREDENTIALS"));
    }
    broker.awaitLog("event=refused client=" + CLIENT, " reason=BAD_CREDENTIALS ");
  }

  // MQTT-4.12.1-2
  @Test
  void aReauthenticationThatFailsEndsTheConnectionAndRecordsWhy() {
    try (RawClient client = behindProxy("v2")) {
      login(client, "again", new ScramClient(256, DEVICE.username(), DEVICE.password()));
      assertThat(client.receive(Connack.class).code()).isEqualTo(ReasonCode.SUCCESS);
      ScramClient wrong = new ScramClient(256, DEVICE.username(), "battery staple");
      client.send(new Auth(ReasonCode.REAUTHENTICATE, said(wrong.method(), wrong.first())));
      byte[] asked = data(client.receive(Auth.class).properties());
      client.send(
          new Auth(ReasonCode.CONTINUE_AUTHENTICATION, said(wrong.method(), wrong.answer(asked))));
      assertThat(client.receive(Disconnect.class).code()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
      assertThat(client.receive()).isNull();
    }
    broker.awaitLog("event=disconnected", "client_id=again", "reason=REAUTHENTICATION_FAILED");
    assertThat(new AdminApi(broker).unauthorized("behind", CLIENT))
        .anySatisfy(
            record ->
                assertThat(record)
                    .containsEntry("client_id", "again")
                    .containsEntry("reason", "BAD_CREDENTIALS"));
  }

  // MQTT-4.12.0-1
  @Test
  void aMethodThatIsNotServedIsRefused() {
    try (RawClient client = RawClient.open(broker.port("tcp"), MqttVersion.V5)) {
      assertThat(client.connect("sha1", true, said("SCRAM-SHA-1", new byte[0])).code())
          .isEqualTo(ReasonCode.BAD_AUTHENTICATION_METHOD);
    }
  }

  /** That nothing is left, the end of the class insists on. */
  @Test
  void clientsThatLeaveInTheMiddleLeaveNothingBehind() throws Exception {
    for (int i = 0; i < 100; i++) {
      try (RawClient client = RawClient.open(broker.port("tcp"), MqttVersion.V5)) {
        client.send(connect("hurried", new ScramClient(256, DEVICE.username(), "x")));
        if (i % 2 == 0) {
          client.receive(Auth.class);
        }
        client.socket().setSoLinger(true, 0); // Closing is a reset: the broker sees it at once.
      }
    }
  }

  @Test
  void packetsStaySmallUntilTheClientIsAccepted() {
    try (RawClient client = RawClient.open(broker.port("tcp"), MqttVersion.V5)) {
      client.send(connect("large", new ScramClient(256, DEVICE.username(), "x")));
      client.receive(Auth.class);
      client.sendHex("f0ffff03"); // AUTH with a remaining length of 65535
      assertThat(client.receive(Connack.class).code()).isEqualTo(ReasonCode.PACKET_TOO_LARGE);
    }
  }

  /** Not even one frame is gathered that is larger than a first packet may be. */
  @Test
  void packetsInFramesStaySmallUntilTheClientIsAccepted() throws Exception {
    Socket socket = new Socket("127.0.0.1", broker.port("ws"));
    try (RawClient client = RawClient.over(RawWebSocket.over(socket), MqttVersion.V5)) {
      client.send(connect("large-frame", new ScramClient(256, DEVICE.username(), "x")));
      client.receive(Auth.class);
      ByteArrayOutputStream half = new ByteArrayOutputStream();
      half.writeBytes(HexFormat.of().parseHex("82ff00000000000f424000000000")); // of a megabyte
      half.writeBytes(HexFormat.of().parseHex("f0d8fc3c")); // an AUTH of nearly as much
      half.writeBytes(new byte[100_000]);
      socket.getOutputStream().write(half.toByteArray());
      assertThat(client.receive(Connack.class).code()).isEqualTo(ReasonCode.PACKET_TOO_LARGE);
    }
    broker.awaitLog("event=refused", " listener=ws ", " reason=BAD_AUTH_EXCHANGE ");
  }

  @Test
  void overWebSocketAClientLogsInAndMaySendLargePacketsThen() throws Exception {
    Socket socket = new Socket("127.0.0.1", broker.port("ws"));
    try (RawClient client = RawClient.over(RawWebSocket.over(socket), MqttVersion.V5)) {
      login(client, "ws", new ScramClient(512, DEVICE.username(), DEVICE.password()));
      assertThat(client.receive(Connack.class).code()).isEqualTo(ReasonCode.SUCCESS);
      client.send(new Publish("a", 1, false, false, 1, new byte[500_000], Properties.NONE));
      assertThat(client.receive(Puback.class).packetId()).isEqualTo(1);
    }
  }
}
