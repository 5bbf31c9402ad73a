package io.strmqtt.dist.cli.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProbeCommandTest {
  private static final String ACCEPTED = "20020000";
  private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static SSLContext serverContext() {
    try {
      X509Bundle certificate =
          new CertificateBuilder()
              .ecp256()
              .subject("CN=mqtt.example")
              .setIsCertificateAuthority(true)
              .buildSelfSigned();
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(certificate.toKeyManagerFactory().getKeyManagers(), null, null);
      return context;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aVersion2HeaderComesBeforeConnectAndDisconnect() throws IOException {
    try (FarSide server = FarSide.with(FarSide.answering(28, ACCEPTED))) {
      Tool tool =
          Tool.run(
              "probe", server.address(), "--src", "203.0.113.9:40000", "--dst", "192.0.2.1:1883");

      assertThat(tool.exitCode()).as(tool.out()).isZero();
      assertThat(tool.value("result")).startsWith("CONNACK, accepted (code 0)");
      assertThat(tool.value("announced")).isEqualTo("203.0.113.9:40000 -> 192.0.2.1:1883");
      assertThat(tool.value("received")).isEqualTo("4 bytes");
      assertThat(hex(server.seen()))
          .startsWith(SIGNATURE + "2111000ccb007109c00002019c40075b" + "10")
          .contains("00044d51545404")
          .endsWith("e000");
    }
  }

  /** Answers CONNECT behind a header of version 1; has seen the header. */
  private static FarSide behindALine() throws IOException {
    return FarSide.with(
        socket -> {
          InputStream in = socket.getInputStream();
          StringBuilder line = new StringBuilder();
          while (line.indexOf("\n") < 0) {
            line.append((char) in.read());
          }
          FarSide.packet(in);
          socket.getOutputStream().write(HexFormat.of().parseHex("20020005"));
          in.readAllBytes();
          return line.toString().getBytes(StandardCharsets.US_ASCII);
        });
  }

  @Test
  void aVersion1HeaderNamesTheTargetUnlessToldOtherwise() throws IOException {
    try (FarSide server = behindALine()) {
      Tool tool = Tool.run("probe", server.address(), "--v1");

      assertThat(tool.exitCode()).as(tool.out()).isZero();
      assertThat(tool.value("result")).startsWith("CONNACK, refused with code 5: not authorized");
      assertThat(new String(server.seen(), StandardCharsets.US_ASCII))
          .isEqualTo(
              "PROXY TCP4 203.0.113.7 127.0.0.1 56324 "
                  + server.address().substring("127.0.0.1:".length())
                  + "\r\n");
    }
  }

  /** What nginx sends behind another nginx. */
  @ParameterizedTest
  @CsvSource({
    "203.0.113.7:56324, [::1]:24101, PROXY TCP4 203.0.113.7 0:0:0:0:0:0:0:1 56324 24101",
    "[2001:db8::1]:56324, 127.0.0.1:24101, PROXY TCP6 2001:db8:0:0:0:0:0:1 127.0.0.1 56324 24101",
  })
  void aVersion1HeaderMayMixTheFamilies(String from, String to, String line) throws IOException {
    try (FarSide server = behindALine()) {
      Tool tool = Tool.run("probe", server.address(), "--v1", "--src", from, "--dst", to);

      assertThat(tool.exitCode()).as(tool.out() + tool.err()).isZero();
      assertThat(new String(server.seen(), StandardCharsets.US_ASCII)).isEqualTo(line + "\r\n");
      Tool decoded = Tool.run("decode", hex(server.seen()));
      assertThat(decoded.exitCode()).as(decoded.out()).isZero();
    }
  }

  @Test
  void valuesAreSentAsGiven() throws IOException {
    String ssl = "0100000000" + "220003" + hex("dev".getBytes(StandardCharsets.US_ASCII));
    String tlvs = "0200046d717474" + "ea00050176706331" + "20000b" + ssl;
    int length = 28 + tlvs.length() / 2;
    try (FarSide server = FarSide.with(FarSide.answering(length, ACCEPTED))) {
      Tool tool =
          Tool.run(
              "probe",
              server.address(),
              "--tlv",
              "authority=@mqtt",
              "--tlv",
              "0xEA=01:76:70:63:31",
              "--tlv",
              "20=" + ssl);

      assertThat(tool.exitCode()).as(tool.out() + tool.err()).isZero();
      assertThat(hex(Arrays.copyOfRange(server.seen(), 28, length))).isEqualTo(tlvs);
    }
  }

  @Test
  void aChecksumThatIsAskedForIsRight() throws IOException {
    try (FarSide server = FarSide.with(FarSide.answering(39, ACCEPTED))) {
      Tool tool = Tool.run("probe", server.address(), "--tlv", "04=00", "--crc32c");

      assertThat(tool.exitCode()).as(tool.out()).isZero();
      Tool decoded = Tool.run("decode", hex(server.seen()));
      assertThat(decoded.value("0x03 CRC32C")).endsWith(" ok");
      assertThat(decoded.exitCode()).isZero();
    }
  }

  @Test
  void ipv6IsAnnouncedInAHeaderOfItsOwn() throws IOException {
    try (FarSide server = FarSide.with(FarSide.answering(52, ACCEPTED))) {
      Tool tool = Tool.run("probe", server.address(), "--src", "[2001:db8::9]:40000");

      assertThat(tool.exitCode()).as(tool.out()).isZero();
      assertThat(hex(server.seen())).startsWith(SIGNATURE + "21210024" + "20010db8");
    }
  }

  @Test
  void withoutAHeaderMqttComesFirst() throws IOException {
    try (FarSide server = FarSide.with(FarSide.answering(0, ACCEPTED))) {
      assertThat(Tool.run("probe", server.address(), "--none").exitCode()).isZero();
      assertThat(server.seen()[0]).isEqualTo((byte) 0x10);
    }
  }

  @Test
  void localIsGoodIfTheConnectionIsKept() throws IOException {
    try (FarSide server = FarSide.with(socket -> socket.getInputStream().readAllBytes())) {
      Tool tool = Tool.run("probe", server.address(), "--local", "--timeout", "1");

      assertThat(tool.exitCode()).as(tool.out()).isZero();
      assertThat(tool.value("result")).startsWith("the connection was kept");
      assertThat(hex(server.seen())).isEqualTo(SIGNATURE + "20000000");
    }
  }

  @Test
  void localIsGoodIfTheConnectionIsKeptAboveTlsToo() throws Exception {
    try (FarSide server =
        FarSide.with(
            socket -> {
              socket.getInputStream().readNBytes(16);
              SSLSocket secure =
                  (SSLSocket)
                      serverContext().getSocketFactory().createSocket(socket, null, 0, true);
              secure.setUseClientMode(false);
              return secure.getInputStream().readAllBytes();
            })) {
      Tool tool = Tool.run("probe", server.address(), "--local", "--tls", "--timeout", "2");

      assertThat(tool.exitCode()).as(tool.out()).isZero();
      assertThat(tool.value("certificate")).isEqualTo("CN=mqtt.example");
      assertThat(tool.value("result")).startsWith("the connection was kept");
      assertThat(server.seen()).isEmpty();
    }
  }

  @Test
  void localIsBadIfTheConnectionIsClosed() throws IOException {
    try (FarSide server = FarSide.with(socket -> socket.getInputStream().readNBytes(16))) {
      Tool tool = Tool.run("probe", server.address(), "--local");

      assertThat(tool.exitCode()).isEqualTo(1);
      assertThat(tool.value("result")).startsWith("closed by the far side");
    }
  }

  @Test
  void aCloseIsReportedWithWhatCameBefore() throws IOException {
    try (FarSide server =
        FarSide.with(
            socket -> {
              socket.getInputStream().readNBytes(28);
              FarSide.packet(socket.getInputStream());
              return new byte[0];
            })) {
      Tool tool = Tool.run("probe", server.address());

      assertThat(tool.exitCode()).isEqualTo(1);
      assertThat(tool.value("received")).isEqualTo("0 bytes");
      assertThat(tool.value("result")).startsWith("closed by the far side");
      assertThat(tool.value("hint")).contains("--none");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "15030300020246, 'TLS alert, level 2, description 70', --tls",
    "485454502f312e31203430302042616420526571756573740d0a0d0a, HTTP answer: HTTP/1.1 400 Bad Request, --ws",
    "1b5b324a0d0a, 'an answer that is no CONNACK: \\x1b[2J', ''",
  })
  void anAnswerOfAnotherProtocolIsNamed(String answer, String result, String hint)
      throws IOException {
    try (FarSide server = FarSide.with(FarSide.answering(28, answer))) {
      Tool tool = Tool.run("probe", server.address());

      assertThat(tool.exitCode()).isEqualTo(1);
      assertThat(tool.value("result")).startsWith(result);
      assertThat(answer).startsWith(tool.value("received").replaceFirst("\\d+ bytes: ", ""));
      assertThat(tool.out()).contains(hint);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "--tls", "--ws"})
  void silenceEndsWithTheTimeGiven(String option) throws IOException {
    try (FarSide server = FarSide.with(socket -> socket.getInputStream().readAllBytes())) {
      Tool tool =
          option.isEmpty()
              ? Tool.run("probe", server.address(), "--timeout", "1")
              : Tool.run("probe", server.address(), "--timeout", "1", option);

      assertThat(tool.exitCode()).isEqualTo(1);
      assertThat(tool.value("result")).startsWith("silence: timed out");
    }
  }

  @Test
  void aClosedPortIsNoConnection() throws IOException {
    int port;
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = server.getLocalPort();
    }
    Tool tool = Tool.run("probe", "127.0.0.1:" + port);

    assertThat(tool.exitCode()).isEqualTo(1);
    assertThat(tool.value("result")).startsWith("no connection: ");
  }

  @Test
  void tlsShowsWhatWasPresented() throws Exception {
    try (FarSide server =
        FarSide.with(serverContext().getServerSocketFactory(), FarSide.answering(0, ACCEPTED))) {
      Tool tool = Tool.run("probe", server.address(), "--none", "--tls");

      assertThat(tool.exitCode()).as(tool.out()).isZero();
      assertThat(tool.value("tls")).startsWith("TLSv1.3 ");
      assertThat(tool.value("certificate")).isEqualTo("CN=mqtt.example");
    }
  }

  @Test
  void aRefusalIsReportedEvenIfTheFarSideIsGoneByThen() throws IOException {
    try (FarSide server =
        FarSide.with(
            serverContext().getServerSocketFactory(),
            socket -> {
              FarSide.packet(socket.getInputStream());
              socket.getOutputStream().write(HexFormat.of().parseHex("20020004"));
              return new byte[0];
            })) {
      Tool tool = Tool.run("probe", server.address(), "--none", "--tls");

      assertThat(tool.exitCode()).as(tool.out()).isZero();
      assertThat(tool.value("result"))
          .startsWith("CONNACK, refused with code 4: bad user name or password");
    }
  }

  @Test
  void aFarSideWithoutTlsIsNamed() throws IOException {
    try (FarSide server =
        FarSide.with(
            socket -> {
              socket.getInputStream().readNBytes(40);
              socket.getOutputStream().write(HexFormat.of().parseHex("2002000400000000"));
              return socket.getInputStream().readAllBytes();
            })) {
      Tool tool = Tool.run("probe", server.address(), "--tls");

      assertThat(tool.exitCode()).isEqualTo(1);
      assertThat(tool.value("result")).startsWith("TLS failed: ");
    }
  }

  @Test
  void aRefusedUpgradeShowsItsStatus() throws IOException {
    try (FarSide server =
        FarSide.with(
            socket -> {
              InputStream in = socket.getInputStream();
              StringBuilder request = new StringBuilder();
              while (request.indexOf("\r\n\r\n") < 0) {
                request.append((char) in.read());
              }
              socket
                  .getOutputStream()
                  .write("HTTP/1.1 404 Not Found\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
              return request.toString().getBytes(StandardCharsets.US_ASCII);
            })) {
      Tool tool = Tool.run("probe", server.address(), "--none", "--ws", "--path", "/other");

      assertThat(tool.exitCode()).isEqualTo(1);
      assertThat(tool.value("result")).startsWith("HTTP answer: HTTP/1.1 404 Not Found");
      assertThat(new String(server.seen(), StandardCharsets.US_ASCII))
          .startsWith("GET /other HTTP/1.1\r\nHost: " + server.address() + "\r\n");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nowhere",
        "127.0.0.1:65536",
        "127.0.0.1:1 --v1 --v2",
        "127.0.0.1:1 --src localhost:1",
        "127.0.0.1:1 --src 192.0.2.7:1 --dst [2001:db8::1]:1",
        "127.0.0.1:1 --v1 --tlv 02=@a",
        "127.0.0.1:1 --tlv 02",
        "127.0.0.1:1 --tlv 123=00",
        "127.0.0.1:1 --tlv 02=0",
        "127.0.0.1:1 --tlv SSL=0102",
        "127.0.0.1:1 --tlv SSL=0100000000220009",
        "127.0.0.1:1 --local --src 192.0.2.7:1",
        "127.0.0.1:1 --timeout 0",
        "127.0.0.1:1 --ws --path mqtt",
      })
  void whatCannotBeMeantIsAMistakeOfTheCommandLine(String arguments) {
    assertThat(Tool.run(("probe " + arguments).split(" ")).exitCode()).isEqualTo(2);
  }
}
