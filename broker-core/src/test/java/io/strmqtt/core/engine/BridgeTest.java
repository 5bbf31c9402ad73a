package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.core.Counters;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients that are another broker's bridge: 3.x marks them in the protocol level. */
class BridgeTest {
  private static final String STATE = "$SYS/broker/connection/edge.example/state";

  @Test
  void theMarkInTheProtocolLevelIsTaken() {
    try (EngineFixture broker = EngineFixture.start()) {
      broker
          .open(as("").version(MqttVersion.V3_1_1))
          .sendHex("101a00044d5154548402003c000e6272696467652e6578616d706c65")
          .expectConnack();
      broker
          .open(as("").version(MqttVersion.V3_1))
          .sendHex("100f00064d51497364708302003c000162")
          .expectConnack();
    }
  }

  @ParameterizedTest
  @EnumSource(value = MqttVersion.class, names = "V5", mode = EnumSource.Mode.EXCLUDE)
  void itsOwnPublicationsDoNotComeBackAndWhatIsRetainedStaysSo(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient bridge = broker.connect(as("b").version(version).bridge()).subscribe("#", 1);
      TestClient other = broker.connect("o").subscribe("#", 1);
      bridge.publish("t", "from the bridge", 1, true, Properties.NONE);
      other.receivePublish("from the bridge");
      bridge.receiveNothing();
      other.retain("r", "to the bridge");
      assertThat(bridge.receivePublish("to the bridge").retain()).isTrue();
      other.receivePublish("to the bridge");
      other.publish("r", "live");
      assertThat(bridge.receivePublish("live").retain()).isFalse();
    }
  }

  @Test
  void itsOwnRetainedPublicationsDoNotComeBackWhenItSubscribesAnew() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient bridge = broker.connect(as("b").version(MqttVersion.V3_1_1).bridge());
      bridge.retain("t", "x");
      bridge.subscribe("#", 1);
      bridge.receiveNothing();
    }
  }

  @Test
  void aSubscriptionThatIsKeptStaysABridges() {
    try (EngineFixture broker = EngineFixture.start()) {
      ConnectOptions options = as("b").version(MqttVersion.V3_1_1).bridge().resume();
      broker.connect(options).subscribe("#", 1).drop();
      TestClient bridge = broker.connect(options);
      assertThat(bridge.connack().sessionPresent()).isTrue();
      bridge.publish("t", "x", 1);
      bridge.receiveNothing();
      assertThat(broker.view().session("b").orElseThrow().subscriptions())
          .allMatch(kept -> kept.noLocal() && kept.retainAsPublished());
    }
  }

  @Test
  void aClientWithoutTheMarkHearsItself() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect(as("c").version(MqttVersion.V3_1_1)).subscribe("#", 0);
      client.retain("t", "x");
      assertThat(client.receivePublish("x").retain()).isFalse();
    }
  }

  @Test
  void aSharedSubscriptionOfABridgeIsAsAnyOther() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient bridge = broker.connect(as("b").version(MqttVersion.V3_1_1).bridge());
      bridge.askFor(0, new Subscribe.Request("$share/g/t", 0, false, false, 0));
      bridge.publish("t", "x");
      bridge.receivePublish("x");
    }
  }

  @ParameterizedTest
  @EnumSource
  void itsNotificationsAreTakenAndNotPublished(MqttVersion version) {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient watcher = broker.connect("w");
      watcher.askFor(0, new Subscribe.Request("$SYS/broker/connection/#", 0, false, false, 0));
      watcher.subscribe("#", 0);
      ConnectOptions options = as("b").version(version).will(STATE, "0", 1, true, Properties.NONE);
      TestClient bridge = broker.connect(version == MqttVersion.V5 ? options : options.bridge());
      for (int qos = 0; qos <= 2; qos++) {
        bridge.publish(STATE, "1", qos, true, Properties.NONE);
      }
      assertThat(broker.view().session("b").orElseThrow().session().connected()).isTrue();
      bridge.drop();
      watcher.receiveNothing();
      Counters counters = broker.engine().counters();
      assertThat(counters.get(Counters.Event.BRIDGE_NOTIFICATIONS)).isEqualTo(4);
      assertThat(counters.get(Counters.Event.WILLS_PUBLISHED)).isZero();
      TestClient late = broker.connect("l");
      late.askFor(0, new Subscribe.Request("$SYS/broker/connection/#", 0, false, false, 0));
      late.receiveNothing();
    }
  }

  @Test
  void aRepeatOfATakenQos2NotificationIsNoSecondOne() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient bridge = broker.connect(as("b").version(MqttVersion.V3_1_1).bridge());
      Publish state = TestClient.publication(STATE, "1", 2, true, 7, Properties.NONE);
      bridge.send(state);
      bridge.send(state);
      assertThat(broker.engine().counters().get(Counters.Event.BRIDGE_NOTIFICATIONS)).isOne();
    }
  }
}
