package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.strmqtt.mqtt.packet.MqttPacket.Puback;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Suback;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** More connections than the process may have open files. */
@Timeout(120)
class FewDescriptorsIT {
  @ParameterizedTest
  @ValueSource(strings = {"tcp", "ssl", "ws", "wss"})
  void aFloodLeavesTheStoreTheApiAndThoseWhoAreInTheirDescriptors(String transport)
      throws IOException {
    try (BrokerProcess broker =
            BrokerProcess.startWithFiles(256, TestCertificates.create().hocon());
        Bystanders bystanders = Bystanders.start(broker.port("tcp"))) {
      Vitals vitals = new Vitals(broker);
      RawClient kept = RawClient.open(broker.port("tcp"), MqttVersion.V3_1_1);
      kept.connect("kept", false, Properties.NONE);
      kept.send(
          new Subscribe(
              1, List.of(new Subscribe.Request("kept", 1, false, false, 0)), Properties.NONE));
      kept.receive(Suback.class);
      kept.close();
      RawClient publisher =
          RawClient.connected(broker.port("tcp"), MqttVersion.V3_1_1, "publisher");
      List<Socket> flood = new ArrayList<>();
      try {
        for (int i = 0; i < 400; i++) {
          Socket socket = new Socket();
          flood.add(socket);
          socket.connect(new InetSocketAddress("127.0.0.1", broker.port(transport)));
        }
        await().until(() -> vitals.count("NO_DESCRIPTORS") > 0);
        assertThat(broker.request("/readyz").statusCode()).isEqualTo(200);
        publisher.send(new Publish("kept", 1, false, false, 7, new byte[] {1}, Properties.NONE));
        assertThat(publisher.receive(Puback.class).packetId()).isEqualTo(7);
        int delivered = bystanders.delivered();
        await().until(() -> bystanders.delivered() > delivered + 20);
      } finally {
        for (Socket each : flood) {
          each.close();
        }
      }
      await()
          .ignoreExceptions()
          .until(
              () -> {
                RawClient.connected(broker.port("tcp"), MqttVersion.V5, "late").close();
                return true;
              });
      assertThat(bystanders.hasFailed()).isFalse();
      assertThat(broker.log())
          .filteredOn(line -> line.contains("reason=NO_DESCRIPTORS"))
          .hasSize(1)
          .allMatch(line -> line.contains("LimitNOFILE") && line.contains("ulimit -n"));
      assertThat(broker.log()).anyMatch(line -> line.contains("event=few_descriptors limit=256"));
      vitals.insistOnCalmLog();
      publisher.close();
    }
  }
}
