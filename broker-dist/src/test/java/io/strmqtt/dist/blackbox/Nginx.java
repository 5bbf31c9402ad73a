package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.ToIntFunction;

/** nginx with the example of the documentation, in front of all four listeners of a broker. */
final class Nginx implements AutoCloseable {
  /** Where its connections to the broker come from. */
  static final String OUTGOING = "127.0.0.78";

  private final ProxyProcess process;
  private final Map<String, Integer> ports;

  private Nginx(ProxyProcess process, Map<String, Integer> ports) {
    this.process = process;
    this.ports = ports;
  }

  /** Starts, and waits until it listens. */
  static Nginx start(BrokerProcess broker) {
    return start(broker::port, "127.0.0.1", "", "proxy_bind " + OUTGOING + ";");
  }

  /** The same, with another in front of it whose header it reads. */
  static Nginx startSecond(BrokerProcess broker) {
    return start(
        broker::port,
        "127.0.0.1",
        " proxy_protocol",
        "proxy_bind "
            + OUTGOING
            + "; set_real_ip_from 127.0.0.0/8;"
            + (Loopback.hasIpv6() ? " set_real_ip_from ::1;" : ""));
  }

  /**
   * One in front of another.
   *
   * @param address of the other's: 127.0.0.1 or [::1]
   */
  static Nginx startFirst(Nginx second, String address) {
    return start(second::port, address, "", "");
  }

  private static Nginx start(
      ToIntFunction<String> next, String address, String listen, String stream) {
    try {
      Path folder = Files.createTempDirectory("nginx");
      ProxyExample example =
          ProxyExample.read("nginx.conf")
              .replace("pid /run/nginx.pid;", "pid " + folder.resolve("nginx.pid") + ";")
              .replace("error_log /var/log/nginx/error.log", "error_log stderr")
              .replace("worker_processes auto;", "worker_processes 2;")
              .replace("proxy_protocol on;", "proxy_protocol on; " + stream);
      Map<String, Integer> ports = Loopback.freePorts(StandardPorts.NUMBERS.keySet());
      StandardPorts.NUMBERS.forEach(
          (listener, standard) -> {
            int port = ports.get(listener);
            example
                .replace("listen " + standard + ";", "listen 127.0.0.1:" + port + listen + ";")
                .replace(
                    "listen [::]:" + standard + ";",
                    Loopback.hasIpv6() ? "listen [::1]:" + port + listen + ";" : "")
                .replace("10.0.0.10:" + standard, address + ":" + next.applyAsInt(listener));
          });
      Path file = example.write(folder, "nginx.conf");
      Nginx proxy =
          new Nginx(
              ProxyProcess.start(
                  folder, "nginx", "-e", "stderr", "-c", file.toString(), "-g", "daemon off;"),
              ports);
      proxy.process.awaitReady(proxy::awaitWorkers);
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** It listens before it starts its workers. */
  private void awaitWorkers() {
    await()
        .atMost(Duration.ofSeconds(15))
        .pollInterval(Duration.ofMillis(50))
        .failFast(process::insistOnRunning)
        .untilAsserted(
            () ->
                assertThat(process.output())
                    .anySatisfy(line -> assertThat(line).contains("start worker process ")));
  }

  /** Where clients of a listener connect. */
  int port(String listener) {
    return ports.get(listener);
  }

  @Override
  public void close() {
    process.close();
  }
}
