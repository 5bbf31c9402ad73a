package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.mqtt.packet.MqttPacket.Disconnect;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Suback;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a publisher has sent before it says goodbye counts, however slow its subscriber is. */
class FarewellIT {
  private static final int MESSAGES = 40_000;

  @Test
  void whatAHeldBackPublisherSentBeforeItLeftArrives() throws Exception {
    try (BrokerProcess broker = BrokerProcess.start("");
        RawClient subscriber =
            RawClient.connected(broker.port("tcp"), MqttVersion.V3_1_1, "slow")) {
      subscriber.send(
          new Subscribe(
              1, List.of(new Subscribe.Request("t", 0, false, false, 0)), Properties.NONE));
      subscriber.receive(Suback.class);

      Thread publisher =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try (RawClient client =
                        RawClient.connected(broker.port("tcp"), MqttVersion.V3_1_1, "fast")) {
                      for (int i = 0; i < MESSAGES; i++) {
                        client.send(
                            new Publish("t", 0, false, false, 0, new byte[100], Properties.NONE));
                      }
                      client.send(new Disconnect(ReasonCode.SUCCESS, Properties.NONE));
                    }
                  });
      for (int i = 0; i < MESSAGES; i++) {
        subscriber.receive(Publish.class);
      }
      publisher.join();
      broker.awaitLog("event=disconnected", "client_id=fast", "reason=CLIENT_DISCONNECT");
      assertThat(broker.get("/api/v1/counters")).doesNotContain("QUEUE_FULL");
    }
  }
}
