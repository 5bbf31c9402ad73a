package io.strmqtt.dist.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.transport.AllowedOrigins;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose pages may connect, as configured and by default. */
class AllowedOriginsTest {
  @TempDir Path home;

  private ConfigFixture fixture() {
    return ConfigFixture.in(home);
  }

  @Test
  void withoutAuthenticationOnlyPagesOfThisMachineMay() {
    assertThat(fixture().listener("ws").allowedOrigins()).isEqualTo(AllowedOrigins.LOOPBACK);
    assertThat(fixture().loaded().settings())
        .contains(new Setting("listener.ws.allowed_origins", "[\"loopback\"]", "default"));
  }

  @Test
  void whereSomebodySaidWhoMayConnectAllPagesMay() {
    assertThat(
            fixture().file("authentication.allow_anonymous = true").listener("ws").allowedOrigins())
        .isEqualTo(AllowedOrigins.ANY);
    assertThat(fixture().file("authentication.authenticator = password-file").loaded().settings())
        .contains(new Setting("listener.ws.allowed_origins", "[\"*\"]", "default"));
  }

  @Test
  void whatIsSaidWins() {
    ConfigFixture given =
        fixture()
            .file(
                "listener.ws.allowed_origins = [\"https://app.example\"]",
                "listener.own { type = ws, bind_port = 9001, allowed_origins = [] }");
    assertThat(given.listener("ws").allowedOrigins())
        .isEqualTo(AllowedOrigins.of(List.of("https://app.example")));
    assertThat(given.listener("own").allowedOrigins()).isEqualTo(AllowedOrigins.of(List.of()));
    assertThat(
            given
                .with(Map.of("LISTENER_WS_ALLOWED_ORIGINS", "loopback, http://a.example"))
                .listener("ws")
                .allowedOrigins())
        .isEqualTo(AllowedOrigins.of(List.of("loopback", "http://a.example")));
  }

  @Test
  void everyonesPagesWithoutAuthenticationAreWarnedOf() {
    assertThat(fixture().file("listener.ws.allowed_origins = \"*\"").loaded().warnings())
        .anySatisfy(warning -> assertThat(warning).startsWith("listener.ws.allowed_origins holds"));
  }

  @Test
  void whatIsNoOriginIsAnErrorWithItsPlace() {
    assertThat(
            fixture()
                .file("", "listener.ws.allowed_origins = [\"https://app.example/\", null]")
                .problems())
        .hasSize(2)
        .allSatisfy(
            problem ->
                assertThat(problem)
                    .startsWith("listener.ws.allowed_origins: expected origins such as")
                    .contains("(conf/st-rmqtt.conf:2)"));
    assertThat(fixture().file("listener.tcp.allowed_origins = \"*\"").problems())
        .singleElement()
        .asString()
        .contains("because tcp does not speak HTTP");
  }
}
