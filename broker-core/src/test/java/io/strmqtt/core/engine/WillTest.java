package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static io.strmqtt.mqtt.packet.MqttVersion.V3_1_1;
import static io.strmqtt.mqtt.packet.MqttVersion.V5;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.Reason;
import io.strmqtt.api.auth.Authorizer;
import io.strmqtt.conformance.Normative;
import io.strmqtt.core.Counters;
import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class WillTest {
  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(
      v5 = {"MQTT-3.1.2-7", "MQTT-3.1.2-8"},
      v311 = "MQTT-3.1.2-8")
  void aLostConnectionPublishesTheWill(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient watcher = broker.connect("w").subscribe("will/#", 2);
      broker.connect(as("a").version(version).will("will/a", "gone")).drop(); // 3.1.2-8

      assertThat(watcher.receivePublish("gone").topic()).isEqualTo("will/a");
      assertThat(broker.count(Counters.Event.WILLS_PUBLISHED)).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(
      v5 = {"MQTT-3.1.2-10", "MQTT-3.14.4-3"},
      v311 = {"MQTT-3.1.2-10", "MQTT-3.14.4-3"})
  void disconnectDiscardsTheWill(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient watcher = broker.connect("w").subscribe("will/#", 0);
      broker.connect(as("a").version(version).will("will/a", "gone")).disconnect();

      watcher.receiveNothing(); // 3.1.2-10, 3.14.4-3
    }
  }

  @Test
  @Normative(v5 = "MQTT-3.14.4-3")
  void disconnectWithWillPublishesIt() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient watcher = broker.connect("w").subscribe("will/#", 0);
      broker
          .connect(as("a").will("will/a", "gone"))
          .disconnect(ReasonCode.DISCONNECT_WITH_WILL, Properties.NONE);

      watcher.receivePublish("gone"); // 3.14.4-3
      assertThat(broker.count(Reason.CLIENT_DISCONNECT_WITH_WILL)).isEqualTo(1);
    }
  }

  @Test
  void aProtocolErrorPublishesTheWill() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient watcher = broker.connect("w").subscribe("will/#", 0);
      broker.connect(as("a").will("will/a", "gone")).sendHex("3600");
      watcher.receivePublish("gone");
    }
  }

  @Test
  @Normative(v5 = "MQTT-3.1.2-8")
  void theWillWaitsForItsDelay() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient watcher = broker.connect("w").subscribe("will/#", 0);
      broker.connect(as("a").expiry(100).will("will/a", "gone", 10)).drop();

      broker.pass(Duration.ofMillis(9_900));
      watcher.receiveNothing();
      broker.pass(Duration.ofMillis(600));
      watcher.receivePublish("gone");
      broker.pass(Duration.ofSeconds(200));
      watcher.receiveNothing();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  @Normative(v5 = {"MQTT-3.1.2-8", "MQTT-3.1.3-9"})
  void aClientThatComesBackWithinTheDelayCancelsTheWill(int loop) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient watcher = broker.connect("w").subscribe("will/#", 0);
      broker.connect(as("a").expiry(100).will("will/a", "gone", 10)).drop();
      broker.pass(Duration.ofSeconds(5));
      TestClient back = broker.connect(as("a").resume().expiry(100).loop(loop));
      broker.pass(Duration.ofSeconds(20));

      watcher.receiveNothing(); // 3.1.3-9
      back.drop();
      broker.pass(Duration.ofSeconds(200));
      watcher.receiveNothing();
    }
  }

  @Test
  @Normative(v5 = "MQTT-3.1.2-8")
  void theEndOfTheSessionComesBeforeTheDelay() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient watcher = broker.connect("w").subscribe("will/#", 0);
      broker.connect(as("a").expiry(5).will("will/a", "gone", 100)).drop();
      broker.pass(Duration.ofSeconds(4));
      watcher.receiveNothing();
      broker.pass(Duration.ofSeconds(2));
      watcher.receivePublish("gone"); // 3.1.2-8
    }
  }

  @Test
  void aSessionWithoutExpiryPublishesItsDelayedWillAtOnce() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient watcher = broker.connect("w").subscribe("will/#", 0);
      broker.connect(as("a").will("will/a", "gone", 100)).drop();
      watcher.receivePublish("gone");
    }
  }

  @Test
  void cleanStartEndsTheSessionAndSoPublishesADelayedWill() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient watcher = broker.connect("w").subscribe("will/#", 0);
      broker.connect(as("a").expiry(100).will("will/a", "gone", 50)).drop();
      watcher.receiveNothing();
      broker.connect(as("a"));
      watcher.receivePublish("gone");
    }
  }

  @Test
  void aTakeoverPublishesAWillWithoutDelay() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient watcher = broker.connect("w").subscribe("will/#", 0);
      broker.connect(as("a").expiry(100).will("will/a", "gone"));
      broker.connect(as("a").resume().expiry(100).loop(1));
      watcher.receivePublish("gone");
    }
  }

  @Test
  @Normative(v5 = "MQTT-3.1.3-9")
  void aTakeoverCancelsADelayedWill() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient watcher = broker.connect("w").subscribe("will/#", 0);
      broker.connect(as("a").expiry(100).will("will/a", "gone", 1));
      broker.connect(as("a").resume().expiry(100).loop(1));
      broker.pass(Duration.ofSeconds(10));
      watcher.receiveNothing(); // 3.1.3-9
    }
  }

  @Test
  void theWillOfTheLastConnectionCounts() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient watcher = broker.connect("w").subscribe("will/#", 0);
      broker.connect(as("a").expiry(100).will("will/a", "old")).disconnect();
      broker.connect(as("a").resume().expiry(100).will("will/a", "new")).drop();
      watcher.receivePublish("new");
      watcher.receiveNothing();
    }
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  @Normative(v5 = "MQTT-3.1.2-15", v311 = "MQTT-3.1.2-17")
  void aRetainedWillIsKept(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient live = broker.connect("w").subscribe("will/#", 1);
      broker
          .connect(as("a").version(version).will("will/a", "gone", 1, true, Properties.NONE))
          .drop();

      assertThat(live.receivePublish("gone").retain()).isFalse();
      Publish late = broker.connect("late").subscribe("will/#", 1).receivePublish("gone");
      assertThat(late.retain()).isTrue(); // 3.1.2-15
      assertThat(late.qos()).isEqualTo(1);
    }
  }

  @Test
  @Normative(v5 = "MQTT-3.1.3-10")
  void theWillsPropertiesTravelWithItAndItsDelayDoesNot() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient watcher = broker.connect("w").subscribe("will/#", 0);
      Properties properties =
          Properties.builder()
              .add(Property.WILL_DELAY_INTERVAL, 5)
              .add(Property.MESSAGE_EXPIRY_INTERVAL, 60)
              .add(Property.CONTENT_TYPE, "text/plain")
              .addUser("k", "1")
              .addUser("b", "2")
              .addUser("k", "3")
              .build();
      broker.connect(as("a").expiry(100).will("will/a", "gone", 0, false, properties)).drop();
      broker.pass(Duration.ofSeconds(6));

      Properties got = watcher.receivePublish("gone").properties();
      assertThat(got.string(Property.CONTENT_TYPE)).contains("text/plain");
      assertThat(got.number(Property.MESSAGE_EXPIRY_INTERVAL, -1))
          .as("runs from the publication of the will")
          .isEqualTo(60);
      assertThat(got.has(Property.WILL_DELAY_INTERVAL)).isFalse();
      assertThat(got.userProperties()) // 3.1.3-10
          .containsExactly(
              new Properties.Pair("k", "1"),
              new Properties.Pair("b", "2"),
              new Properties.Pair("k", "3"));
    }
  }

  @Test
  @Normative(v5 = {"MQTT-3.2.2-12", "MQTT-3.2.2-13"})
  void aWillThatTheServerCannotServeIsRefusedByItsCode() {
    try (EngineFixture broker =
        EngineFixture.start(
            o -> {
              o.limits.maxQos = 1;
              o.limits.retainAvailable = false;
            })) {
      refused(broker, as("a").will("t", "x", 2, false, Properties.NONE), "QOS_NOT_SUPPORTED");
      refused(broker, as("b").will("t", "x", 1, true, Properties.NONE), "RETAIN_NOT_SUPPORTED");
      refused(broker, as("d").will("t", "x", 2, false, Properties.NONE).version(V3_1_1), null);
      assertThat(broker.count(Reason.WILL_REFUSED)).isEqualTo(3);
    }
  }

  private static void refused(
      EngineFixture broker,
      ConnectOptions options,
      @org.jspecify.annotations.Nullable String code) {
    TestClient client = broker.attempt(options);
    if (options.version() == V5) {
      // 3.2.2-12, 3.2.2-13
      assertThat(client.receive(Connack.class).code().name()).isEqualTo(code);
    }
    Object last = client.receiveAny();
    if (last instanceof Connack answer) {
      assertThat(answer.code().isError()).isTrue();
      last = client.receiveAny();
    }
    assertThat(last).isEqualTo(new TestClient.Closed(Reason.WILL_REFUSED));
  }

  @Test
  void theRightToPublishAWillIsAskedAgainWhenItIsDue() {
    AtomicBoolean allowed = new AtomicBoolean(true);
    try (EngineFixture broker =
        EngineFixture.start(o -> o.authorizer = Optional.of(new Switch(allowed)))) {
      TestClient watcher = broker.connect("w").subscribe("will/#", 0);
      TestClient client = broker.connect(as("a").will("will/a", "gone"));
      allowed.set(false);
      client.drop();

      watcher.receiveNothing();
      assertThat(broker.count(Reason.WILL_NOT_AUTHORIZED)).isEqualTo(1);
      TestClient refused = broker.attempt(as("b").will("will/b", "gone"));
      assertThat(refused.receive(Connack.class).code()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }
  }

  private record Switch(AtomicBoolean allowed) implements Authorizer {
    @Override
    public boolean mayPublish(Subject subject, String topic, int qos, boolean retain) {
      ClientEndpoint.host(subject.endpoint().client());
      return allowed.get();
    }

    @Override
    public boolean maySubscribe(Subject subject, String filter, int qos) {
      return true;
    }
  }
}
