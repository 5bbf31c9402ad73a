package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.auth.Authorizer;
import io.strmqtt.core.SysSettings;
import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Puback;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Suback;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SysTest {
  private static EngineFixture broker() {
    return EngineFixture.start(
        o ->
            o.sys =
                new SysSettings(
                    Duration.ofSeconds(10), subject -> subject.clientId().startsWith("ops")));
  }

  /** All that has come so far, the last value of each topic. */
  private static Map<String, String> values(TestClient client) {
    Map<String, String> values = new TreeMap<>();
    for (Object event : client.drain()) {
      if (event instanceof Publish publish) {
        values.put(publish.topic().replace("$SYS/broker/", ""), TestClient.text(publish));
      }
    }
    return values;
  }

  @Test
  void aNewSubscriberIsToldEverythingAtOnceAndChangesEveryInterval() {
    try (EngineFixture broker = broker()) {
      broker.pass(Duration.ofSeconds(1));
      TestClient client = broker.connect("ops").subscribe("$SYS/broker/#", 0);
      Map<String, String> now = values(client);
      assertThat(now)
          .containsEntry("version", "st-rmqtt version test")
          .containsEntry("uptime", "0 seconds")
          .containsEntry("clients/connected", "0")
          .containsEntry("load/messages/received/15min", "0.00")
          .hasSize(40);

      broker.connect(as("away").resume().expiry(100)).drop();
      broker.connect("a").subscribe("t", 1).retain("t", "kept");
      broker.pass(Duration.ofSeconds(9));
      assertThat(values(client))
          .containsEntry("uptime", "10 seconds")
          .containsEntry("clients/connected", "2")
          .containsEntry("clients/disconnected", "1")
          .containsEntry("clients/total", "3")
          .containsEntry("clients/maximum", "2")
          .containsEntry("subscriptions/count", "2")
          .containsEntry("retained messages/count", "1")
          .containsEntry("publish/messages/received", "1")
          .doesNotContainKey("version");
      broker.pass(Duration.ofSeconds(10));
      assertThat(values(client)).containsEntry("uptime", "20 seconds").hasSizeLessThan(30);
    }
  }

  @Test
  void theLoadFollowsTheRateOfAMinute() {
    try (EngineFixture broker = broker()) {
      TestClient client = broker.connect("ops").subscribe("$SYS/broker/load/#", 0);
      TestClient publisher = broker.connect("a");
      for (int i = 0; i < 360; i++) {
        publisher.publish("t", "x"); // 60 a minute for six minutes
        broker.pass(Duration.ofSeconds(1));
      }
      Map<String, String> busy = values(client);
      assertThat(Double.parseDouble(busy.get("load/publish/received/1min"))).isBetween(58.0, 60.0);
      assertThat(Double.parseDouble(busy.get("load/publish/received/5min"))).isBetween(38.0, 46.0);
      assertThat(Double.parseDouble(busy.get("load/publish/received/15min"))).isBetween(17.0, 22.0);
      broker.pass(Duration.ofMinutes(3));
      Map<String, String> idle = values(client);
      assertThat(Double.parseDouble(idle.get("load/publish/received/1min"))).isBetween(2.0, 4.0);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"$SYS/#", "$SYS/broker/version", "$SYS/+/uptime", "$SYS", "$share/g/$SYS/#"})
  void onlyThoseAllowedMaySubscribe(String filter) {
    try (EngineFixture broker = broker()) {
      Subscribe.Request request = new Subscribe.Request(filter, 0, false, false, 0);
      TestClient five = broker.connect("a");
      assertThat(five.askFor(0, request).codes()).containsExactly(ReasonCode.NOT_AUTHORIZED);
      TestClient three = broker.connect(as("b").version(MqttVersion.V3_1_1));
      assertThat(three.askFor(0, request).codes()).containsExactly(ReasonCode.UNSPECIFIED_ERROR);
      broker.connect("ops").subscribe(filter, 0);
      broker.pass(Duration.ofSeconds(30));
      five.receiveNothing();
      three.receiveNothing();
    }
  }

  @Test
  void theAuthorizerHasToAgree() {
    Authorizer noSys =
        new Authorizer() {
          @Override
          public boolean mayPublish(Subject subject, String topic, int qos, boolean retain) {
            return true;
          }

          @Override
          public boolean maySubscribe(Subject subject, String filter, int qos) {
            return !filter.startsWith("$");
          }
        };
    try (EngineFixture broker =
        EngineFixture.start(
            o -> {
              o.sys = new SysSettings(Duration.ofSeconds(10), subject -> true);
              o.authorizer = Optional.of(noSys);
            })) {
      Suback answer =
          broker.connect("ops").askFor(0, new Subscribe.Request("$SYS/#", 0, false, false, 0));
      assertThat(answer.codes()).containsExactly(ReasonCode.NOT_AUTHORIZED);
    }
  }

  @Test
  void filtersThatBeginWithAWildcardDoNotMatch() {
    try (EngineFixture broker = broker()) {
      TestClient client = broker.connect("ops").subscribe("#", 0).subscribe("+/broker/version", 0);
      client.subscribe("+/#", 0);
      broker.pass(Duration.ofSeconds(30));
      client.receiveNothing(); // MQTT-4.7.2-1
    }
  }

  @Test
  void nobodyMayPublishThere() {
    try (EngineFixture broker = broker()) {
      TestClient reader = broker.connect("ops").subscribe("$SYS/broker/version", 0);
      reader.receivePublish("st-rmqtt version test");
      TestClient client = broker.connect("ops-2");
      for (String topic : List.of("$SYS/broker/version", "$SYS/x", "$SYS")) {
        client.send(TestClient.publication(topic, "forged", 1, true, 9, Properties.NONE));
        assertThat(client.receive(Puback.class).code()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
      }
      client.send(TestClient.publication("$SYS/broker/version", "", 0, true, 0, Properties.NONE));
      reader.receiveNothing();
      assertThat(
              broker
                  .attempt(as("c").will("$SYS/broker/version", "forged"))
                  .receive(Connack.class)
                  .code())
          .isEqualTo(ReasonCode.NOT_AUTHORIZED);
      broker
          .connect("ops-3")
          .subscribe("$SYS/broker/version", 0)
          .receivePublish("st-rmqtt version test");
    }
  }

  @Test
  void theLatestValuesAreMarkedAsRetainedAndLiveOnesAreNot() {
    try (EngineFixture broker = broker()) {
      TestClient client = broker.connect("ops").subscribe("$SYS/broker/uptime", 2);
      assertThat(client.receivePublish("0 seconds").retain()).isTrue();
      broker.pass(Duration.ofSeconds(10));
      Publish live = client.receivePublish("10 seconds");
      assertThat(live.retain()).isFalse();
      assertThat(live.qos()).isZero();
    }
  }

  @Test
  void withoutAnIntervalThereAreNone() {
    try (EngineFixture broker =
        EngineFixture.start(o -> o.sys = new SysSettings(Duration.ZERO, subject -> true))) {
      TestClient client = broker.connect("ops").subscribe("$SYS/#", 0);
      broker.pass(Duration.ofMinutes(1));
      client.receiveNothing();
    }
  }

  @Test
  void aBrokerThatStopsPublishesThemNoMore() {
    try (EngineFixture broker = broker()) {
      broker.connect("ops").subscribe("$SYS/#", 0);
      broker.engine().shutdown();
      broker.pass(Duration.ofMinutes(1));
      assertThat(broker.gauge("connections")).isZero();
    }
  }
}
