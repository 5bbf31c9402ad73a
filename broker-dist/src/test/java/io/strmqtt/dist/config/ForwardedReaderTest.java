package io.strmqtt.dist.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.proxy.CidrSet;
import io.strmqtt.proxy.ForwardedHeader;
import io.strmqtt.proxy.ForwardedPolicy;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForwardedReaderTest {
  private static final String OPEN = "authentication.allow_anonymous = true";

  @TempDir Path home;

  private ConfigFixture fixture() {
    return ConfigFixture.in(home);
  }

  private static Optional<ForwardedPolicy> policy(ForwardedHeader header, String... trusted) {
    return Optional.of(new ForwardedPolicy(true, header, CidrSet.of(List.of(trusted))));
  }

  @Test
  void noHeaderIsLookedAtUnlessSomeoneSaysSo() {
    assertThat(fixture().listener("ws").forwarded()).contains(ForwardedPolicy.OFF);
    assertThat(fixture().listener("tcp").forwarded()).isEmpty();
    assertThat(
            fixture().with(Map.of("LISTENER_WS_FORWARDED_ENABLED", "")).listener("ws").forwarded())
        .contains(ForwardedPolicy.OFF);
  }

  @Test
  void eachListenerThatSpeaksHttpHasItsOwn() {
    ConfigFixture given =
        fixture()
            .file(
                OPEN,
                "listener.ws.forwarded { enabled = true, trusted_proxies = [10.0.0.6, 10.1.0.0/16] }",
                "listener.own {",
                "  type = ws, bind_port = 9001",
                "  forwarded { enabled = True, header = Forwarded, trusted_proxies = \"2001:db8::/32\" }",
                "}");

    assertThat(given.listener("ws").forwarded())
        .isEqualTo(policy(ForwardedHeader.X_FORWARDED_FOR, "10.0.0.6", "10.1.0.0/16"));
    assertThat(given.listener("own").forwarded())
        .isEqualTo(policy(ForwardedHeader.FORWARDED, "2001:db8::/32"));
    assertThat(given.loaded().warnings()).isEmpty();
    assertThat(given.loaded().settings())
        .contains(
            new Setting("listener.ws.forwarded.enabled", "true", "conf/st-rmqtt.conf:2"),
            new Setting("listener.ws.forwarded.header", "\"x-forwarded-for\"", "default"),
            new Setting("listener.wss.forwarded.enabled", "false", "default"));
  }

  @Test
  void theEnvironmentWins() {
    assertThat(
            fixture()
                .file("listener.ws.forwarded { enabled = false, trusted_proxies = [10.0.0.6] }")
                .with(
                    Map.of(
                        "LISTENER_WS_FORWARDED_ENABLED", "true",
                        "LISTENER_WS_FORWARDED_HEADER", "forwarded",
                        "LISTENER_WS_FORWARDED_TRUSTED_PROXIES", "10.0.0.7, 10.2.0.0/16"))
                .listener("ws")
                .forwarded())
        .isEqualTo(policy(ForwardedHeader.FORWARDED, "10.0.0.7", "10.2.0.0/16"));
  }

  @Test
  void whoeverBelievesAHeaderMustSayWhose() {
    assertThat(fixture().file("", "listener.ws.forwarded.enabled = true").problems())
        .containsExactly(
            "listener.ws.forwarded.trusted_proxies: expected at least one network, because"
                + " listener.ws.forwarded.enabled is true, found none (conf/st-rmqtt.conf:2)");
    assertThat(fixture().file("listener.ws { enabled = false, forwarded.enabled = true }").config())
        .isNotNull();
  }

  @Test
  void mistakesAreNamedWithTheirPlaces() {
    assertThat(
            fixture()
                .file(
                    "listener.ws.forwarded { enabled = yes, header = x-real-ip,",
                    "  trusted_proxies = [10.0.0.0/33],",
                    "  trusted = [] }")
                .problems())
        .satisfiesExactly(
            problem ->
                assertThat(problem)
                    .isEqualTo(
                        "listener.ws.forwarded.enabled: expected true or false, found \"yes\""
                            + " (conf/st-rmqtt.conf:1)"),
            problem ->
                assertThat(problem)
                    .isEqualTo(
                        "listener.ws.forwarded.header: expected one of x-forwarded-for, forwarded,"
                            + " found \"x-real-ip\" (conf/st-rmqtt.conf:1)"),
            problem ->
                assertThat(problem)
                    .startsWith("listener.ws.forwarded.trusted_proxies: expected networks")
                    .contains("\"10.0.0.0/33\"")
                    .endsWith("(conf/st-rmqtt.conf:2)"),
            problem ->
                assertThat(problem)
                    .startsWith("listener.ws.forwarded.trusted: expected a known key")
                    .endsWith("(conf/st-rmqtt.conf:3)"));
    assertThat(
            fixture()
                .file("listener.ws.forwarded { enabled = true, trusted_proxies = [nobody] }")
                .problems())
        .as("a list that cannot be read is not also missed")
        .hasSize(1);
  }

  @Test
  void listenersWithoutHttpDoNotKnowTheSection() {
    assertThat(
            fixture()
                .file(
                    "listener.tcp.forwarded.enabled = false",
                    "listener.own { type = tcp, bind_port = 9001, forwarded {} }")
                .problems())
        .containsExactly(
            "listener.tcp.forwarded: expected a known key, found an unknown one"
                + " (conf/st-rmqtt.conf:1)",
            "listener.own.forwarded: expected a known key, found an unknown one"
                + " (conf/st-rmqtt.conf:2)");
  }

  @Test
  void trustingEverybodyIsSaid() {
    for (String everyone : List.of("0.0.0.0/0", "::/0", "128.0.0.0/1")) {
      assertThat(
              fixture()
                  .file(
                      OPEN,
                      "listener.ws.forwarded { enabled = true, trusted_proxies = \"%s\" }"
                          .formatted(everyone))
                  .loaded()
                  .warnings())
          .singleElement()
          .asString()
          .startsWith("listener.ws.forwarded.trusted_proxies holds everyone");
    }
  }
}
