package io.strmqtt.dist.blackbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.dist.image.Image;
import io.strmqtt.mqtt.packet.MqttPacket.Disconnect;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Suback;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tarball, unpacked below a path with a space, in an environment of what each test names. */
@Timeout(60)
class UnpackedImageIT {
  @TempDir static Path work;
  private static Image image;
  private static final AtomicInteger STARTED = new AtomicInteger();
  private static ForeignTls tls;

  @BeforeAll
  static void unpack() throws Exception {
    image = Image.unpack(work.resolve("some where"));
    tls = ForeignTls.in(work);
  }

  @Test
  void anEmptyEnvironmentAndWhatLiesInTheImageAreEnough() throws Exception {
    if (!areFree(1883, 8083, 8084)) {
      Path conf = image.home().resolve("conf/st-rmqtt.conf");
      Files.writeString(
          conf, Files.readString(conf).replaceAll("#bind_port = \\d+", "bind_port = 0"));
    }
    BrokerProcess broker = start(image, Map.of(), "run");
    broker.awaitReady();

    assertThat(broker.awaitLog("event=ready"))
        .containsPattern("tcp=127[.]0[.]0[.]1:\\d+ ws=127[.]0[.]0[.]1:\\d+")
        .containsPattern("admin=127[.]0[.]0[.]1:\\d+ io=epoll tls=boringssl");
    assertThat(broker.awaitLog("event=configuration_warning"))
        .contains("tcp, ws bound to loopback only");
    assertThat(broker.get("/healthz")).contains("\"status\":\"ok\"");
    assertThat(broker.get("/readyz")).contains("\"status\":\"ok\"");
    try (RawClient client = RawClient.connected(broker.port("tcp"), MqttVersion.V5, "smoke")) {
      publishesToItself(client);
      assertThat(broker.get("/api/v1/sessions"))
          .contains("\"client_id\":\"smoke\"", "\"client_address\":\"127.0.0.1\"");
      assertThat(broker.get("/api/v1/unauthorized-clients")).contains("\"items\":[]");

      broker.terminate();
      assertThat(client.receive(Disconnect.class).code())
          .isEqualTo(ReasonCode.SERVER_SHUTTING_DOWN);
    }
    assertThat(broker.exitCode()).isZero();
    assertThat(broker.log().getLast()).contains("event=stopped");
    assertThat(broker.log()).allMatch(line -> line.matches("\\S+Z (INFO|WARN) +event=.*"));
  }

  @Test
  void theDocumentedEnvironmentVariablesMoveListenersAndTurnTlsOn() throws Exception {
    Map<String, String> environment = anyPortsAndTls();
    environment.put("LISTENER_WS_ENABLED", "False");
    try (BrokerProcess broker = start(image, environment, "run")) {
      broker.awaitReady();

      assertThat(broker.awaitLog("event=ready"))
          .contains("io=epoll tls=boringssl")
          .doesNotContain(" ws=", ":1883 ");
      servesTcpAndSsl(broker);
    }
  }

  @Test
  void withoutNativeLibrariesItServesWithNioAndTheTlsOfTheJdk() throws Exception {
    Image bare = Image.unpack(work.resolve("bare"));
    try (DirectoryStream<Path> natives =
        Files.newDirectoryStream(bare.home().resolve("lib"), "*.so")) {
      for (Path library : natives) {
        Files.delete(library);
      }
    }
    BrokerProcess refused = start(bare, anyPortsAndTls(), "run");
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.awaitLog("event=start_failed"))
        .contains("native library of RocksDB", "storage.provider = memory");

    Files.writeString(
        bare.home().resolve("conf/st-rmqtt.conf"),
        "storage.provider = memory\n",
        StandardOpenOption.APPEND);
    try (BrokerProcess broker = start(bare, anyPortsAndTls(), "run")) {
      broker.awaitReady();

      assertThat(broker.awaitLog("event=ready")).contains("io=nio tls=jdk");
      servesTcpAndSsl(broker);
      assertThat(broker.log()).allMatch(line -> line.matches("\\S+Z (INFO|WARN) +event=.*"));
    }
  }

  @ParameterizedTest
  @CsvSource({"LISTENER_TCP_BIND_PORT,listener.tcp", "HTTP_BIND_PORT,admin"})
  void aPortThatIsTakenEndsTheStartWithItsName(String variable, String what) throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      Map<String, String> environment = anyPortsAndTls();
      environment.put(variable, String.valueOf(taken.getLocalPort()));
      BrokerProcess broker = start(image, environment, "run");

      assertThat(broker.exitCode()).isEqualTo(1);
      assertThat(broker.awaitLog("event=start_failed"))
          .contains(what + " cannot bind 127.0.0.1:" + taken.getLocalPort(), "stop what uses it");
      assertThat(broker.log()).allMatch(line -> line.matches("\\S+Z (WARN|ERROR) +event=.*"));
    }
  }

  @Test
  void everyMistakeOfAFileIsNamedWithItsLine() throws Exception {
    Path file =
        Files.writeString(
            work.resolve("broken.conf"),
            """
            listener.tcp.bind_port = 99999
            listener.tcp.enabled = perhaps
            listener.ssl.enabled = true
            mqtt.max_qso = 1
            """);
    BrokerProcess check = start(image, Map.of(), "check-config", "--config", file.toString());

    assertThat(check.exitCode()).isEqualTo(78);
    assertThat(check.log()).hasSizeGreaterThanOrEqualTo(4).allMatch(l -> l.startsWith("error: "));
    assertThat(check.awaitLog("listener.tcp.bind_port")).contains("broken.conf:1", "99999");
    assertThat(check.awaitLog("listener.tcp.enabled")).contains("broken.conf:2", "perhaps");
    assertThat(check.awaitLog("listener.ssl")).contains("broken.conf:3", "cert_file");
    assertThat(check.awaitLog("mqtt.max_qso")).contains("broken.conf:4", "max_qos");
  }

  @Test
  void emptyMeansUnsetSoThatAListenerInheritsTheProxySetting() {
    BrokerProcess print =
        start(
            image,
            Map.of(
                "MQTT_PROXY_PROTOCOL_ENABLED", "true",
                "MQTT_TCP_PROXY_PROTOCOL_ENABLED", "false",
                "MQTT_SSL_PROXY_PROTOCOL_ENABLED", ""),
            "print-config");

    assertThat(print.exitCode()).isZero();
    assertThat(print.log())
        .contains("listener.tcp.proxy_enabled = false", "listener.ssl.proxy_enabled = true");
  }

  @Test
  void commandsSayWhatTheyAreAndWhatIsWrongWithTheirUse() {
    BrokerProcess version = start(image, Map.of(), "version");
    assertThat(version.exitCode()).isZero();
    assertThat(version.log().getFirst()).startsWith("st-rmqtt ");

    BrokerProcess help = start(image, Map.of(), "--help");
    assertThat(help.exitCode()).isZero();
    assertThat(String.join("\n", help.log()))
        .contains("run", "check-config", "print-config", "hash-password", "version", "78");

    BrokerProcess misused = start(image, Map.of(), "run", "--colour");
    assertThat(misused.exitCode()).isEqualTo(2);
    assertThat(misused.awaitLog("error: ")).contains("--colour");
    misused.awaitLog("try: st-rmqtt run --help");
  }

  @Test
  void aPasswordFromStandardInputIsHashed() {
    BrokerProcess hash =
        BrokerProcess.exec(
            work,
            Map.of(),
            List.of(
                "/bin/sh",
                "-c",
                "echo 'open sesame' | \"$0\" hash-password alice",
                image.launcher().toString()));

    assertThat(hash.exitCode()).isZero();
    assertThat(hash.log()).singleElement().asString().startsWith("alice:").hasSizeGreaterThan(80);
    assertThat(hash.log().getFirst()).doesNotContain("sesame");
  }

  private static BrokerProcess start(
      Image installed, Map<String, String> environment, String... arguments) {
    List<String> command = new ArrayList<>(List.of(installed.launcher().toString()));
    command.addAll(List.of(arguments));
    return BrokerProcess.exec(work, environment, command);
  }

  private static Map<String, String> anyPortsAndTls() {
    return new HashMap<>(
        Map.of(
            "LISTENER_TCP_BIND_PORT", "0",
            "LISTENER_SSL_BIND_PORT", "0",
            "LISTENER_SSL_PEM_CERT", tls.certFile().toString(),
            "LISTENER_SSL_PEM_KEY", tls.keyFile().toString(),
            "LISTENER_WS_BIND_PORT", "0",
            "HTTP_BIND_PORT", "0",
            "ST_RMQTT_DATA_DIR", work.resolve("data" + STARTED.incrementAndGet()).toString()));
  }

  private static void servesTcpAndSsl(BrokerProcess broker) throws IOException {
    try (RawClient client =
        RawClient.connected(broker.port("tcp"), MqttVersion.V3_1_1, "over-tcp")) {
      publishesToItself(client);
    }
    Socket socket = tls.sockets().createSocket("127.0.0.1", broker.port("ssl"));
    try (RawClient client = RawClient.over(socket, MqttVersion.V5)) {
      assertThat(client.connect("over-ssl", true, Properties.NONE).code())
          .isEqualTo(ReasonCode.SUCCESS);
      publishesToItself(client);
      assertThat(broker.get("/api/v1/sessions/over-ssl"))
          .contains("\"tls_version\":\"TLSv1.3\"", "\"tls_cipher\":\"TLS_");
    }
  }

  private static void publishesToItself(RawClient client) {
    client.send(
        new Subscribe(
            1, List.of(new Subscribe.Request("smoke/+", 1, false, false, 0)), Properties.NONE));
    client.receive(Suback.class);
    client.send(
        new Publish("smoke/test", 0, false, false, 0, "hello".getBytes(UTF_8), Properties.NONE));
    Publish publish = client.receive(Publish.class);
    assertThat(publish.topic()).isEqualTo("smoke/test");
    assertThat(publish.payload()).asString(UTF_8).isEqualTo("hello");
  }

  private static boolean areFree(int... ports) {
    for (int port : ports) {
      try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
        assertThat(free.isBound()).isTrue();
      } catch (IOException e) {
        return false;
      }
    }
    return true;
  }
}
