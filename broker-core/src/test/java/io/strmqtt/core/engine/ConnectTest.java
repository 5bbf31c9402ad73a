package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static io.strmqtt.mqtt.packet.MqttVersion.V3_1;
import static io.strmqtt.mqtt.packet.MqttVersion.V3_1_1;
import static io.strmqtt.mqtt.packet.MqttVersion.V5;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Reason;
import io.strmqtt.api.admin.SessionView;
import io.strmqtt.conformance.Normative;
import io.strmqtt.core.Counters;
import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Pingreq;
import io.strmqtt.mqtt.packet.MqttPacket.Pingresp;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ConnectTest {
  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(
      v5 = {"MQTT-3.12.4-1", "MQTT-3.1.4-5"},
      v311 = {"MQTT-3.12.4-1", "MQTT-3.1.4-4"})
  void aFirstConnectIsAcceptedWithoutASessionPresent(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect(as("a").version(version));

      assertThat(client.connack().sessionPresent()).isFalse(); // 3.2.2-2
      client.send(new Pingreq());
      client.receive(Pingresp.class); // 3.12.4-1
      assertThat(broker.count(Counters.Event.CONNECTIONS_ACCEPTED)).isEqualTo(1);
      assertThat(broker.gauge("sessions")).isEqualTo(1);
    }
  }

  @Test
  @Normative(v5 = "MQTT-3.2.2-9")
  void theConnackAnnouncesTheLimitsOfTheServer() {
    try (EngineFixture broker =
        EngineFixture.start(
            o -> {
              o.limits.receiveMaximum = 7;
              o.limits.maxPacketSize = 5000;
              o.limits.maxConnectSize = 4000;
              o.limits.maxQos = 1;
              o.limits.retainAvailable = false;
              o.limits.topicAliasMaximum = 3;
              o.limits.wildcardAvailable = false;
              o.limits.sharedAvailable = false;
              o.limits.identifiersAvailable = false;
              o.limits.maxKeepAlive = 30;
              o.limits.maxSessionExpiry = 60;
            })) {
      Properties told = broker.connect(as("a").keepAlive(600).expiry(3600)).connack().properties();

      assertThat(told.number(Property.RECEIVE_MAXIMUM, -1)).isEqualTo(7);
      assertThat(told.number(Property.MAXIMUM_PACKET_SIZE, -1)).isEqualTo(5000);
      assertThat(told.number(Property.MAXIMUM_QOS, -1)).isEqualTo(1); // 3.2.2-9
      assertThat(told.number(Property.RETAIN_AVAILABLE, -1)).isZero();
      assertThat(told.number(Property.TOPIC_ALIAS_MAXIMUM, -1)).isEqualTo(3);
      assertThat(told.number(Property.WILDCARD_SUBSCRIPTION_AVAILABLE, -1)).isZero();
      assertThat(told.number(Property.SHARED_SUBSCRIPTION_AVAILABLE, -1)).isZero();
      assertThat(told.number(Property.SUBSCRIPTION_IDENTIFIER_AVAILABLE, -1)).isZero();
      assertThat(told.number(Property.SERVER_KEEP_ALIVE, -1)).isEqualTo(30); // 3.1.2-21
      assertThat(told.number(Property.SESSION_EXPIRY_INTERVAL, -1)).isEqualTo(60);
    }
  }

  @Test
  void whatIsUnlimitedIsNotAnnounced() {
    try (EngineFixture broker = EngineFixture.start()) {
      Properties told = broker.connect(as("a").keepAlive(600).expiry(9)).connack().properties();

      assertThat(told.has(Property.MAXIMUM_QOS)).isFalse();
      assertThat(told.has(Property.RETAIN_AVAILABLE)).isFalse();
      assertThat(told.has(Property.SERVER_KEEP_ALIVE)).isFalse(); // 3.2.2-22
      assertThat(told.has(Property.SESSION_EXPIRY_INTERVAL)).isFalse();
      assertThat(told.has(Property.ASSIGNED_CLIENT_IDENTIFIER)).isFalse();
    }
  }

  @Test
  @Normative(v5 = {"MQTT-3.1.3-6", "MQTT-3.1.3-7", "MQTT-3.2.2-16"})
  void anEmptyClientIdGetsAUniqueOneInMqtt5() {
    try (EngineFixture broker = EngineFixture.start()) {
      String first = assigned(broker.connect(as("")));
      String second = assigned(broker.connect(as("").resume()));

      assertThat(first).isNotEmpty().isNotEqualTo(second); // 3.1.3-6, 3.1.3-7, 3.2.2-16
      assertThat(broker.view().session(first)).isPresent();
    }
  }

  private static String assigned(TestClient client) {
    return client.connack().properties().string(Property.ASSIGNED_CLIENT_IDENTIFIER).orElseThrow();
  }

  @Test
  @Normative(v311 = "MQTT-3.1.3-6")
  void anEmptyClientIdIsAllowedWithCleanSessionIn311() {
    try (EngineFixture broker = EngineFixture.start()) {
      broker.connect(as("").version(V3_1_1)); // 3.1.1: 3.1.3-6
      broker.connect(as("").version(V3_1_1));
      assertThat(broker.gauge("sessions")).as("each has an id of its own").isEqualTo(2);
    }
  }

  @Test
  @Normative(
      v311 = {"MQTT-3.1.3-7", "MQTT-3.1.3-8", "MQTT-3.1.3-9", "MQTT-3.2.2-4", "MQTT-3.2.2-5"})
  void anEmptyClientIdWithoutCleanSessionIsRefusedBy311WithItsCode() {
    try (EngineFixture broker = EngineFixture.start()) {
      // 3.1.1: 3.1.3-8. The bytes: MQTT, level 4, flags 0, keep-alive 0, empty id.
      TestClient client = broker.open(as("").version(V3_1_1));
      client.sendHex("100c 00044d515454 04 00 0000 0000");

      Connack answer = client.receive(Connack.class);
      assertThat(answer.code()).isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
      assertThat(answer.sessionPresent()).isFalse(); // 3.1.1: 3.2.2-4
      assertThat(client.receiveClose()).isEqualTo(Reason.BAD_CLIENT_ID);
      assertThat(broker.count(Reason.BAD_CLIENT_ID)).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(value = MqttVersion.class, names = "V3_1", mode = EnumSource.Mode.EXCLUDE)
  @Normative(v5 = "MQTT-3.1.3-8", v311 = "MQTT-3.1.3-9")
  void emptyClientIdsAreRefusedWhereTheAdministratorWantsNone(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.emptyClientIds = false)) {
      TestClient client = broker.attempt(as("").version(version));
      Connack answer = client.receive(Connack.class);
      assertThat(answer.code()).isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
      assertThat(client.receiveClose()).isEqualTo(Reason.BAD_CLIENT_ID);
      broker.connect(as("a").version(version));
    }
  }

  @Test
  void anEmptyClientIdIsRefusedBy31() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.open(as("").version(V3_1));
      client.sendHex("100e 00064d5149736470 03 02 0000 0000");

      assertThat(client.receive(Connack.class).code())
          .isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
      assertThat(client.receiveClose()).isEqualTo(Reason.BAD_CLIENT_ID);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "10100004 4d515454 63 02 0000 0004 61626364", // MQTT, level 99
    "10100004 4d515455 04 02 0000 0004 61626364", // MQTU, level 4
  })
  void anUnknownProtocolOrLevelIsAnsweredAndClosed(String hex) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.open(as("a").version(V3_1_1));
      client.sendHex(hex);

      Object event = client.receiveAny();
      if (event instanceof Connack answer) {
        // 3.1.1: 3.1.2-2, 0x01
        assertThat(answer.code()).isEqualTo(ReasonCode.UNSUPPORTED_PROTOCOL_VERSION);
        client.receiveClose();
      }
      assertThat(broker.count(Reason.UNSUPPORTED_VERSION)).isEqualTo(1);
      assertThat(broker.gauge("unauthorized_clients")).isEqualTo(1);
    }
  }

  @Test
  void anythingBeforeConnectIsClosedWithoutAnAnswer() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.open(as("a"));
      client.sendHex("c000"); // PINGREQ; 3.1.0-1

      assertThat(client.receiveClose()).isEqualTo(Reason.NOT_CONNECT);
      assertThat(broker.count(Reason.NOT_CONNECT)).isEqualTo(1);
    }
  }

  @Test
  @Normative(
      v5 = {"MQTT-3.1.2-3", "MQTT-3.1.4-1"},
      v311 = {"MQTT-3.1.2-3", "MQTT-3.1.4-1"})
  void aMalformedConnectIsAnsweredTo5AndNotTo311() {
    try (EngineFixture broker = EngineFixture.start()) {
      // The reserved connect flag is set (3.1.2-3).
      TestClient v5 = broker.open(as("a"));
      v5.sendHex("100e 00044d515454 05 03 0000 00 0001 61");
      assertThat(v5.receive(Connack.class).code()).isEqualTo(ReasonCode.MALFORMED_PACKET);
      assertThat(v5.receiveClose()).isEqualTo(Reason.MALFORMED_CONNECT);

      TestClient v4 = broker.open(as("a").version(V3_1_1));
      v4.sendHex("100d 00044d515454 04 03 0000 0001 61");
      assertThat(v4.receiveClose()).isEqualTo(Reason.MALFORMED_CONNECT); // 3.1.1: 3.1.4-1
    }
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(v5 = "MQTT-3.1.0-2", v311 = "MQTT-3.1.0-2")
  void aSecondConnectEndsTheConnection(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start()) {
      ConnectOptions options = as("a").version(version);
      TestClient client = broker.connect(options);
      client.send(options.packet()); // 3.1.0-2

      Reason reason =
          version == V5
              ? client.receiveDisconnect(ReasonCode.PROTOCOL_ERROR)
              : client.receiveClose();
      assertThat(reason).isEqualTo(Reason.PROTOCOL_ERROR);
    }
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(
      v5 = {"MQTT-3.3.1-4", "MQTT-4.13.1-1", "MQTT-4.13.2-1"},
      v311 = {"MQTT-3.3.1-4", "MQTT-4.8.0-1"})
  void malformedPacketsAreAnsweredWithDisconnectIn5Only(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect(as("a").version(version));
      client.sendHex("3600"); // PUBLISH with QoS 3 (3.3.1-4)

      Reason reason =
          version == V5
              ? client.receiveDisconnect(ReasonCode.MALFORMED_PACKET)
              : client.receiveClose();
      assertThat(reason).isEqualTo(Reason.MALFORMED_PACKET); // 4.13.1-1
    }
  }

  @Test
  @Normative(v5 = "MQTT-3.2.2-15")
  void aPacketOverTheServersMaximumIsRefused() {
    try (EngineFixture broker =
        EngineFixture.start(
            o -> {
              o.limits.maxPacketSize = 200;
              o.limits.maxConnectSize = 200;
            })) {
      TestClient client = broker.connect("a");
      client.publish("t", "x".repeat(300)); // 3.2.2-15

      assertThat(client.receiveDisconnect(ReasonCode.PACKET_TOO_LARGE))
          .isEqualTo(Reason.PACKET_TOO_LARGE);
    }
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(v5 = "MQTT-3.1.4-6", v311 = "MQTT-3.1.4-5")
  void whatFollowsARefusedConnectIsIgnored(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxConnections = 1)) {
      TestClient subscriber = broker.connect("s").subscribe("#", 0);
      TestClient client =
          broker
              .open(as("a").version(version))
              .send(
                  as("a").version(version).packet(),
                  TestClient.publication("t", "x", 0, false, 0, Properties.NONE)); // 3.1.4-6

      assertThat(client.receive(Connack.class).code())
          .isEqualTo(version == V5 ? ReasonCode.SERVER_BUSY : ReasonCode.SERVER_UNAVAILABLE);
      assertThat(client.receiveClose()).isEqualTo(Reason.CONNECTION_LIMIT);
      subscriber.receiveNothing();
    }
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(v5 = "MQTT-3.2.0-1", v311 = "MQTT-3.2.0-1")
  void packetsBehindConnectInTheSameReadAreHandledAfterConnack(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client =
          broker
              .open(as("a").version(version))
              .send(
                  as("a").version(version).packet(),
                  new Pingreq(),
                  TestClient.publication("t", "x", 1, false, 9, Properties.NONE));

      client.expectConnack(); // 3.2.0-1
      client.receive(Pingresp.class);
      assertThat(client.receive(io.strmqtt.mqtt.packet.MqttPacket.Puback.class).packetId())
          .isEqualTo(9);
    }
  }

  @Test
  void silenceBeforeConnectEndsWithItsName() {
    try (EngineFixture broker =
        EngineFixture.start(o -> o.limits.connectTimeout = Duration.ofSeconds(5))) {
      TestClient client = broker.open(as("a"));
      broker.pass(Duration.ofSeconds(4));
      client.receiveNothing();
      broker.pass(Duration.ofSeconds(2));

      assertThat(client.receiveClose()).isEqualTo(Reason.CONNECT_TIMEOUT);
      assertThat(broker.count(Reason.CONNECT_TIMEOUT)).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(
      v5 = {"MQTT-3.1.2-22", "MQTT-3.2.2-22"},
      v311 = "MQTT-3.1.2-24")
  void aClientIsClosedAfterOneAndAHalfKeepAlives(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient watcher = broker.connect("w").subscribe("will", 0);
      TestClient client =
          broker.connect(as("a").version(version).keepAlive(10).will("will", "gone"));
      broker.pass(Duration.ofMillis(14_900));
      client.send(new Pingreq());
      client.receive(Pingresp.class);
      broker.pass(Duration.ofMillis(14_900));
      client.receiveNothing();
      broker.pass(Duration.ofMillis(600)); // 3.1.2-22

      Reason reason =
          version == V5
              ? client.receiveDisconnect(ReasonCode.KEEP_ALIVE_TIMEOUT)
              : client.receiveClose();
      assertThat(reason).isEqualTo(Reason.KEEP_ALIVE_TIMEOUT);
      watcher.receivePublish("gone");
    }
  }

  @Test
  void withoutKeepAliveAClientMayBeSilentForEver() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect(as("a").keepAlive(0));
      broker.pass(Duration.ofHours(2));
      client.receiveNothing();
    }
  }

  @Test
  @Normative(v5 = {"MQTT-3.1.2-21", "MQTT-3.2.2-21"})
  void theServersKeepAliveCountsForMqtt5() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxKeepAlive = 10)) {
      TestClient client = broker.connect(as("a").keepAlive(0));
      broker.pass(Duration.ofSeconds(16));
      client.receiveDisconnect(ReasonCode.KEEP_ALIVE_TIMEOUT);
    }
  }

  @Test
  void whatTheServerSendsDoesNotKeepTheConnectionAlive() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect(as("a").keepAlive(4)).subscribe("t", 0);
      TestClient other = broker.connect("b");
      broker.pass(Duration.ofSeconds(4));
      other.publish("t", "x");
      client.receivePublish("x");
      broker.pass(Duration.ofMillis(2500));
      client.receiveDisconnect(ReasonCode.KEEP_ALIVE_TIMEOUT);
    }
  }

  @Test
  void theSessionRecordShowsWhoIsThere() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect(as("a").keepAlive(30).expiry(100));
      client.subscribe("x/#", 1);
      SessionView view = broker.view().session("a").orElseThrow();

      assertThat(view.session().connected()).isTrue();
      assertThat(view.session().keepAlive()).isEqualTo(30);
      assertThat(view.session().expiryInterval()).isEqualTo(100);
      assertThat(view.session().endpoint().listener()).isEqualTo("test");
      assertThat(view.subscriptions()).extracting("filter").containsExactly("x/#");

      client.disconnect();
      view = broker.view().session("a").orElseThrow();
      assertThat(view.session().connected()).isFalse();
      assertThat(view.session().disconnectReason()).contains(Reason.CLIENT_DISCONNECT);
    }
  }
}
