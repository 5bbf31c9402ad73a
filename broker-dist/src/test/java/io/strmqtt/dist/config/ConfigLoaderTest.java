package io.strmqtt.dist.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.auth.Authorizer;
import io.strmqtt.api.store.Durability;
import io.strmqtt.core.Limits;
import io.strmqtt.proxy.CidrSet;
import io.strmqtt.transport.ListenerSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigLoaderTest {
  private static final String OPEN = "authentication.allow_anonymous = true";

  @TempDir Path home;

  private ConfigFixture fixture() {
    return ConfigFixture.in(home);
  }

  @Test
  void withoutAFileTheDefaultsAreTcpAndWsOnLoopback() {
    BrokerConfig config = fixture().config();

    assertThat(config.listeners())
        .extracting(ListenerSettings::name, ListenerSettings::type, ListenerSettings::bind)
        .containsExactly(tuple("tcp", "tcp", loopback(1883)), tuple("ws", "ws", loopback(8084)));
    assertThat(config.listeners().get(1).path()).isEqualTo("/mqtt");
    assertThat(config.admin()).isEqualTo(new BrokerConfig.Admin(true, loopback(8083)));
    assertThat(config.dataDir()).isEqualTo(home.resolve("data"));
    assertThat(config.authentication())
        .isEqualTo(new BrokerConfig.Authentication(false, Optional.empty(), Map.of(), List.of()));
    assertThat(config.authorization().authorizer()).isEmpty();
    assertThat(config.storage())
        .isEqualTo(new BrokerConfig.Storage("rocksdb", Durability.FSYNC, Duration.ZERO, Map.of()));
    assertThat(config.limits())
        .isEqualTo(
            new Limits(
                100_000,
                20_000,
                1_000_000,
                Duration.ofSeconds(10),
                64 << 10,
                1 << 20,
                2,
                1024,
                1024,
                10_000,
                16 << 20,
                ConfigFixture.HEAP / 8,
                64,
                128,
                10_000,
                4_294_967_295L,
                0,
                true,
                true,
                true,
                Duration.ofSeconds(30),
                10_000,
                true,
                true,
                32,
                false,
                "",
                false,
                128,
                64 << 10,
                1 << 20));
  }

  @Test
  void theLoopbackBindingIsSaidInAWarning() {
    assertThat(fixture().loaded().warnings())
        .singleElement()
        .asString()
        .contains("tcp, ws bound to loopback only");
    assertThat(fixture().file(OPEN).loaded().warnings()).isEmpty();
  }

  @Test
  void allowingAnonymousClientsOrChoosingAnAuthenticatorOpensTheListeners() {
    assertThat(fixture().file(OPEN).listener("tcp").bind().getAddress().isAnyLocalAddress())
        .isTrue();
    ConfigFixture withPasswords =
        fixture()
            .file(
                "authentication {",
                "  authenticator = password-file",
                "  password-file { file = conf/passwords, rounds = 3, nested { a = [1, two] } }",
                "}");
    assertThat(withPasswords.listener("tcp").bind().getAddress().isAnyLocalAddress()).isTrue();
    assertThat(withPasswords.config().authentication())
        .isEqualTo(
            new BrokerConfig.Authentication(
                false,
                Optional.of("password-file"),
                Map.of(
                    "file",
                    "conf/passwords",
                    "rounds",
                    3,
                    "nested",
                    Map.of("a", List.of(1, "two"))),
                List.of()));
  }

  @Test
  void providersOfAuthenticationMethodsAreChosenByNameAndOpenTheListeners() {
    ConfigFixture withMethods =
        fixture()
            .file(
                "authentication {",
                "  enhanced = [scram, tokens-2]",
                "  scram { file = conf/passwords }",
                "  other { x = 1 }",
                "}");
    assertThat(withMethods.listener("tcp").bind().getAddress().isAnyLocalAddress()).isTrue();
    assertThat(withMethods.config().authentication())
        .isEqualTo(
            new BrokerConfig.Authentication(
                false,
                Optional.empty(),
                Map.of(),
                List.of(
                    new BrokerConfig.Enhanced("scram", Map.of("file", "conf/passwords")),
                    new BrokerConfig.Enhanced("tokens-2", Map.of()))));
    assertThat(withMethods.loaded().warnings())
        .singleElement()
        .asString()
        .startsWith("authentication.other (")
        .contains("has no effect");
    assertThat(fixture().file("authentication.enhanced = [scram, \"Not a name\"]").problems())
        .singleElement()
        .asString()
        .contains("authentication.enhanced", "a-z, 0-9 and -", "Not a name");
  }

  @Test
  void theOperatorsCommentedFileHoldsExactlyTheDefaults() throws Exception {
    String commented = Files.readString(Path.of("src/main/conf/st-rmqtt.conf"));
    List<String> said =
        commented
            .lines()
            .map(line -> line.replaceFirst("^(\\s*)#([a-z0-9_]+ = )", "$1$2"))
            .toList();
    ConfigResult.Loaded defaults = fixture().loaded();

    ConfigResult.Loaded asShipped = fixture().file(commented).loaded();
    assertThat(asShipped.config()).isEqualTo(defaults.config());
    ConfigResult.Loaded uncommented = fixture().file(said.toArray(String[]::new)).loaded();
    assertThat(uncommented.config())
        .usingRecursiveComparison()
        .withEqualsForType(CidrSet::equals, CidrSet.class)
        .ignoringFields("listeners.proxy.origin")
        .isEqualTo(defaults.config());
    assertThat(uncommented.settings())
        .filteredOn(setting -> setting.origin().equals("default"))
        .extracting(Setting::path)
        .as("settings that the file does not mention, other than those without a default")
        .containsExactlyInAnyOrder(
            "listener.ssl.enabled",
            "listener.ws.allowed_origins",
            "listener.wss.enabled",
            "listener.wss.allowed_origins");
  }

  @Test
  void theEnvironmentWinsOverTheFileAndTheFileOverTheDefaults() {
    ConfigFixture given = fixture().file(OPEN, "listener.tcp.bind_port = 2883", "data_dir = /a");

    assertThat(given.listener("tcp").bind().getPort()).isEqualTo(2883);
    Map<String, String> variables =
        Map.of(
            "LISTENER_TCP_BIND_PORT", "3883",
            "LISTENER_WS_BIND_ADDRESS", "127.0.0.9",
            "ST_RMQTT_DATA_DIR", "/b",
            "HTTP_BIND_ADDRESS", "::1",
            "HTTP_BIND_PORT", "0");
    assertThat(given.with(variables).listener("tcp").bind().getPort()).isEqualTo(3883);
    assertThat(given.with(variables).listener("ws").bind().getHostString()).isEqualTo("127.0.0.9");
    assertThat(given.with(variables).config().dataDir()).isEqualTo(Path.of("/b"));
    assertThat(given.with(variables).config().admin().bind().getPort()).isZero();
    assertThat(given.with(variables).config().admin().bind().getAddress().isLoopbackAddress())
        .isTrue();
  }

  @Test
  void aVariableThatIsSetButEmptyCountsAsUnset() {
    Map<String, String> empty =
        Map.of(
            "LISTENER_TCP_BIND_PORT", "",
            "LISTENER_TCP_ENABLED", "",
            "LISTENER_SSL_PEM_CERT", "",
            "LISTENER_SSL_PEM_KEY", "",
            "MQTT_PROXY_PROTOCOL_ENABLED", "",
            "ST_RMQTT_DATA_DIR", "",
            "HTTP_BIND_PORT", "");
    assertThat(fixture().with(empty).config()).isEqualTo(fixture().config());
    assertThat(
            fixture()
                .file(OPEN, "listener.tcp.bind_port = 2883", "mqtt.max_qos = ${?QOS}")
                .with(Map.of("LISTENER_TCP_BIND_PORT", "", "QOS", ""))
                .config())
        .satisfies(
            config -> {
              assertThat(config.listeners().get(0).bind().getPort()).isEqualTo(2883);
              assertThat(config.limits().maxQos()).isEqualTo(2);
            });
  }

  @Test
  void aFileMayNameVariablesAndOtherKeysItself() {
    ConfigFixture given =
        fixture()
            .file(
                OPEN,
                "mqtt.max_qos = ${?QOS}",
                "mqtt.receive_maximum = ${mqtt.max_in_flight}",
                "data_dir = ${BASE}\"/mqtt\"")
            .with(Map.of("QOS", "1", "BASE", "/srv"));

    assertThat(given.config().limits().maxQos()).isEqualTo(1);
    assertThat(given.config().limits().receiveMaximum()).isEqualTo(1024);
    assertThat(given.config().dataDir()).isEqualTo(Path.of("/srv/mqtt"));
    assertThat(given.loaded().origin("mqtt.max_qos")).isEqualTo("environment variable QOS");
  }

  @Test
  void aKeyThatNamesAnotherSeesTheEnvironmentsValueOfIt() {
    assertThat(
            fixture()
                .file(
                    "authentication.authenticator = password-file",
                    "authentication.password-file.file = ${data_dir}\"/passwords\"")
                .with(Map.of("ST_RMQTT_DATA_DIR", "/srv"))
                .config()
                .authentication()
                .settings())
        .isEqualTo(Map.of("file", "/srv/passwords"));
  }

  @Test
  void aValueInPlaceOfASectionIsReportedEvenIfTheEnvironmentFillsTheSection() {
    assertThat(
            fixture().file("listener = 5").with(Map.of("LISTENER_TCP_BIND_PORT", "7")).problems())
        .containsExactly("listener: expected a section { ... }, found 5 (conf/st-rmqtt.conf:1)");
  }

  @Test
  void thePropertiesOfTheProcessAreNotLookedAt() {
    assertThat(fixture().file("data_dir = ${user.home}").problems())
        .singleElement()
        .asString()
        .contains("${user.home}")
        .contains("conf/st-rmqtt.conf:1");
  }

  @Test
  void nullLeavesADefaultInForce() {
    assertThat(fixture().file("mqtt.max_qos = null", "admin = null").config())
        .isEqualTo(fixture().config());
  }

  @ParameterizedTest
  @CsvSource({
    "64KiB, 65536",
    "64K, 65536",
    "100kB, 100000",
    "1 MiB, 1048576",
    "512, 512",
  })
  void sizesAreHocons(String text, int bytes) {
    assertThat(fixture().file("mqtt.max_packet_size = " + text).config().limits().maxPacketSize())
        .isEqualTo(bytes);
  }

  @Test
  void theFirstPacketIsNeverLargerThanAnyPacket() {
    assertThat(fixture().file("mqtt.max_packet_size = 2KiB").config().limits().maxConnectSize())
        .isEqualTo(2048);
  }

  @Test
  void bytesThatWaitAreAFractionOfTheHeapOrASize() {
    assertThat(fixture().file("mqtt.max_pending_bytes = 3MiB").config().limits().maxPendingBytes())
        .isEqualTo(3 << 20);
    assertThat(fixture().file("mqtt.max_pending_bytes = Auto").config().limits().maxPendingBytes())
        .isEqualTo(64 << 20);
  }

  @ParameterizedTest
  @CsvSource({"never, 4294967295", "3600, 3600", "1h, 3600", "0, 0", "'\"7d\"', 604800"})
  void aSessionExpiryIsInSecondsOrADurationOrNever(String text, long seconds) {
    assertThat(
            fixture()
                .file("mqtt.max_session_expiry = " + text)
                .config()
                .limits()
                .maxSessionExpiry())
        .isEqualTo(seconds);
  }

  @Test
  void aPartOfASecondIsNoSessionExpiry() {
    assertThat(fixture().file("mqtt.max_session_expiry = 500ms").problems())
        .singleElement()
        .asString()
        .startsWith("mqtt.max_session_expiry: expected never, or seconds from 0 to 4294967295");
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "TRUE", "True", " true "})
  void booleansMayBeInAnyCase(String text) {
    assertThat(
            fixture()
                .with(Map.of("MQTT_PROXY_PROTOCOL_ENABLED", text))
                .listener("tcp")
                .proxy()
                .enabled())
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"yes", "on", "1", "tru", " "})
  void anythingElseIsAnErrorThatNamesTheVariable(String text) {
    assertThat(fixture().with(Map.of("MQTT_WS_PROXY_PROTOCOL_ENABLED", text)).problems())
        .singleElement()
        .asString()
        .startsWith("listener.ws.proxy_enabled: expected true or false, found ")
        .contains(text)
        .endsWith("(environment variable MQTT_WS_PROXY_PROTOCOL_ENABLED)");
  }

  @Test
  void everyMistakeIsReportedAtOnceWithItsLine() {
    assertThat(
            fixture()
                .file(
                    "listener {",
                    "  proxy_enabled = maybe",
                    "  proxy.header_timeout = 1s",
                    "  tcp { bind_port = 70000, bind_address = example.com }",
                    "  ws.path = mqtt",
                    "  wss = 5",
                    "}",
                    "mqtt { max_qos = 3, max_packet_size = lots",
                    "  connect_timeout = [] }",
                    "admin.bind_address = \"0.0.0.0\"",
                    "authentication.authenticator = \"No Such\"",
                    "storage.provider = \"\"",
                    "listener.tcp.proxy = on",
                    "authorization { authorizer = x, x = 1 }")
                .with(Map.of("LISTENER_WS_BIND_PORT", "x", "LISTENER_TCP_ENABLED", "1"))
                .problems())
        .containsExactlyInAnyOrder(
            "listener.proxy_enabled: expected true or false, found \"maybe\" (conf/st-rmqtt.conf:2)",
            "listener.proxy.header_timeout: expected a duration from 3s to 30s, such as 5s, found \"1s\""
                + " (conf/st-rmqtt.conf:3)",
            "listener.tcp.bind_port: expected a whole number from 0 to 65535, found 70000"
                + " (conf/st-rmqtt.conf:4)",
            "listener.tcp.bind_address: expected an IP address or localhost, found \"example.com\""
                + " (conf/st-rmqtt.conf:4)",
            "listener.tcp.enabled: expected true or false, found 1"
                + " (environment variable LISTENER_TCP_ENABLED)",
            "listener.ws.path: expected a path such as /mqtt, found \"mqtt\" (conf/st-rmqtt.conf:5)",
            "listener.ws.bind_port: expected a whole number from 0 to 65535, found \"x\""
                + " (environment variable LISTENER_WS_BIND_PORT)",
            "listener.wss: expected a section { ... }, found 5 (conf/st-rmqtt.conf:6)",
            "mqtt.max_qos: expected a whole number from 0 to 2, found 3 (conf/st-rmqtt.conf:8)",
            "mqtt.max_packet_size: expected a size from 128B to 268435460B, such as 64KiB, found \"lots\""
                + " (conf/st-rmqtt.conf:8)",
            "mqtt.connect_timeout: expected a duration from 100ms to 3600s, such as 5s, found []"
                + " (conf/st-rmqtt.conf:9)",
            "admin.bind_address: expected a loopback address, because the API has no logins yet, found"
                + " \"0.0.0.0\" (conf/st-rmqtt.conf:10)",
            "authentication.authenticator: expected the name of a provider, made of a-z, 0-9 and -, found"
                + " \"No Such\" (conf/st-rmqtt.conf:11)",
            "storage.provider: expected the name of a storage provider, found \"\""
                + " (conf/st-rmqtt.conf:12)",
            "listener.tcp.proxy: expected a section { ... }, found \"on\" (conf/st-rmqtt.conf:13)",
            "authorization.x: expected a section { ... }, found 1 (conf/st-rmqtt.conf:14)");
  }

  @Test
  void unknownKeysAreErrorsWithTheNearestKnownOneAsAHint() {
    assertThat(
            fixture()
                .file(
                    "listner {}",
                    "listener.tcp.bindport = 1",
                    "listener.tcp.tls {}",
                    "listener.tcp.proxy.header_timout = 5s",
                    "listener.proxy_enabld = true",
                    "mqtt.maxpacketsize = 1",
                    "mqtt.zzz { x = 1 }",
                    "authentication.allow_anonimous = true")
                .problems())
        .containsExactlyInAnyOrder(
            "listner: expected a known key (did you mean listener?), found an unknown one"
                + " (conf/st-rmqtt.conf:1)",
            "listener.tcp.bindport: expected a known key (did you mean bind_port?), found an unknown one"
                + " (conf/st-rmqtt.conf:2)",
            "listener.tcp.tls: expected no such section, because tcp does not speak TLS, found a section"
                + " (conf/st-rmqtt.conf:3)",
            "listener.tcp.proxy.header_timout: expected a known key (did you mean header_timeout?), found an"
                + " unknown one (conf/st-rmqtt.conf:4)",
            "listener.proxy_enabld: expected a known key (did you mean proxy_enabled?), found an unknown one"
                + " (conf/st-rmqtt.conf:5)",
            "mqtt.maxpacketsize: expected a known key (did you mean max_packet_size?), found an unknown one"
                + " (conf/st-rmqtt.conf:6)",
            "mqtt.zzz: expected a known key, found an unknown one (conf/st-rmqtt.conf:7)",
            "authentication.allow_anonimous: expected a known key (did you mean allow_anonymous?), found an"
                + " unknown one (conf/st-rmqtt.conf:8)");
  }

  @Test
  void theSettingsOfProvidersAreLeftToThemAndThoseNotChosenAreSaid() {
    ConfigResult.Loaded loaded =
        fixture()
            .file(
                OPEN,
                "authentication.password-fiel { file = x, password = hunter2 }",
                "storage { provider = memory, memory { a = 1 } }")
            .loaded();

    assertThat(loaded.config().storage().settings()).isEqualTo(Map.of("a", 1));
    assertThat(loaded.warnings())
        .containsExactly(
            "authentication.password-fiel (conf/st-rmqtt.conf:2) has no effect while"
                + " authentication.authenticator is not set");
    assertThat(loaded.settings())
        .contains(
            new Setting(
                "authentication.password-fiel.password", "********", "conf/st-rmqtt.conf:2"));
  }

  @Test
  void whoMayReadTheBrokersTopicsIsAListOfNetworksAndUsers() {
    BrokerConfig.Sys sys = fixture().config().sys();
    assertThat(sys.interval()).isEqualTo(Duration.ofSeconds(10));
    assertThat(mayRead(sys, "127.0.0.1", "")).isTrue();
    assertThat(mayRead(sys, "::1", "")).isTrue();
    assertThat(mayRead(sys, "192.0.2.1", "ann")).isFalse();

    sys =
        fixture()
            .file(
                "authentication { authenticator = password-file, password-file.file = x }",
                "mqtt { sys_interval = 1m, sys_allowed = [\"10.0.0.0/8\", \"user:ann\"] }")
            .config()
            .sys();
    assertThat(sys.interval()).isEqualTo(Duration.ofMinutes(1));
    assertThat(mayRead(sys, "127.0.0.1", "")).isFalse();
    assertThat(mayRead(sys, "10.1.2.3", "")).isTrue();
    assertThat(mayRead(sys, "192.0.2.1", "ann")).isTrue();
    assertThat(mayRead(sys, "192.0.2.1", "bob")).isFalse();
  }

  @Test
  void aNameThatNobodyVerifiesOpensNothing() {
    ConfigResult.Loaded loaded =
        fixture().file(OPEN, "mqtt { sys_interval = 0, sys_allowed = \"user:ann\" }").loaded();
    assertThat(loaded.config().sys().interval()).isZero();
    assertThat(mayRead(loaded.config().sys(), "127.0.0.1", "ann")).isFalse();
    assertThat(loaded.warnings()).singleElement().asString().contains("mqtt.sys_allowed");
  }

  private static boolean mayRead(BrokerConfig.Sys sys, String address, String user) {
    InetSocketAddress client = new InetSocketAddress(address, 5);
    return sys.forEngine()
        .mayRead()
        .test(new Authorizer.Subject("id", user, ClientEndpoint.direct(client, client, "tcp")));
  }

  @Test
  void wrongReadersOfTheBrokersTopicsAreSaidOneByOne() {
    assertThat(
            fixture()
                .file("mqtt {", " sys_interval = 2h", " sys_allowed = [\"user:\", \"x/8\"]", "}")
                .problems())
        .hasSize(3)
        .allMatch(problem -> problem.contains("mqtt.sys_"));
  }

  @Test
  void brokenSyntaxIsSaidWithFileAndLine() {
    assertThat(fixture().file("listener {", "  tcp { bind_port = ] }", "}").problems())
        .singleElement()
        .asString()
        .startsWith("expected a file that can be read, found an error: Expecting")
        .endsWith("(conf/st-rmqtt.conf:2)");
  }

  @Test
  void aFileThatIsNotThereIsSaid() {
    ConfigResult result =
        ConfigLoader.load(home, Optional.of(home.resolve("nope.conf")), Map.of(), 1 << 30);

    assertThat(result)
        .isEqualTo(
            new ConfigResult.Invalid(
                List.of(
                    new ConfigProblem(
                        "",
                        "--config",
                        "a readable configuration file",
                        home.resolve("nope.conf") + ", which does not exist"))));
  }

  @Test
  void whatIsPrintedCanBeReadBack() {
    ConfigResult.Loaded first =
        fixture()
            .file(
                OPEN,
                "listener.own { type = ws, bind_port = 9, path = \"/a\\\"b\" }",
                "storage { provider = memory, memory { \"a.b\" { \"c d\" = [1, x] } } }")
            .with(Map.of("LISTENER_TCP_BIND_PORT", "7"))
            .loaded();
    String[] printed =
        first.settings().stream()
            .map(setting -> setting.path() + " = " + setting.value())
            .toArray(String[]::new);

    assertThat(fixture().file(printed).config())
        .usingRecursiveComparison()
        .withEqualsForType(CidrSet::equals, CidrSet.class)
        .ignoringFields("listeners.proxy.origin")
        .isEqualTo(first.config());
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }
}
