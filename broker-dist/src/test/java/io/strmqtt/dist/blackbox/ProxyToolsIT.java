package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tools of the image, against the broker of the image. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProxyToolsIT {
  private static final Path IMAGE =
      Path.of(System.getProperty("image.home", "target/st-rmqtt")).toAbsolutePath();

  private final TestCertificates certificates = TestCertificates.create();
  private BrokerProcess broker;

  /** What a tool printed, and how it ended. */
  private record Answer(int exitCode, String text) {}

  @BeforeAll
  void start() {
    StringBuilder hocon =
        new StringBuilder("listener.proxy_enabled = true\n").append(certificates.hocon());
    for (String type : StandardPorts.NUMBERS.keySet()) {
      hocon.append(
          """
          listener.plain-%s { type = %s, bind_address = "127.0.0.1", bind_port = 0, proxy_enabled = false }
          """
              .formatted(type, type));
    }
    hocon.append(certificates.hocon("plain-ssl")).append(certificates.hocon("plain-wss"));
    broker = BrokerProcess.start(hocon.toString());
  }

  @AfterAll
  void stop() {
    broker.close();
  }

  private Answer tool(String... arguments) {
    BrokerProcess process = BrokerProcess.launch(IMAGE, broker.folder(), Map.of(), arguments);
    int code = process.exitCode();
    return new Answer(code, String.join("\n", process.log()));
  }

  private Answer probe(String listener, String... options) {
    List<String> arguments = new ArrayList<>(List.of("proxy", "probe"));
    arguments.add("127.0.0.1:" + broker.port(listener));
    if (listener.endsWith("ssl") || listener.endsWith("wss")) {
      arguments.add("--tls");
    }
    if (listener.endsWith("ws") || listener.endsWith("wss")) {
      arguments.add("--ws");
    }
    arguments.addAll(List.of(options));
    return tool(arguments.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource({"tcp,--v1,1", "tcp,--v2,2", "ssl,--v2,3", "ssl,--v1,4", "ws,--v2,5", "wss,--v2,6"})
  void aListenerThatExpectsAHeaderTakesTheAnnouncedClient(
      String listener, String version, String number) {
    String client = "203.0.113." + number + ":4000" + number;
    Answer answer = probe(listener, version, "--src", client);

    assertThat(answer.text()).contains("CONNACK, accepted (code 0)");
    assertThat(answer.exitCode()).isZero();
    broker.awaitLog("event=connected", "client=" + client, "client_id=st-rmqtt-probe-");
  }

  @ParameterizedTest
  @CsvSource({"tcp", "ssl", "ws", "wss"})
  void aListenerThatExpectsAHeaderClosesWithoutOne(String listener) {
    Answer answer = probe(listener, "--none");

    assertThat(answer.text()).containsPattern("result: +closed ").contains("try --v2");
    assertThat(answer.exitCode()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"plain-tcp", "plain-ssl", "plain-ws", "plain-wss"})
  void aListenerThatExpectsNoneTakesADirectClientAndClosesOnAHeader(String listener) {
    Answer direct = probe(listener, "--none");
    assertThat(direct.text()).contains("CONNACK, accepted (code 0)");
    assertThat(direct.exitCode()).isZero();

    Answer proxied = probe(listener, "--v2");
    assertThat(proxied.text()).containsPattern("result: +closed ").contains("--none");
    assertThat(proxied.exitCode()).isEqualTo(1);
  }

  @Test
  void aHealthCheckIsKept() {
    Answer answer = probe("tcp", "--local", "--timeout", "1");

    assertThat(answer.text()).contains("the connection was kept");
    assertThat(answer.exitCode()).isZero();
  }

  @Test
  void valuesArePassedOnAndTheCertificateIsShown() {
    Answer answer = probe("ssl", "--tlv", "AUTHORITY=@mqtt.example", "--tlv", "EA=0176706365");

    assertThat(answer.text()).contains("CN=localhost").contains("CONNACK, accepted (code 0)");
    assertThat(answer.exitCode()).isZero();
  }

  @Test
  void aHeaderIsDecoded() {
    Answer good = tool("proxy", "decode", "PROXY TCP6 2001:db8::7 2001:db8::1 40001 1883");
    assertThat(good.text()).contains("accepted, the client is [2001:db8::7]:40001");
    assertThat(good.exitCode()).isZero();

    Answer bad = tool("proxy", "decode", "0d0a0d0a000d0a515549540a", "31 11");
    assertThat(bad.text()).contains("refused at byte 12: BAD_VERSION");
    assertThat(bad.exitCode()).isEqualTo(1);
  }
}
