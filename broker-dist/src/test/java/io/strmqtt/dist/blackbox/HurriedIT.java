package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.strmqtt.mqtt.codec.MqttEncoder;
import io.strmqtt.mqtt.packet.MqttPacket.Connect;
import io.strmqtt.mqtt.packet.MqttPacket.Pingreq;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Clients that do not wait: more packets behind CONNECT, and gone before it is answered. */
class HurriedIT {
  @Test
  void aClientThatLeavesBeforeItsPasswordIsCheckedLeavesNothingBehind() throws Exception {
    BrokerProcess broker = BrokerProcess.start(Account.DEVICE.hocon());
    try (broker) {
      byte[] hurried = connectAndMore();
      for (int i = 0; i < 200; i++) {
        try (RawClient client = RawClient.open(broker.port("tcp"), MqttVersion.V3_1_1)) {
          client.socket().setSoLinger(true, 0); // Closing is a reset: the broker sees it at once.
          client.send(hurried);
        }
      }
      try (RawClient client = RawClient.open(broker.port("tcp"), MqttVersion.V3_1_1)) {
        assertThat(Account.DEVICE.connect(client, MqttVersion.V3_1_1, "patient").code().isError())
            .isFalse();
      }
      broker.awaitLog("event=disconnected", "client_id=patient");
      new AdminApi(broker)
          .awaitNobody(); // The patient one may have overtaken some on another loop.
    }
    assertThat(broker.awaitLog("event=stopping")).contains("connections=0");
    assertThat(broker.log()).noneMatch(line -> line.contains("event=internal_error"));
  }

  private static byte[] connectAndMore() {
    ByteBuf out = Unpooled.buffer();
    MqttEncoder.encode(
        new Connect(
            MqttVersion.V3_1_1,
            "hurried",
            true,
            60,
            Optional.empty(),
            Optional.of(Account.DEVICE.username()),
            Optional.of("wrong, so it is hashed each time".getBytes(StandardCharsets.UTF_8)),
            Properties.NONE),
        MqttVersion.V3_1_1,
        out);
    for (int i = 0; i < 20; i++) {
      MqttEncoder.encode(new Pingreq(), MqttVersion.V3_1_1, out);
    }
    return ByteBufUtil.getBytes(out);
  }
}
