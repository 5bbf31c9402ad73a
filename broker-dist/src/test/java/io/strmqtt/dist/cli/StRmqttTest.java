package io.strmqtt.dist.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.dist.config.BrokerConfig;
import io.strmqtt.dist.config.ConfigResult;
import io.strmqtt.dist.config.InvalidSetting;
import io.strmqtt.transport.TlsReport;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntBiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StRmqttTest {
  @TempDir Path home;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private String in = "";
  private Map<String, String> environment = Map.of();
  private ToIntBiFunction<ConfigResult.Loaded, Supplier<ConfigResult>> server =
      (loaded, again) -> 0;

  @Test
  void theConfiguredBrokerRunsAndItsExitCodeIsTheProcesss() throws IOException {
    Path file = Files.writeString(home.resolve("other.conf"), "mqtt.max_qos = 1\n");
    server =
        (loaded, again) ->
            loaded.config().limits().maxQos() == 1
                    && !loaded.warnings().isEmpty()
                    && again.get().equals(loaded)
                ? 1
                : 0;

    assertThat(run("run", "--config", file.toString())).isEqualTo(1);
    assertThat(run("run")).isEqualTo(0);
  }

  @Test
  void aWrongConfigurationEndsWith78AndALineForEachMistake() {
    environment = Map.of("LISTENER_TCP_ENABLED", "yes", "LISTENER_TCP_BIND_PORT", "-1");
    for (String command : List.of("run", "check-config", "print-config")) {
      err.reset();
      assertThat(run(command)).isEqualTo(78);
      assertThat(lines(err))
          .containsExactly(
              "error: listener.tcp.enabled: expected true or false, found \"yes\""
                  + " (environment variable LISTENER_TCP_ENABLED)",
              "error: listener.tcp.bind_port: expected a whole number from 0 to 65535, found -1"
                  + " (environment variable LISTENER_TCP_BIND_PORT)");
    }
    assertThat(lines(out)).isEmpty();
  }

  @Test
  void aMissingFileEndsWith78() {
    assertThat(run("check-config", "--config", "no/such.conf")).isEqualTo(78);
    assertThat(lines(err))
        .singleElement()
        .asString()
        .contains("no/such.conf, which does not exist");
  }

  @Test
  void whatAProviderRefusesEndsWith78AndItsOrigin() throws IOException {
    Files.createDirectories(home.resolve("conf"));
    Files.writeString(
        home.resolve("conf/st-rmqtt.conf"),
        "authentication {\n authenticator = password-file\n password-file.file = 5\n}\n");
    server =
        (config, warnings) -> {
          throw new InvalidSetting("authentication.password-file.file", "no such file");
        };

    assertThat(run("run")).isEqualTo(78);
    assertThat(lines(err))
        .containsExactly(
            "error: authentication.password-file.file: no such file (conf/st-rmqtt.conf:3)");
  }

  @Test
  void aFailureIsOneLineAndExitCode1() {
    server =
        (config, warnings) -> {
          throw new IllegalStateException("address in use");
        };

    assertThat(run("run")).isEqualTo(1);
    assertThat(lines(err)).containsExactly("error: address in use");
  }

  @Test
  void aValidConfigurationIsSaidToBeAndItsWarningsToo() {
    assertThat(run("check-config")).isEqualTo(0);
    assertThat(lines(out)).containsExactly("The configuration is valid.");
    assertThat(lines(err)).singleElement().asString().startsWith("warning: ");
  }

  @Test
  void theEffectiveSettingsArePrintedWithTheirOrigins() throws IOException {
    Files.createDirectories(home.resolve("conf"));
    Files.writeString(home.resolve("conf/st-rmqtt.conf"), "\nlistener.tcp.bind_port = 2883\n");
    environment =
        Map.of("MQTT_PROXY_PROTOCOL_ENABLED", "true", "LISTENER_SSL_PEM_KEY_PASSWORD", "hunter2");

    assertThat(run("print-config", "--origin")).isEqualTo(0);
    assertThat(lines(out))
        .contains(
            "listener.tcp.bind_port = 2883  # conf/st-rmqtt.conf:2",
            "listener.proxy_enabled = true  # environment variable MQTT_PROXY_PROTOCOL_ENABLED",
            "listener.tcp.proxy_enabled = true  # inherited: listener.proxy_enabled (environment variable"
                + " MQTT_PROXY_PROTOCOL_ENABLED)",
            "listener.ssl.tls.key_password = ********  # environment variable"
                + " LISTENER_SSL_PEM_KEY_PASSWORD",
            "mqtt.max_qos = 2  # default");
    assertThat(out.toString(StandardCharsets.UTF_8)).doesNotContain("hunter2");
    out.reset();
    assertThat(run("print-config")).isEqualTo(0);
    assertThat(lines(out)).contains("listener.tcp.bind_port = 2883", "mqtt.max_qos = 2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"secret\n", "secret\r\n", "secret", "secret\nnext line\n"})
  void aPasswordIsTheFirstLineOfStandardInput(String input) {
    in = input;

    assertThat(run("hash-password", "alice")).isEqualTo(0);
    assertThat(lines(out)).containsExactly("alice:[secret/210000]");
  }

  @Test
  void withoutAUsernameTheHashAloneIsPrinted() {
    in = "pässword\n";

    assertThat(run("hash-password", "--iterations", "5000")).isEqualTo(0);
    assertThat(lines(out)).containsExactly("[pässword/5000]");
  }

  @Test
  void hashesForScramStandBehindTheOtherOnOneLine() {
    in = "secret\n";
    assertThat(run("hash-password", "--scram-sha-256", "--scram-sha-512", "alice")).isEqualTo(0);
    assertThat(lines(out))
        .singleElement()
        .asString()
        .matches(
            "alice:\\[secret/210000] \\$scram-sha-256\\$i=10000\\$[^ ]+"
                + " \\$scram-sha-512\\$i=10000\\$[^ ]+");
    out.reset();
    in = "secret\n";
    assertThat(run("hash-password", "--scram-sha-512", "--scram-iterations", "4096")).isEqualTo(0);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains(" $scram-sha-512$i=4096$");
    in = "secret\n";
    assertThat(run("hash-password", "--scram-sha-512", "--scram-iterations", "4095")).isEqualTo(2);
    in = "bell\u0007\n";
    assertThat(run("hash-password", "--scram-sha-512")).isEqualTo(2);
    assertThat(lines(err)).hasSize(2).allMatch(line -> line.startsWith("error: "));
  }

  @Test
  void unusablePasswordsAndUsernamesAreRefused() {
    in = "\n";
    assertThat(run("hash-password", "alice")).isEqualTo(2);
    in = "secret\n";
    assertThat(run("hash-password", "#alice")).isEqualTo(2);
    assertThat(run("hash-password", "ali\nce")).isEqualTo(2);
    assertThat(run("hash-password", "--iterations", "1", "alice")).isEqualTo(2);
    assertThat(lines(err)).hasSize(4).allMatch(line -> line.startsWith("error: "));
    assertThat(lines(out)).isEmpty();
  }

  @Test
  void theVersionIsThatOfBrokerAndRuntime() {
    assertThat(run("version")).isEqualTo(0);
    assertThat(lines(out)).hasSize(2);
    assertThat(lines(out).get(0)).startsWith("st-rmqtt ");
    assertThat(lines(out).get(1)).contains(Runtime.version().toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "run",
        "check-config",
        "print-config",
        "hash-password",
        "version",
        "proxy",
        "proxy decode",
        "proxy probe",
        "store",
        "store check",
        "store stats",
        "store export"
      })
  void everyCommandExplainsItself(String command) {
    assertThat(run((command + " --help").split(" "))).isEqualTo(0);
    assertThat(lines(out).get(0)).startsWith("Usage: st-rmqtt " + command);
  }

  @Test
  void theProgramExplainsItselfWithItsExitCodes() {
    assertThat(run("--help")).isEqualTo(0);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("print-config").contains("78");
  }

  @Test
  void checkConfigAsksTheProvidersToo() {
    checker =
        config -> {
          throw new InvalidSetting("storage.provider", "there is none");
        };
    assertThat(run("check-config")).isEqualTo(78);
    assertThat(lines(err)).anyMatch(line -> line.contains("storage.provider: there is none"));
    assertThat(lines(out)).isEmpty();
  }

  @Test
  void aWrongCommandLineEndsWith2AndAHint() {
    assertThat(run()).isEqualTo(2);
    assertThat(run("rum")).isEqualTo(2);
    assertThat(run("run", "--nope")).isEqualTo(2);
    assertThat(lines(err)).contains("try: st-rmqtt --help", "try: st-rmqtt run --help");
    assertThat(lines(out)).isEmpty();
  }

  @Test
  void aCertificateThatCannotBeUsedIsNoMistakeOfTheConfiguration() {
    checker = config -> new TlsReport(List.of("listener.ssl.tls: no"), List.of("it expires"));
    assertThat(run("check-config")).isEqualTo(1);
    assertThat(lines(err)).containsSequence("warning: it expires", "error: listener.ssl.tls: no");
    assertThat(lines(out)).isEmpty();
  }

  private Function<BrokerConfig, TlsReport> checker = config -> new TlsReport(List.of(), List.of());

  private int run(String... args) {
    return StRmqtt.execute(
        new Surroundings(
            home,
            environment,
            new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8)),
        server,
        checker,
        (password, iterations, random) ->
            "[" + new String(password, StandardCharsets.UTF_8) + "/" + iterations + "]",
        args);
  }

  private static List<String> lines(ByteArrayOutputStream stream) {
    return stream.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
