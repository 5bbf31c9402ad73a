package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.awaitility.Awaitility;

/** HAProxy with the example of the documentation, in front of all four listeners of a broker. */
final class HaProxy implements AutoCloseable {
  /** Where its connections to the broker come from. */
  static final String OUTGOING = "127.0.0.77";

  /** Relative for both sides: the path of a socket may have 107 bytes, that of a checkout more. */
  private static final String SOCKET = "admin.sock";

  private final ProxyProcess process;
  private final Path statsSocket;
  private final Map<String, Integer> ports;

  private HaProxy(ProxyProcess process, Path statsSocket, Map<String, Integer> ports) {
    this.process = process;
    this.statsSocket = statsSocket;
    this.ports = ports;
  }

  /**
   * Starts, and waits until it listens and believes the broker to be up.
   *
   * @param sendProxy what a server line says: {@code send-proxy} or {@code send-proxy-v2}
   */
  static HaProxy start(BrokerProcess broker, String sendProxy) {
    return start(broker, sendProxy, example -> {});
  }

  /**
   * The same, with a configuration that differs.
   *
   * @param changes to the example, as it stands in the documentation
   */
  static HaProxy start(BrokerProcess broker, String sendProxy, Consumer<ProxyExample> changes) {
    return start(broker::port, sendProxy, changes, "UP");
  }

  /** The same, but waits until it believes the broker to be down. */
  static HaProxy startDown(BrokerProcess broker, String sendProxy, Consumer<ProxyExample> changes) {
    return start(broker::port, sendProxy, changes, "DOWN");
  }

  /** The same, with a proxy behind it that reads the header, instead of the broker. */
  static HaProxy start(HaProxy next, String sendProxy) {
    return start(next::port, sendProxy, example -> {}, "UP");
  }

  private static HaProxy start(
      ToIntFunction<String> next, String sendProxy, Consumer<ProxyExample> changes, String status) {
    try {
      Path folder = Files.createTempDirectory("haproxy");
      ProxyExample example = ProxyExample.read("haproxy.cfg");
      changes.accept(example);
      example
          .replace("/run/haproxy/admin.sock mode", "unix@" + SOCKET + " mode")
          .replace(" send-proxy-v2\n", " source " + OUTGOING + " " + sendProxy + "\n")
          .replace("inter 5s", "inter 150ms")
          .replace("maxconn 20000", "maxconn 200");
      Map<String, Integer> ports = Loopback.freePorts(StandardPorts.NUMBERS.keySet());
      StandardPorts.NUMBERS.forEach(
          (listener, standard) -> {
            int port = ports.get(listener);
            example
                .replace(
                    "bind :::" + standard + " v4v6",
                    "bind 127.0.0.1:" + port + (Loopback.hasIpv6() ? ",[::1]:" + port : ""))
                .replace("10.0.0.10:" + standard, "127.0.0.1:" + next.applyAsInt(listener));
          });
      Path file = example.write(folder, "haproxy.cfg");
      HaProxy proxy =
          new HaProxy(
              ProxyProcess.start(folder, "haproxy", "-db", "-f", file.toString()),
              Path.of("").toAbsolutePath().relativize(folder.resolve(SOCKET)),
              ports);
      proxy.process.awaitReady(() -> proxy.await(status));
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void await(String status) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(15))
        .pollInterval(Duration.ofMillis(50))
        .failFast(process::insistOnRunning)
        .ignoreExceptions()
        .untilAsserted(
            () ->
                assertThat(servers())
                    .as("%s", process.output())
                    .hasSize(ports.size())
                    .allSatisfy(server -> assertThat(server.get("status")).isEqualTo(status))
                    .allSatisfy(server -> assertThat(server.get("check_status")).isNotEmpty()));
  }

  /** Where clients of a listener connect. */
  int port(String listener) {
    return ports.get(listener);
  }

  /** What {@code show stat} says of the broker's listeners, by the names of its columns. */
  List<Map<String, String>> servers() {
    List<String> lines = ask("show stat -1 4 -1").lines().filter(line -> !line.isBlank()).toList();
    String[] names = lines.getFirst().substring("# ".length()).split(",", -1);
    List<Map<String, String>> servers = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] values = line.split(",", -1);
      Map<String, String> server = new HashMap<>();
      for (int i = 0; i < names.length; i++) {
        server.put(names[i], values[i]);
      }
      servers.add(server);
    }
    return servers;
  }

  private String ask(String command) {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(statsSocket));
      channel.write(StandardCharsets.UTF_8.encode(command + "\n"));
      return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
