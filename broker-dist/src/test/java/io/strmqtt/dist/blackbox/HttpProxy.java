package io.strmqtt.dist.blackbox;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A proxy that speaks HTTP, with the example of the documentation, in front of a listener {@code
 * ws}.
 */
final class HttpProxy implements AutoCloseable {
  /** Where its connections to the broker come from. */
  static final String OUTGOING = "127.0.0.79";

  private final ProxyProcess process;
  private final int port;

  private HttpProxy(ProxyProcess process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Starts one, and waits until it listens.
   *
   * @param name {@code nginx} or {@code haproxy}
   * @param brokerPort of the listener behind it
   */
  static HttpProxy start(String name, int brokerPort) {
    return start(name, brokerPort, example -> {});
  }

  /**
   * The same, with a configuration that differs.
   *
   * @param changes to the example, as it stands in the documentation
   */
  static HttpProxy start(String name, int brokerPort, Consumer<ProxyExample> changes) {
    try {
      Path folder = Files.createTempDirectory(name + "-http");
      int port = Loopback.freePorts(Set.of("ws")).get("ws");
      ProxyProcess started =
          name.equals("nginx")
              ? nginx(folder, port, brokerPort, changes)
              : haProxy(folder, port, brokerPort, changes);
      HttpProxy proxy = new HttpProxy(started, port);
      started.awaitReady(proxy::awaitOpen);
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ProxyProcess nginx(
      Path folder, int port, int brokerPort, Consumer<ProxyExample> changes) {
    ProxyExample example = ProxyExample.read("nginx-http.conf");
    changes.accept(example);
    Path file =
        example
            .replace("pid /run/nginx.pid;", "pid " + folder.resolve("nginx.pid") + ";")
            .replace("error_log /var/log/nginx/error.log", "error_log stderr")
            .replace("worker_processes auto;", "worker_processes 2;")
            .replace(
                "access_log /var/log/nginx/access.log;",
                """
                access_log off;
                client_body_temp_path %1$s; proxy_temp_path %1$s; fastcgi_temp_path %1$s;
                uwsgi_temp_path %1$s; scgi_temp_path %1$s;
                """
                    .formatted(folder.resolve("temp")))
            .replace("listen 8084;", "listen 127.0.0.1:" + port + ";")
            .replace("listen [::]:8084;", Loopback.hasIpv6() ? "listen [::1]:" + port + ";" : "")
            .replace(
                "proxy_http_version 1.1;", "proxy_http_version 1.1; proxy_bind " + OUTGOING + ";")
            .replace("10.0.0.10:8084", "127.0.0.1:" + brokerPort)
            .write(folder, "nginx.conf");
    return ProxyProcess.start(
        folder, "nginx", "-e", "stderr", "-c", file.toString(), "-g", "daemon off;");
  }

  private static ProxyProcess haProxy(
      Path folder, int port, int brokerPort, Consumer<ProxyExample> changes) {
    ProxyExample example = ProxyExample.read("haproxy-http.cfg");
    changes.accept(example);
    Path file =
        example
            .replace("maxconn 20000", "maxconn 200")
            .replace(
                "bind :::8084 v4v6",
                "bind 127.0.0.1:" + port + (Loopback.hasIpv6() ? ",[::1]:" + port : ""))
            .replace("10.0.0.10:8084", "127.0.0.1:" + brokerPort + " source " + OUTGOING)
            .write(folder, "haproxy.cfg");
    return ProxyProcess.start(folder, "haproxy", "-db", "-f", file.toString());
  }

  private void awaitOpen() {
    await()
        .atMost(Duration.ofSeconds(15))
        .pollInterval(Duration.ofMillis(50))
        .failFast(process::insistOnRunning)
        .ignoreExceptions()
        .until(
            () -> {
              try (Socket socket = new Socket("127.0.0.1", port)) {
                return socket.isConnected();
              }
            });
  }

  /** Where clients connect. */
  Door door() {
    return new Door("ws", port);
  }

  @Override
  public void close() {
    process.close();
  }
}
