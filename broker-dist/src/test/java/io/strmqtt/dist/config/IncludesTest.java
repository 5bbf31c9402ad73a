package io.strmqtt.dist.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IncludesTest {
  private static final String OPEN = "authentication.allow_anonymous = true";

  @TempDir Path home;

  private Path conf() throws IOException {
    return Files.createDirectories(home.resolve("conf"));
  }

  @Test
  void whatIsIncludedCountsRelativeToTheFileThatIncludesIt() throws IOException {
    Path deeper = Files.createDirectories(conf().resolve("site"));
    Files.writeString(conf().resolve("site.conf"), "include \"site/tcp\"\n");
    Files.writeString(deeper.resolve("tcp.conf"), "\uFEFFlistener.tcp.bind_port = 1999\n");
    ConfigFixture fixture = ConfigFixture.in(home).file(OPEN, "include \"site.conf\"");
    assertThat(fixture.loaded().warnings()).isEmpty();
    assertThat(fixture.listener("tcp").bind().getPort()).isEqualTo(1999);
  }

  @Test
  void whatIsThereAndCannotBeReadIsAProblem() throws IOException {
    Files.createDirectories(conf().resolve("folder.conf"));
    Files.createSymbolicLink(conf().resolve("loop.conf"), Path.of("loop.conf"));
    Files.createSymbolicLink(conf().resolve("dangling.conf"), Path.of("nowhere"));
    for (String name : new String[] {"folder.conf", "loop", "dangling.conf"}) {
      assertThat(ConfigFixture.in(home).file(OPEN, "include \"" + name + "\"").problems())
          .singleElement()
          .asString()
          .contains("include", "a file that can be read", name);
    }
  }

  @Test
  void aBrokenFileIsNamedWithItsLine() throws IOException {
    Files.writeString(conf().resolve("broken.conf"), "\nlistener { tcp = [ }\n");
    assertThat(ConfigFixture.in(home).file(OPEN, "include \"broken.conf\"").problems())
        .singleElement()
        .asString()
        .contains("broken.conf:2");
  }

  @Test
  void whatIsNotThereIsAWarningUnlessItIsRequired() {
    assertThat(ConfigFixture.in(home).file(OPEN, "include \"none.conf\"").loaded().warnings())
        .singleElement()
        .asString()
        .contains("none.conf", "does not exist");
    assertThat(ConfigFixture.in(home).file(OPEN, "include required(\"none.conf\")").problems())
        .singleElement()
        .asString()
        .contains("none.conf", "none there");
  }

  @Test
  void circlesUrlsAndTheClassPathAreProblems() throws IOException {
    Files.writeString(conf().resolve("a.conf"), "include \"b.conf\"\n");
    Files.writeString(conf().resolve("b.conf"), "include \"a.conf\"\n");
    for (String include :
        new String[] {
          "\"a.conf\"",
          "\"http://127.0.0.1:9/x.conf\"",
          "url(\"http://127.0.0.1:9/x\")",
          "classpath(\"reference.conf\")"
        }) {
      assertThat(ConfigFixture.in(home).file(OPEN, "include " + include).problems())
          .as(include)
          .singleElement()
          .asString()
          .containsAnyOf("a circle", "a URL", "a class path");
    }
  }

  @Test
  void variablesThatLookLikeOursAreWarnedOf() {
    assertThat(
            ConfigFixture.in(home)
                .file(OPEN, "listener.tcp.bind_port = ${?MQTT_TCP_PROXY_PROTOCOL_ENABLEX}")
                .with(
                    Map.of(
                        "MQTT_TCP_PROXY_PROTOCOL_ENABLE", "true",
                        "MQTT_TCP_PROXY_PROTOCOL_ENABLEX", "1999",
                        "MQTT_SSL_PROXY_ENABLED", "true",
                        "LISTENER_TCP_ENABLE", "",
                        "MQTT_SERVICE_HOST", "10.0.0.1",
                        "LISTENER_TCP_BIND_PORT_1883_TCP", "tcp://10.0.0.1:1883",
                        "HTTP_PROXY", "http://proxy")))
        .extracting(fixture -> fixture.loaded().warnings())
        .satisfies(
            warnings ->
                assertThat(warnings)
                    .containsExactly(
                        "the environment variable MQTT_SSL_PROXY_ENABLED is not known (did you mean"
                            + " MQTT_SSL_PROXY_PROTOCOL_ENABLED?)",
                        "the environment variable MQTT_TCP_PROXY_PROTOCOL_ENABLE is not known (did"
                            + " you mean MQTT_TCP_PROXY_PROTOCOL_ENABLED?)"));
  }
}
