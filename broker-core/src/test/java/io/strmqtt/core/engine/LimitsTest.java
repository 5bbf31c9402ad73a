package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static io.strmqtt.mqtt.packet.MqttVersion.V3_1_1;
import static io.strmqtt.mqtt.packet.MqttVersion.V5;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Reason;
import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Disconnect;
import io.strmqtt.mqtt.packet.MqttPacket.Puback;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrec;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is configured is announced where MQTT 5 has a property for it, and enforced either way. */
class LimitsTest {
  private static Subscribe.Request request(String filter) {
    return new Subscribe.Request(filter, 0, false, false, 0);
  }

  @Test
  void oneConnectionMoreThanAllowedIsToldThatTheServerIsBusy() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxConnections = 2)) {
      broker.connect(as("a"));
      TestClient b = broker.connect(as("b").version(V3_1_1));
      TestClient five = broker.attempt(as("c"));
      assertThat(five.receive(Connack.class).code()).isEqualTo(ReasonCode.SERVER_BUSY);
      assertThat(five.receiveClose()).isEqualTo(Reason.CONNECTION_LIMIT);
      TestClient three = broker.attempt(as("d").version(V3_1_1));
      assertThat(three.receive(Connack.class).code()).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);
      assertThat(three.receiveClose()).isEqualTo(Reason.CONNECTION_LIMIT);
      b.disconnect();
      broker.connect(as("e"));
    }
  }

  @Test
  void aClientWithoutASessionIsRefusedWhenThereAreAsManyAsMayBe() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxSessions = 2)) {
      TestClient kept = broker.connect(as("kept").resume().expiry(100));
      broker.connect(as("a"));
      TestClient five = broker.attempt(as("c"));
      assertThat(five.receive(Connack.class).code()).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
      assertThat(five.receiveClose()).isEqualTo(Reason.SESSION_LIMIT);
      TestClient three = broker.attempt(as("d").version(V3_1_1));
      assertThat(three.receive(Connack.class).code()).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);
      assertThat(three.receiveClose()).isEqualTo(Reason.SESSION_LIMIT);

      kept.drop();
      TestClient late = broker.attempt(as("c"));
      late.receive(Connack.class);
      assertThat(late.receiveClose()).isEqualTo(Reason.SESSION_LIMIT);
      broker.connect(as("kept").resume().expiry(100));
      TestClient over = broker.connect(as("a")); // Takes over.
      over.disconnect();
      broker.connect(as("c"));
    }
  }

  @Test
  void aDeletedSessionIsGoneWithItsConnectionAndItsWillIsPublished() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient watcher = broker.connect("w").subscribe("will", 0);
      TestClient kept = broker.connect(as("kept").resume().expiry(100).will("will", "gone", 50));
      kept.subscribe("t", 1);
      assertThat(delete(broker, "kept")).isTrue();
      assertThat(kept.receive(Disconnect.class).code()).isEqualTo(ReasonCode.ADMINISTRATIVE_ACTION);
      assertThat(kept.receiveClose()).isEqualTo(Reason.ADMINISTRATIVE);
      watcher.receivePublish("gone");
      assertThat(delete(broker, "kept")).isFalse();
      assertThat(broker.view().session("kept")).isEmpty();

      TestClient absent = broker.connect(as("absent").version(V3_1_1).resume());
      absent.subscribe("t", 1);
      absent.drop();
      watcher.publish("t", "waits", 1);
      assertThat(broker.gauge("queued_messages")).isEqualTo(1);
      assertThat(delete(broker, "absent")).isTrue();
      assertThat(broker.gauge("queued_messages")).isZero();
      assertThat(broker.connect(as("absent").version(V3_1_1).resume()).connack().sessionPresent())
          .isFalse();
    }
  }

  private static boolean delete(EngineFixture broker, String clientId) {
    CompletableFuture<Boolean> done = broker.view().deleteSession(clientId).toCompletableFuture();
    broker.loops().settle();
    return done.join();
  }

  @ParameterizedTest
  @CsvSource({"0, 30", "31, 30", "30, -1", "5, -1"})
  void aLongerKeepAliveOrNoneBecomesTheServersForMqtt5(int asked, int told) {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxKeepAlive = 30)) {
      TestClient client = broker.connect(as("a").keepAlive(asked));
      assertThat(client.connack().properties().number(Property.SERVER_KEEP_ALIVE, -1))
          .isEqualTo(told);
      broker.pass(Duration.ofSeconds(46));
      assertThat(client.receiveDisconnect(ReasonCode.KEEP_ALIVE_TIMEOUT)) // MQTT-3.1.2-21
          .isEqualTo(Reason.KEEP_ALIVE_TIMEOUT);
    }
  }

  @Test
  void qosRetainAndTopicLevelsAreEnforcedAgainst311WhichCannotBeToldThem() {
    try (EngineFixture broker =
        EngineFixture.start(
            o -> {
              o.limits.maxQos = 1;
              o.limits.retainAvailable = false;
              o.limits.maxTopicLevels = 2;
            })) {
      TestClient watcher = broker.connect("w").subscribe("#", 1);
      TestClient qos = broker.connect(as("a").version(V3_1_1));
      qos.send(TestClient.publication("t", "x", 2, false, 5, Properties.NONE));
      assertThat(qos.receiveClose()).isEqualTo(Reason.QOS_NOT_SUPPORTED);
      TestClient retain = broker.connect(as("b").version(V3_1_1));
      retain.retain("t", "x");
      assertThat(retain.receiveClose()).isEqualTo(Reason.RETAIN_NOT_SUPPORTED);
      TestClient levels = broker.connect(as("c").version(V3_1_1));
      assertThat(levels.askFor(0, request("1/2"), request("1/2/3")).codes())
          .containsExactly(ReasonCode.SUCCESS, ReasonCode.UNSPECIFIED_ERROR);
      levels.publish("1/2/3", "x");
      assertThat(levels.receiveClose()).isEqualTo(Reason.TOPIC_INVALID);
      watcher.receiveNothing();
    }
  }

  @ParameterizedTest
  @EnumSource
  void theWindowOfASessionIsTheBrokersOwnWhateverTheClientTakes(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxInFlight = 3)) {
      TestClient client = broker.connect(as("a").version(version)).subscribe("t", 1);
      TestClient publisher = broker.connect("p");
      for (int i = 0; i < 5; i++) {
        publisher.publish("t", String.valueOf(i), 1);
      }
      Publish first = client.receivePublish("0");
      client.receivePublish("1");
      client.receivePublish("2");
      client.receiveNothing();
      client.puback(first);
      client.receivePublish("3");
      client.receiveNothing();
    }
  }

  @Test
  void a311ClientCannotBeToldSoItsOwnKeepAliveCounts() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxKeepAlive = 30)) {
      TestClient none = broker.connect(as("a").version(V3_1_1));
      TestClient longer = broker.connect(as("b").version(V3_1_1).keepAlive(600));
      broker.pass(Duration.ofSeconds(899));
      longer.receiveNothing();
      broker.pass(Duration.ofSeconds(3));
      assertThat(longer.receiveClose()).isEqualTo(Reason.KEEP_ALIVE_TIMEOUT);
      broker.pass(Duration.ofHours(100));
      none.receiveNothing();
    }
  }

  @Test
  void filtersBeyondThoseOfOnePacketAreRefused() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxFiltersPerPacket = 2)) {
      TestClient five = broker.connect("a");
      assertThat(five.askFor(0, request("1"), request("2"), request("3"), request("1")).codes())
          .containsExactly(
              ReasonCode.SUCCESS,
              ReasonCode.SUCCESS,
              ReasonCode.QUOTA_EXCEEDED,
              ReasonCode.QUOTA_EXCEEDED);
      TestClient three = broker.connect(as("b").version(V3_1_1));
      assertThat(three.askFor(0, request("1"), request("2"), request("3")).codes())
          .containsExactly(ReasonCode.SUCCESS, ReasonCode.SUCCESS, ReasonCode.UNSPECIFIED_ERROR);
      five.publish("3", "nobody");
      five.receiveNothing();
      assertThat(broker.gauge("subscriptions")).isEqualTo(4);
    }
  }

  @ParameterizedTest
  @EnumSource
  void thousandsOfFiltersInOnePacketAreAllAnswered(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxSubscriptions = 5000)) {
      List<Subscribe.Request> all = new ArrayList<>();
      for (int i = 0; i < 6000; i++) {
        all.add(request("f/" + i));
      }
      List<ReasonCode> codes =
          broker
              .connect(as("a").version(version))
              .askFor(0, all.toArray(Subscribe.Request[]::new))
              .codes();
      assertThat(codes).hasSize(6000);
      assertThat(Collections.frequency(codes, ReasonCode.SUCCESS)).isEqualTo(5000);
      assertThat(broker.gauge("subscriptions")).isEqualTo(5000);
    }
  }

  @Test
  void subscriptionIdentifiersThatAreNotOfferedEndTheConnection() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.identifiersAvailable = false)) {
      TestClient client = broker.connect("a");
      assertThat(
              client.connack().properties().number(Property.SUBSCRIPTION_IDENTIFIER_AVAILABLE, -1))
          .isZero();
      client.subscribe("a", 1);
      client.send(
          new Subscribe(
              9,
              List.of(request("b")),
              Properties.builder().add(Property.SUBSCRIPTION_IDENTIFIER, 5).build()));
      assertThat(client.receiveDisconnect(ReasonCode.SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED))
          .isEqualTo(Reason.PROTOCOL_ERROR);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "a/+, WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED",
    "#, WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED",
    "$share/g/a, SHARED_SUBSCRIPTIONS_NOT_SUPPORTED",
    "$share/g/#, SHARED_SUBSCRIPTIONS_NOT_SUPPORTED"
  })
  void filtersOfAKindThatIsNotOfferedEndTheConnectionAndAreRefusedTo311(
      String filter, ReasonCode code) {
    try (EngineFixture broker =
        EngineFixture.start(
            o -> {
              o.limits.wildcardAvailable = false;
              o.limits.sharedAvailable = false;
            })) {
      TestClient five = broker.connect("a").subscribe("a", 0);
      five.send(new Subscribe(9, List.of(request("b"), request(filter)), Properties.NONE));
      assertThat(five.receiveDisconnect(code)).isEqualTo(Reason.PROTOCOL_ERROR); // 4.13.1-1
      TestClient three = broker.connect(as("b").version(V3_1_1));
      assertThat(three.askFor(0, request("b"), request(filter)).codes())
          .containsExactly(ReasonCode.SUCCESS, ReasonCode.UNSPECIFIED_ERROR);
      assertThat(broker.gauge("subscriptions")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theFirstPacketMayBeSmallerThanThoseOfAnAcceptedClient(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxConnectSize = 200)) {
      TestClient large = broker.attempt(as("a").version(version).will("t", "x".repeat(200)));
      assertThat(large.receiveClose()).isEqualTo(Reason.CONNECT_TOO_LARGE);
      TestClient small = broker.connect(as("b").version(version)).subscribe("t", 0);
      small.publish("t", "x".repeat(200));
      small.receivePublish("x".repeat(200));
    }
  }

  @Test
  void aDisconnectCannotAskForMoreThanTheMaximumSessionExpiry() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxSessionExpiry = 60)) {
      broker
          .connect(as("a").expiry(10))
          .disconnect(
              ReasonCode.SUCCESS,
              Properties.builder().add(Property.SESSION_EXPIRY_INTERVAL, 3600).build());
      broker.pass(Duration.ofSeconds(59));
      assertThat(broker.gauge("sessions")).isEqualTo(1);
      broker.pass(Duration.ofSeconds(2));
      assertThat(broker.gauge("sessions")).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"V3_1_1", "V5"})
  void anEmptyClientIdMayBeForbidden(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.emptyClientIds = false)) {
      TestClient client = broker.attempt(as("").version(version));
      assertThat(client.receive(Connack.class).code())
          .isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID); // 3.1.3-8
      assertThat(client.receiveClose()).isEqualTo(Reason.BAD_CLIENT_ID);
    }
  }

  @Test
  void aSessionExpiryAboveTheMaximumIsLoweredForBothVersions() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxSessionExpiry = 60)) {
      TestClient five = broker.connect(as("a").resume().expiry(3600));
      assertThat(five.connack().properties().number(Property.SESSION_EXPIRY_INTERVAL, -1))
          .isEqualTo(60);
      five.drop();
      broker.connect(as("b").resume().version(V3_1_1)).drop();
      broker.pass(Duration.ofSeconds(59));
      assertThat(broker.gauge("sessions")).isEqualTo(2);
      broker.pass(Duration.ofSeconds(2));
      assertThat(broker.gauge("sessions")).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void aPayloadThatIsNotTheUtf8ItIsSaidToBeIsRefused(int qos) {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.validatePayloadFormat = true)) {
      TestClient watcher = broker.connect("w").subscribe("t", 2);
      TestClient client = broker.connect("a");
      for (byte[] good : List.of(new byte[0], new byte[] {0}, utf8("grüße \uD83D\uDE00"))) {
        client.publish("t", new String(good, StandardCharsets.UTF_8), qos, false, text());
        assertThat(watcher.receivePublish().payload()).isEqualTo(good);
      }
      byte[] overlong = {(byte) 0xC0, (byte) 0x80};
      client.publish("t", "no indicator", qos);
      watcher.receivePublish("no indicator");
      client.send(new Publish("t", qos, false, false, qos == 0 ? 0 : 70, overlong, text()));

      switch (qos) {
        case 0 ->
            assertThat(client.receiveDisconnect(ReasonCode.PAYLOAD_FORMAT_INVALID))
                .isEqualTo(Reason.PAYLOAD_FORMAT_INVALID);
        case 1 ->
            assertThat(client.receive(Puback.class).code())
                .isEqualTo(ReasonCode.PAYLOAD_FORMAT_INVALID);
        default -> {
          assertThat(client.receive(Pubrec.class).code())
              .isEqualTo(ReasonCode.PAYLOAD_FORMAT_INVALID);
          client.send(TestClient.publication("t", "again", 2, false, 70, Properties.NONE));
          assertThat(client.receive(Pubrec.class).code()).isEqualTo(ReasonCode.SUCCESS);
          watcher.receivePublish("again");
        }
      }
      watcher.receiveNothing();
      assertThat(broker.count(Reason.PAYLOAD_FORMAT_INVALID)).isEqualTo(1);
    }
  }

  @Test
  void theFormatIsNobodysBusinessUnlessAskedFor() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect("a").subscribe("t", 0);
      client.send(new Publish("t", 0, false, false, 0, new byte[] {(byte) 0xFF}, text()));
      assertThat(client.receivePublish().properties().number(Property.PAYLOAD_FORMAT_INDICATOR, -1))
          .isEqualTo(1); // MQTT-3.3.2-4
    }
  }

  @Test
  void aWillThatIsNotTheUtf8ItIsSaidToBeIsRefused() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.validatePayloadFormat = true)) {
      MqttPacket.Connect connect = as("a").will("t", "x", 0, false, text()).packet();
      MqttPacket.Will bad = new MqttPacket.Will("t", new byte[] {(byte) 0xFF}, 0, false, text());
      TestClient client = broker.open(as("a"));
      client.send(
          new MqttPacket.Connect(
              V5,
              connect.clientId(),
              true,
              0,
              Optional.of(bad),
              connect.username(),
              connect.password(),
              Properties.NONE));
      assertThat(client.receive(Connack.class).code()).isEqualTo(ReasonCode.PAYLOAD_FORMAT_INVALID);
      assertThat(client.receiveClose()).isEqualTo(Reason.WILL_REFUSED);
      broker.connect(as("b").will("t", "fine", 0, false, text()));
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Properties text() {
    return Properties.builder().add(Property.PAYLOAD_FORMAT_INDICATOR, 1).build();
  }

  /** What was retained before is not the latest any more: better none than that. */
  @Test
  void aValueThatCannotBeRetainedLeavesNoneBehindForWhoCannotBeTold() {
    try (EngineFixture broker =
        EngineFixture.start(
            o -> {
              o.limits.maxPacketSize = 4 << 20;
              o.storage = memory -> Stores.memory(Map.of("retained_max_bytes", 1 << 20));
            })) {
      TestClient three = broker.connect(as("three").version(V3_1_1));
      three.retain("t", "old");
      three.publish("t", "x".repeat(2 << 20), 1, true, Properties.NONE);
      assertThat(broker.gauge("retained")).isZero();
      TestClient five = broker.connect("five");
      five.retain("t", "old");
      five.send(TestClient.publication("t", "x".repeat(2 << 20), 1, true, 101, Properties.NONE));
      assertThat(five.receive(Puback.class).code()).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
      assertThat(broker.gauge("retained")).isEqualTo(1);
    }
  }

  @Test
  void whatCannotBeRetainedIsGivenBackWhereTheVersionHasAWordForIt() {
    try (EngineFixture broker =
        EngineFixture.start(o -> o.storage = memory -> Stores.memory(Map.of("retained_max", 1)))) {
      TestClient watcher = broker.connect("w").subscribe("t/#", 2);
      TestClient five = broker.connect("five");
      TestClient three = broker.connect(as("three").version(V3_1_1));
      five.retain("t/0", "kept");
      watcher.receivePublish("kept");

      five.send(TestClient.publication("t/1", "1", 1, true, 101, Properties.NONE));
      assertThat(five.receive(Puback.class).code()).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
      five.send(TestClient.publication("t/2", "2", 2, true, 102, Properties.NONE));
      assertThat(five.receive(Pubrec.class).code()).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
      watcher.receiveNothing();
      five.send(TestClient.publication("t/2", "not retained", 2, false, 102, Properties.NONE));
      assertThat(five.receive(Pubrec.class).code()).isEqualTo(ReasonCode.SUCCESS);
      watcher.receivePublish("not retained");

      five.retain("t/3", "3");
      watcher.receivePublish("3");
      three.publish("t/4", "4", 1, true, Properties.NONE);
      watcher.receivePublish("4");
      five.publish("t/0", "replaced", 1, true, Properties.NONE);
      watcher.receivePublish("replaced");
      assertThat(broker.gauge("retained")).isEqualTo(1);
      assertThat(broker.count(Reason.RETAINED_LIMIT)).isEqualTo(4);
    }
  }

  @Test
  void responseInformationIsToldToThoseWhoAsk() {
    try (EngineFixture broker =
        EngineFixture.start(o -> o.limits.responseInformation = "re/%u/%c/100%")) {
      TestClient asks =
          broker.connect(
              as("a").username("ann").property(Property.REQUEST_RESPONSE_INFORMATION, 1));
      assertThat(asks.connack().properties().string(Property.RESPONSE_INFORMATION))
          .contains("re/ann/a/100%");
      TestClient no = broker.connect(as("b").property(Property.REQUEST_RESPONSE_INFORMATION, 0));
      assertThat(no.connack().properties().has(Property.RESPONSE_INFORMATION)).isFalse();
      assertThat(broker.connect("c").connack().properties().has(Property.RESPONSE_INFORMATION))
          .isFalse(); // MQTT-3.1.2-28
    }
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient asks = broker.connect(as("a").property(Property.REQUEST_RESPONSE_INFORMATION, 1));
      assertThat(asks.connack().properties().has(Property.RESPONSE_INFORMATION)).isFalse();
    }
  }

  /**
   * CONNACK with receive maximum and maximum packet size has 13 bytes, the topic alias maximum
   * takes three, the response information 103.
   */
  @ParameterizedTest
  @CsvSource({"119, true, true", "118, false, true", "16, false, true", "13, false, false"})
  void connackLeavesOutHintsThatWouldMakeItTooLarge(int takes, boolean response, boolean aliases) {
    try (EngineFixture broker =
        EngineFixture.start(o -> o.limits.responseInformation = "x".repeat(100))) {
      Properties told =
          broker
              .connect(
                  as("a")
                      .property(Property.REQUEST_RESPONSE_INFORMATION, 1)
                      .property(Property.MAXIMUM_PACKET_SIZE, takes))
              .connack()
              .properties();
      assertThat(told.has(Property.RESPONSE_INFORMATION)).isEqualTo(response);
      assertThat(told.has(Property.TOPIC_ALIAS_MAXIMUM)).isEqualTo(aliases);
      assertThat(told.has(Property.RECEIVE_MAXIMUM)).isTrue(); // MQTT-3.1.2-24
    }
  }

  @ParameterizedTest
  @CsvSource({"12, true", "5, true", "4, false", "1, false"})
  void aClientThatTakesNoConnackIsNotLetIn(int takes, boolean told) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.attempt(as("a").property(Property.MAXIMUM_PACKET_SIZE, takes));
      if (told) {
        assertThat(client.receive(Connack.class).code()).isEqualTo(ReasonCode.PACKET_TOO_LARGE);
      }
      assertThat(client.receiveClose()).isEqualTo(Reason.CONNACK_TOO_LARGE); // MQTT-3.1.2-24
      assertThat(broker.gauge("sessions")).isZero();
      assertThat(broker.view().unauthorized(Optional.empty(), 5).items())
          .singleElement()
          .satisfies(r -> assertThat(r.last().reason()).isEqualTo(Reason.CONNACK_TOO_LARGE));
    }
  }
}
