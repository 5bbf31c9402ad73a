package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real Mosquitto with a bridge to the broker, {@code topic # both}, and all else as it is. */
@Timeout(120)
class MosquittoBridgeIT {
  private static final String BRIDGE = "edge";

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @ParameterizedTest
  @ValueSource(strings = {"", "mqttv31", "mqttv311", "mqttv50"})
  void itCarriesMessagesInBothDirectionsOnceAndKeepsWhatIsRetained(String version)
      throws Exception {
    try (BrokerProcess broker = BrokerProcess.start("");
        Mosquitto mosquitto = Mosquitto.start(version, broker.port("tcp"))) {
      carries(broker, broker.port("tcp"), mosquitto.port);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mqttv311", "mqttv50"})
  void itDoesSoBehindHaProxyAndIsKnownByItsOwnAddress(String version) throws Exception {
    TestCertificates certificates = TestCertificates.create();
    try (BrokerProcess broker =
            BrokerProcess.start(
                "listener.proxy_enabled = true\nauthentication.allow_anonymous = true\n"
                    + certificates.hocon());
        HaProxy proxy = HaProxy.start(broker, "send-proxy-v2");
        Mosquitto mosquitto = Mosquitto.start(version, proxy.port("tcp"))) {
      carries(broker, proxy.port("tcp"), mosquitto.port);
      assertThat(broker.get("/api/v1/sessions/" + BRIDGE))
          .contains(
              "\"client_address\":\"127.0.0.1\"",
              "\"proxy_address\":\"" + HaProxy.OUTGOING + "\"",
              "\"proxy_kind\":\"proxied\"");
    }
  }

  private static void carries(BrokerProcess broker, int ours, int theirs) throws Exception {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(broker.request("/api/v1/sessions/" + BRIDGE).body())
                    .as("%s", broker.log())
                    .contains("\"connected\":true", "\"#\""));
    publish(ours, "-r", "-t", "kept/ours", "-m", "1");
    publish(theirs, "-r", "-t", "kept/theirs", "-m", "2");
    arrives(theirs, "kept/ours", "1");
    arrives(ours, "kept/theirs", "2");

    try (MosquittoProcess atOurs = watch(ours);
        MosquittoProcess atTheirs = watch(theirs)) {
      // What comes back would come before what was sent later on the same way.
      publish(ours, "-t", "live/ours", "-m", "3");
      assertThat(atOurs.line()).isEqualTo("live/ours 0 3");
      assertThat(atTheirs.line()).isEqualTo("live/ours 0 3");
      publish(theirs, "-t", "live/theirs", "-m", "4");
      assertThat(atTheirs.line()).isEqualTo("live/theirs 0 4");
      assertThat(atOurs.line()).isEqualTo("live/theirs 0 4");
      publish(ours, "-t", "end/ours", "-m", "5");
      assertThat(atOurs.line()).isEqualTo("end/ours 0 5");
      assertThat(atTheirs.line()).isEqualTo("end/ours 0 5");
    }
    AdminApi api = new AdminApi(broker);
    assertThat(api.counter("bridge_notifications")).isGreaterThanOrEqualTo(2);
    assertThat(api.unauthorized()).isEmpty();
  }

  private static List<String> command(String program, int port, String... options) {
    List<String> command =
        new ArrayList<>(List.of(program, "-h", "127.0.0.1", "-p", String.valueOf(port)));
    command.addAll(Arrays.asList(options));
    return command;
  }

  private static void publish(int port, String... options) throws Exception {
    MosquittoProcess.start(command("mosquitto_pub", port, options)).insistOnSuccess();
  }

  /** A retained message gets there, and is retained there. */
  private static void arrives(int port, String topic, String payload) throws Exception {
    try (MosquittoProcess first =
        MosquittoProcess.start(command("mosquitto_sub", port, "-t", topic, "-F", "%p"))) {
      assertThat(first.line()).isEqualTo(payload);
    }
    try (MosquittoProcess late =
        MosquittoProcess.start(command("mosquitto_sub", port, "-t", topic, "-F", "%r %p"))) {
      assertThat(late.line()).isEqualTo("1 " + payload);
    }
  }

  /** Subscribes to everything; there when it has printed the two that are retained. */
  private static MosquittoProcess watch(int port) throws Exception {
    MosquittoProcess process =
        MosquittoProcess.start(command("mosquitto_sub", port, "-t", "#", "-F", "%t %r %p"));
    assertThat(Set.of(process.line(), process.line()))
        .containsExactlyInAnyOrder("kept/ours 1 1", "kept/theirs 1 2");
    return process;
  }

  private record Mosquitto(ProxyProcess process, int port) implements AutoCloseable {
    /**
     * @param version as {@code bridge_protocol_version} takes it; empty to leave it out
     */
    static Mosquitto start(String version, int remote) throws IOException {
      Path folder = Files.createTempDirectory("mosquitto");
      int port = Loopback.freePorts(Set.of("mosquitto")).get("mosquitto");
      Path file = folder.resolve("mosquitto.conf");
      Files.writeString(
          file,
          """
          listener %d 127.0.0.1
          allow_anonymous true
          connection bridge
          address 127.0.0.1:%d
          remote_clientid %s
          restart_timeout 1
          topic # both
          """
                  .formatted(port, remote, BRIDGE)
              + (version.isEmpty() ? "" : "bridge_protocol_version " + version + "\n"));
      // As root it becomes another user, who has to read the file.
      folder.toFile().setExecutable(true, false);
      folder.toFile().setReadable(true, false);
      Mosquitto started =
          new Mosquitto(ProxyProcess.start(folder, "mosquitto", "-c", file.toString()), port);
      started.process.awaitReady(started::awaitOpen);
      return started;
    }

    private void awaitOpen() {
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(50))
          .failFast(process::insistOnRunning)
          .ignoreExceptions()
          .until(
              () -> {
                try (Socket socket = new Socket()) {
                  socket.connect(new InetSocketAddress("127.0.0.1", port));
                  return true;
                }
              });
    }

    @Override
    public void close() {
      process.close();
    }
  }
}
