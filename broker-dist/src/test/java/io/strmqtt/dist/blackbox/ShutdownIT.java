package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.mqtt.packet.MqttPacket.Connect;
import io.strmqtt.mqtt.packet.MqttPacket.Disconnect;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Suback;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttPacket.Will;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ShutdownIT {
  @Test
  void aStopRightBehindTheStartEndsWellToo() {
    for (int i = 0; i < 5; i++) {
      BrokerProcess broker = BrokerProcess.start("");
      broker.terminate();
      assertThat(broker.exitCode()).as("%s", broker.log()).isZero();
      assertThat(broker.log()).last().asString().contains("event=stopped");
    }
  }

  @Test
  void sigtermSaysGoodbyeInEachVersionAndTheProcessEndsWell() {
    BrokerProcess broker = BrokerProcess.start("");
    int port = broker.port("tcp");
    RawClient v5 = RawClient.connected(port, MqttVersion.V5, "five");
    RawClient v4 = RawClient.connected(port, MqttVersion.V3_1_1, "four");
    RawClient silent = RawClient.open(port, MqttVersion.V5);

    broker.terminate();

    assertThat(v5.receive(Disconnect.class).code()).isEqualTo(ReasonCode.SERVER_SHUTTING_DOWN);
    assertThat(v5.receive()).isNull();
    assertThat(v4.receive()).as("3.1.1 knows no DISCONNECT from a server").isNull();
    assertThat(silent.receive()).isNull();
    v5.close();
    v4.close();
    silent.close();
    assertThat(broker.exitCode()).isZero();
    assertThat(broker.log())
        .anyMatch(line -> line.contains("event=stopping"))
        .anyMatch(
            line ->
                line.contains("event=disconnected")
                    && line.contains("client_id=five")
                    && line.contains("reason=SERVER_SHUTDOWN"))
        .anyMatch(line -> line.contains("event=stopped"));
  }

  @Test
  void clientsThatDoNotHangUpDoNotHoldTheStopUp() {
    BrokerProcess broker = BrokerProcess.start("");
    RawClient client = RawClient.connected(broker.port("tcp"), MqttVersion.V5, "stays");
    broker.terminate();
    assertThat(broker.exitCode()).isZero();
    client.close();
  }

  @Test
  void noNewConnectionsAreTakenOnceTheStopHasBegun() {
    BrokerProcess broker = BrokerProcess.start("");
    int port = broker.port("tcp");
    RawClient client = RawClient.connected(port, MqttVersion.V5, "a");
    broker.terminate();
    client.receive(Disconnect.class);
    try (RawClient late = RawClient.open(port, MqttVersion.V5)) {
      assertThat(late.receive()).isNull();
    } catch (UncheckedIOException refused) {
      assertThat(refused).hasRootCauseInstanceOf(java.net.ConnectException.class);
    }
    client.close();
    assertThat(broker.exitCode()).isZero();
  }

  @Test
  void killingAClientPublishesItsWill() throws Exception {
    try (BrokerProcess broker = BrokerProcess.start("");
        RawClient watcher = RawClient.connected(broker.port("tcp"), MqttVersion.V5, "watcher")) {
      watcher.send(
          new Subscribe(
              1, List.of(new Subscribe.Request("will/#", 1, false, false, 0)), Properties.NONE));
      watcher.receive(Suback.class);
      RawClient dying = RawClient.open(broker.port("tcp"), MqttVersion.V3_1_1);
      dying.send(
          new Connect(
              MqttVersion.V3_1_1,
              "dying",
              true,
              60,
              Optional.of(new Will("will/dying", new byte[] {'x'}, 1, false, Properties.NONE)),
              Optional.empty(),
              Optional.empty(),
              Properties.NONE));
      dying.receive(io.strmqtt.mqtt.packet.MqttPacket.Connack.class);
      dying.socket().setSoLinger(true, 0); // a reset
      dying.close();

      assertThat(watcher.receive(Publish.class).topic()).isEqualTo("will/dying");
      broker.awaitLog("event=disconnected", "client_id=dying", "reason=CONNECTION_LOST");
    }
  }
}
