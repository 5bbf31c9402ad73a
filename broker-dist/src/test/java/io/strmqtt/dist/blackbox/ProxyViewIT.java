package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the API says of PROXY headers that came, did not come, or were refused. */
@Timeout(180)
class ProxyViewIT {
  private static final int REFUSALS = 30_000;

  private static final String LISTENERS =
      """
      listener.tcp { proxy_enabled = true }
      listener.watched {
        type = tcp, bind_address = "127.0.0.1", bind_port = 0, proxy_enabled = true
        proxy { mode = observe, trusted_proxies = ["127.0.1.0/24"], exempt = ["127.0.2.0/24"] }
      }
      """;

  @Test
  void headersAndConnectionsWithoutAreCountedAndTheRefusedAreShown() throws IOException {
    try (BrokerProcess broker = BrokerProcess.start(LISTENERS)) {
      AdminApi api = new AdminApi(broker);
      enter(broker.port("tcp"), "127.0.0.1", ProxyHeaders.v1("198.51.100.1", 4000)).close();
      enter(broker.port("tcp"), "127.0.0.1", ProxyHeaders.v2("198.51.100.2", 4000)).close();
      enter(broker.port("tcp"), "127.0.0.1", ProxyHeaders.UNKNOWN).close();
      enter(broker.port("tcp"), "127.0.0.1", ProxyHeaders.LOCAL).close();
      refused(broker.port("tcp"), "not a header".getBytes(StandardCharsets.US_ASCII));
      try (RawClient client = RawClient.open(broker.port("tcp"), MqttVersion.V5)) {
        client.sendHex("101a00044d5154540402003c000e7365637265742d6b69746368656e");
        assertThat(client.receive()).isNull();
      }

      Map<String, Object> tcp = api.proxy("tcp");
      assertThat(tcp)
          .containsEntry("mode", "required")
          .containsEntry("versions", List.of("v1", "v2"))
          .containsEntry("header_timeout_ms", 5000)
          .containsEntry("max_pending", 20_000)
          .containsEntry(
              "headers",
              Map.of(
                  "v1", Map.of("proxied", 1, "unknown", 1),
                  "v2", Map.of("proxied", 1, "local", 1, "unknown", 0)))
          .containsEntry("without_header", 0)
          .containsEntry("share_with_header", 1)
          .containsEntry("rejects", Map.of("NO_HEADER_OTHER", 1, "NO_HEADER_MQTT", 1))
          .containsEntry("pending", 0)
          .containsEntry("observed", null);
      assertThat((Map<?, ?>) tcp.get("time_to_header"))
          .satisfies(times -> assertThat(times.get("count")).isEqualTo(4));

      List<Map<String, Object>> rejects = api.proxyRejects();
      assertThat(rejects)
          .extracting(reject -> reject.get("guess"))
          .containsExactly("an MQTT CONNECT", "something else");
      assertThat(rejects.getFirst())
          .containsEntry("listener", "tcp")
          .containsEntry("peer_address", "127.0.0.1")
          .containsEntry("reason", "NO_HEADER_MQTT")
          .containsEntry("first_bytes", "101a00044d5154540402003c");
      assertThat((String) rejects.getFirst().get("hint")).contains("send-proxy-v2");
      assertThat(rejects.getLast()).containsEntry("first_bytes", "6e6f74206120686561646572");

      int watched = broker.port("watched");
      enter(watched, "127.0.1.1", ProxyHeaders.v2("198.51.100.3", 4000)).close();
      enter(watched, "127.0.2.1", new byte[0]).close();
      assertThat(observed(api))
          .containsEntry("safe_to_require", true)
          .containsEntry("connections", 1);
      try (RawClient direct = enter(watched, "127.0.3.1", new byte[0])) {
        assertThat(direct.socket().isConnected()).isTrue();
        assertThat(observed(api))
            .containsEntry("safe_to_require", false)
            .containsEntry("connections", 2)
            .containsEntry("without_header", 1)
            .containsEntry("open_without_header", 1)
            .containsEntry("recent_peers", List.of("127.0.3.1"));
      }
      await()
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(() -> assertThat(observed(api)).containsEntry("open_without_header", 0));
      assertThat(observed(api)).containsEntry("safe_to_require", false);
      assertThat(api.proxy("watched"))
          .containsEntry("without_header", 2)
          .containsEntry("share_with_header", 0.3333);
    }
  }

  @Test
  void aFloodOfRefusalsLeavesTheHeapFlatTheLogShortAndOthersServed() throws Exception {
    try (BrokerProcess broker = BrokerProcess.start(LISTENERS)) {
      AdminApi api = new AdminApi(broker);
      Vitals vitals = new Vitals(broker);
      int port = broker.port("tcp");
      try (RawClient bystander = enter(port, "127.0.0.1", ProxyHeaders.v1("198.51.100.1", 4000))) {
        flood(port, REFUSALS / 10);
        long before = vitals.liveHeapBytes();
        long begin = System.nanoTime();
        flood(port, REFUSALS);
        long millis = Duration.ofNanos(System.nanoTime() - begin).toMillis();
        await()
            .atMost(Duration.ofSeconds(30))
            .untilAsserted(
                () ->
                    assertThat(api.proxy("tcp").get("rejects"))
                        .isEqualTo(Map.of("NO_HEADER_MQTT", REFUSALS + REFUSALS / 10)));
        long grown = vitals.liveHeapBytes() - before;
        System.out.printf(
            "%d refusals in %d ms, live heap %+d KiB%n", REFUSALS, millis, grown / 1024);

        bystander.sendHex("c000"); // PINGREQ
        assertThat(bystander.receive()).isNotNull();
        enter(port, "127.0.0.1", ProxyHeaders.v1("198.51.100.2", 4000)).close();
        assertThat(grown).isLessThan(8 * 1024 * 1024);
        assertThat(api.proxyRejects()).hasSize(100);
        assertThat(broker.log().stream().filter(line -> line.contains("reason=NO_HEADER_MQTT")))
            .as("one a minute for each of 2000 addresses, bounded")
            .hasSizeLessThan(1100 * (int) (2 + millis / 60_000));
        vitals.insistOnCalmLog();
      }
    }
  }

  /** Four clients at once, each from 500 addresses in turn; all wait for the close. */
  private static void flood(int port, int refusals) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    for (int t = 1; t <= 4; t++) {
      int network = t;
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      for (int i = 0; i < refusals / 4; i++) {
                        refuse("127.%d.%d.%d".formatted(network, i % 2, 1 + i % 250), port);
                      }
                    } catch (IOException | RuntimeException e) {
                      failures.add(e);
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failures).isEmpty();
  }

  private static void refuse(String from, int port) throws IOException {
    try (Socket socket = new Socket()) {
      socket.setReuseAddress(true);
      socket.setSoTimeout(20_000);
      socket.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
      socket.connect(new InetSocketAddress("127.0.0.1", port), 20_000);
      socket.getOutputStream().write(0x10);
      int end;
      try {
        end = socket.getInputStream().read();
      } catch (SocketException e) {
        end = -1; // reset
      }
      assertThat(end).isEqualTo(-1);
    }
  }

  private static Map<String, Object> observed(AdminApi api) {
    @SuppressWarnings("unchecked")
    Map<String, Object> observed = (Map<String, Object>) api.proxy("watched").get("observed");
    return observed;
  }

  private static void refused(int port, byte[] bytes) {
    try (RawClient client = RawClient.open(port, MqttVersion.V5)) {
      client.send(bytes);
      assertThat(client.receive()).isNull();
    }
  }

  /** A client that is let in behind what it sends first. */
  private static RawClient enter(int port, String from, byte[] header) {
    RawClient client = RawClient.open(from, port, MqttVersion.V5);
    client.send(header);
    assertThat(client.connect("c-" + from, true, Properties.NONE).code().isError()).isFalse();
    return client;
  }
}
