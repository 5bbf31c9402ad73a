package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.mqtt.packet.MqttVersion;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class RefusalLogIT {
  @Test
  void aRefusalThatRepeatsIsLoggedOnceAMinuteForEachHostAndCountedEachTime() {
    BrokerProcess broker = BrokerProcess.start("");
    for (int i = 0; i < 6; i++) {
      String from = i == 3 ? "127.0.0.9" : "127.0.0.1";
      try (RawClient client = RawClient.open(from, broker.port("tcp"), MqttVersion.V5)) {
        client.sendHex("c000"); // PINGREQ before CONNECT
        assertThat(client.receive()).isNull();
      }
    }
    String records = broker.get("/api/v1/unauthorized-clients");
    broker.close();

    List<String> lines =
        broker.log().stream().filter(line -> line.contains("reason=NOT_CONNECT")).toList();
    assertThat(lines).hasSize(2);
    assertThat(lines.getFirst()).contains("event=refused").contains("client=127.0.0.1:");
    assertThat(lines.getLast()).contains("client=127.0.0.9:");
    assertThat(records).contains("NOT_CONNECT").contains("\"attempts\":5");
  }
}
