package io.strmqtt.dist.blackbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Suback;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttPacket.Unsuback;
import io.strmqtt.mqtt.packet.MqttPacket.Unsubscribe;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The broker's own topics, and who is really asking for them. */
@Timeout(60)
class SysIT {
  private static BrokerProcess broker;

  @BeforeAll
  static void start() {
    broker =
        BrokerProcess.start(
            """
            mqtt { sys_interval = 1s, sys_allowed = ["127.0.0.1", "203.0.113.0/24"] }
            listener.behind {
              type = tcp, bind_address = "127.0.0.1", bind_port = 0, proxy_enabled = true
              proxy.trusted_proxies = ["127.0.0.1"]
            }
            """);
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  private static ReasonCode ask(RawClient client, String filter) {
    client.send(
        new Subscribe(
            1, List.of(new Subscribe.Request(filter, 0, false, false, 0)), Properties.NONE));
    return client.receive(Suback.class).codes().getFirst();
  }

  @Test
  void whatIsReceivedAndSentIsCounted() {
    try (RawClient client = RawClient.connected(broker.port("tcp"), MqttVersion.V3_1_1, "reader")) {
      for (String name : List.of("bytes/received", "bytes/sent", "messages/received")) {
        assertThat(ask(client, "$SYS/broker/" + name)).isEqualTo(ReasonCode.SUCCESS);
        Publish publish;
        do { // The first may be of the time before we came.
          publish = client.receive(Publish.class);
        } while (!publish.topic().endsWith(name) || value(publish) == 0);
        assertThat(value(publish)).isBetween(2L, 10_000L);
        client.send(new Unsubscribe(2, List.of("$SYS/broker/" + name), Properties.NONE));
        MqttPacket answer = client.receive();
        while (answer instanceof Publish) {
          answer = client.receive();
        }
        assertThat(answer).isInstanceOf(Unsuback.class);
      }
    }
  }

  private static long value(Publish publish) {
    return Long.parseLong(new String(publish.payload(), UTF_8));
  }

  @ParameterizedTest
  @CsvSource({"203.0.113.7, SUCCESS", "198.51.100.7, NOT_AUTHORIZED"})
  void behindAProxyTheClientsOwnAddressCounts(String client, ReasonCode answer) {
    try (RawClient raw = RawClient.open(broker.port("behind"), MqttVersion.V5)) {
      raw.send(ProxyHeaders.v2(client, 4711));
      raw.connect("from-" + client, true, Properties.NONE);
      assertThat(ask(raw, "$SYS/#")).isEqualTo(answer);
    }
  }
}
