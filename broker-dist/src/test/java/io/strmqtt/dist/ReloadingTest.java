package io.strmqtt.dist;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.admin.Reload.Applied;
import io.strmqtt.api.admin.Reload.Refused;
import io.strmqtt.dist.config.ConfigLoader;
import io.strmqtt.dist.config.ConfigResult;
import io.strmqtt.proxy.ProxyPolicy.Mode;
import io.strmqtt.transport.ListenerSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReloadingTest {
  @TempDir Path home;

  private final List<List<ListenerSettings>> taken = new ArrayList<>();

  private Reloading startedWith(String... lines) {
    write(lines);
    return new Reloading((ConfigResult.Loaded) load(), this::load, taken::add, Clock.systemUTC());
  }

  private void write(String... lines) {
    try {
      Files.writeString(home.resolve("st-rmqtt.conf"), String.join("\n", lines));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ConfigResult load() {
    return ConfigLoader.load(
        home,
        Optional.of(home.resolve("st-rmqtt.conf")),
        Map.of("LISTENER_TCP_BIND_PORT", "2883"),
        512L << 20);
  }

  private static Applied applied(Reloading reloading) {
    return (Applied) reloading.reload("test");
  }

  @Test
  void whatIsOfTheProxyProtocolIsAppliedAndNamedForEachListenerItConcerns() {
    Reloading reloading =
        startedWith("listener.tcp.proxy_enabled = true", "listener.ws.proxy_enabled = true");

    write(
        "listener.proxy { trusted_proxies = [\"10.0.0.0/8\"], header_timeout = 7s }",
        "listener.tcp { proxy_enabled = true, proxy { mode = observe, versions = [2] } }");

    Applied outcome = applied(reloading);
    assertThat(outcome.changed())
        .containsExactly(
            "listener.tcp.proxy.mode: required -> observe",
            "listener.tcp.proxy.trusted_proxies: [] -> [10.0.0.0/8]",
            "listener.tcp.proxy.versions: [1, 2] -> [2]",
            "listener.tcp.proxy.header_timeout: 5000ms -> 7000ms",
            "listener.ws.proxy_enabled: true -> false",
            "listener.ws.proxy.mode: required -> off",
            "listener.ws.proxy.trusted_proxies: [] -> [10.0.0.0/8]",
            "listener.ws.proxy.header_timeout: 5000ms -> 7000ms");
    assertThat(outcome.needsRestart()).isEmpty();
    assertThat(taken).hasSize(1);
    assertThat(taken.getFirst().getFirst().proxy().policy().mode()).isEqualTo(Mode.OBSERVE);
    assertThat(applied(reloading).changed()).isEmpty();
  }

  @Test
  void whoseHttpHeadersAreBelievedIsAppliedToo() {
    Reloading reloading = startedWith("listener.ws.forwarded { trusted_proxies = [\"10.0.0.6\"] }");

    write(
        "listener.ws.forwarded { enabled = true, header = forwarded, trusted_proxies = [\"10.0.0.7\"] }",
        "listener.wss.forwarded.trusted_proxies = [\"10.0.0.7\"]");

    Applied outcome = applied(reloading);
    assertThat(outcome.changed())
        .containsExactly(
            "listener.ws.forwarded.enabled: false -> true",
            "listener.ws.forwarded.header: x-forwarded-for -> forwarded",
            "listener.ws.forwarded.trusted_proxies: [10.0.0.6] -> [10.0.0.7]");
    assertThat(outcome.needsRestart()).isEmpty();
    assertThat(applied(reloading).changed()).isEmpty();

    write("listener.ws.forwarded.enabled = true");
    assertThat(reloading.reload("test")).isInstanceOf(Refused.class);
    assertThat(taken).hasSize(2);
  }

  @Test
  void whatNeedsARestartIsNamedUntilThen() {
    Reloading reloading =
        startedWith(
            "listener.own { type = tcp, bind_port = 4883 }",
            "authentication { authenticator = a, a.password = one }");

    write(
        "mqtt.max_qos = 1",
        "listener.ws { bind_port = 3883, path = \"/other\" }",
        "listener.other { type = tcp, bind_port = 4883 }",
        "authentication { authenticator = a, a.password = two }");

    assertThat(applied(reloading).needsRestart())
        .containsExactly(
            "authentication",
            "listener.other",
            "listener.own",
            "listener.ws.bind_port",
            "listener.ws.path",
            "mqtt.max_qos");
    write(
        "mqtt.max_qos = 1",
        "listener.own { type = tcp, bind_port = 4883 }",
        "authentication { authenticator = a, a.password = one }");
    assertThat(applied(reloading).needsRestart()).containsExactly("mqtt.max_qos");
  }

  @Test
  void anInvalidFileChangesNothing() {
    Reloading reloading = startedWith("listener.proxy_enabled = true");

    write("listener.proxy { mode = observe, versions = [3] }", "listener.proxy_enabled = true");

    assertThat(reloading.reload("test"))
        .isInstanceOfSatisfying(
            Refused.class,
            refused ->
                assertThat(refused.problems())
                    .hasSize(2)
                    .anyMatch(line -> line.startsWith("listener.proxy.versions: expected"))
                    .anyMatch(line -> line.startsWith("listener.proxy.trusted_proxies: expected")));
    assertThat(taken).isEmpty();
  }

  @Test
  void aFileThatIsGoneChangesNothing() throws IOException {
    Reloading reloading = startedWith();
    Files.delete(home.resolve("st-rmqtt.conf"));

    assertThat(reloading.reload("test")).isInstanceOf(Refused.class);
    assertThat(taken).isEmpty();
  }
}
