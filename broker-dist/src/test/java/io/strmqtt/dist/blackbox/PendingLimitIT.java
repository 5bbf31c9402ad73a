package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.strmqtt.mqtt.packet.MqttVersion;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that never come to their CONNECT, on each listener: so many at a time, no more. */
@Timeout(120)
class PendingLimitIT {
  private static final int LIMIT = 20;

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "ssl", "ws", "wss"})
  void whoeverWaitsTakesNobodysPlaceWhoIsIn(String transport) throws IOException {
    try (BrokerProcess broker =
        BrokerProcess.start(
            TestCertificates.create().hocon() + "mqtt.max_pending_connections = " + LIMIT)) {
      Vitals vitals = new Vitals(broker);
      List<RawClient> in = new ArrayList<>();
      for (int i = 0; i < 2 * LIMIT; i++) {
        in.add(RawClient.connected(broker.port("tcp"), MqttVersion.V5, "in" + i));
      }
      List<Socket> flood = new ArrayList<>();
      try {
        for (int i = 0; i < 3 * LIMIT; i++) {
          Socket socket = new Socket();
          flood.add(socket);
          socket.connect(new InetSocketAddress("127.0.0.1", broker.port(transport)));
        }
        await().until(() -> vitals.count("PENDING_LIMIT") >= 2 * LIMIT);
        assertThat(vitals.count("PENDING_LIMIT")).isEqualTo(2 * LIMIT);
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
      assertThat(broker.log())
          .filteredOn(line -> line.contains("reason=PENDING_LIMIT"))
          .hasSize(1)
          .allMatch(line -> line.contains("mqtt.max_pending_connections = " + LIMIT));
      vitals.insistOnCalmLog();
      in.forEach(RawClient::close);
    }
  }
}
