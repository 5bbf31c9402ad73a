package io.strmqtt.dist.cli.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DecodeCommandTest {
  private static final Path TABLES = Path.of("../broker-proxy/src/test/resources/io/strmqtt/proxy");
  private static final String CONNECT = "100c00044d5154540402003c0000";
  private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

  /** HAProxy 2.6.12: send-proxy-v2-ssl-cn with a client certificate of CN=device-0042. */
  private static final String WITH_CN =
      SIGNATURE
          + "2111002c7f0000057f000001a4174a3b20001d0700000000210007544c5376312e33"
          + "22000b6465766963652d30303432";

  /** HAProxy 2.6.12: crc32c. */
  private static final String WITH_CRC =
      SIGNATURE + "211100137f0000057f000001a4134a3e03000455f42334";

  static Stream<String[]> vectors() throws IOException {
    return rows("vectors.tsv");
  }

  static Stream<String[]> captures() throws IOException {
    return rows("captures.tsv");
  }

  private static Stream<String[]> rows(String table) throws IOException {
    List<String> lines = Files.readAllLines(TABLES.resolve(table));
    return lines.stream()
        .filter(line -> !line.startsWith("#") && !line.isBlank())
        .map(line -> line.split("\t", -1));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("vectors")
  void everyVectorEndsWithItsVerdict(String id, String verdict, String hex, String follows) {
    Tool tool = Tool.run("decode", hex + (follows.equals("+CONNECT") ? CONNECT : ""));

    boolean good = verdict.equals("A") || verdict.equals("L");
    assertThat(tool.exitCode()).as(tool.out()).isEqualTo(good ? 0 : 1);
    assertThat(tool.value("verdict"))
        .startsWith(
            switch (verdict) {
              case "A" -> "accepted, the client is ";
              case "L" -> "accepted, ";
              case "R" -> "refused at byte ";
              default -> "incomplete";
            });
    assertThat(tool.out()).as(id).matches("[\\P{Cntrl}\n]*");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("captures")
  void everyCapturedHeaderGivesItsClient(String name, String client, String hex) {
    Tool tool = Tool.run("decode", hex);

    assertThat(tool.exitCode()).as(tool.out()).isZero();
    assertThat(tool.value("verdict"))
        .as(name)
        .matches(client.equals("-") ? "accepted, .*address counts" : ".* the client is .*")
        .endsWith(client.equals("-") ? "" : " " + client);
  }

  @Test
  void everyPrefixOfAHeaderIsIncompleteAndSaysWhereItBreaksOff() {
    byte[] header = HexFormat.of().parseHex(WITH_CN);
    for (int length = 1; length < header.length; length++) {
      Tool tool = Tool.run("decode", HexFormat.of().formatHex(header, 0, length));
      assertThat(tool.exitCode()).isEqualTo(1);
      assertThat(tool.value("verdict")).startsWith("incomplete: it breaks off at byte " + length);
    }
  }

  @Test
  void theValuesOfTheProxysTlsArePrinted() {
    Tool tool = Tool.run("decode", WITH_CN + CONNECT);

    assertThat(tool.exitCode()).isZero();
    assertThat(tool.value("version")).isEqualTo("2");
    assertThat(tool.value("command")).isEqualTo("1 PROXY");
    assertThat(tool.value("family")).isEqualTo("1 INET");
    assertThat(tool.value("transport")).isEqualTo("1 STREAM");
    assertThat(tool.value("source")).isEqualTo("127.0.0.5:42007");
    assertThat(tool.value("destination")).isEqualTo("127.0.0.1:19003");
    assertThat(tool.value("0x20 SSL")).isEqualTo("29 bytes");
    assertThat(tool.value("  client")).isEqualTo("0x07 SSL CERT_CONN CERT_SESS");
    assertThat(tool.value("  verify")).isEqualTo("0 (certificate verified)");
    assertThat(tool.value("  0x21 SSL_VERSION")).isEqualTo("TLSv1.3");
    assertThat(tool.value("  0x22 SSL_CN")).isEqualTo("device-0042");
    assertThat(tool.value("header ends at")).isEqualTo("byte 60");
    assertThat(tool.value("bytes that follow")).isEqualTo("14: " + CONNECT);
    assertThat(tool.value("verdict")).isEqualTo("accepted, the client is 127.0.0.5:42007");
  }

  @Test
  void aChecksumIsVerified() {
    assertThat(Tool.run("decode", WITH_CRC).value("0x03 CRC32C")).isEqualTo("0x55f42334 ok");

    Tool altered = Tool.run("decode", WITH_CRC.replace("7f000005", "7f000006"));
    assertThat(altered.exitCode()).isEqualTo(1);
    assertThat(altered.value("0x03 CRC32C")).startsWith("0x55f42334 mismatch: the header's is 0x");
    assertThat(altered.value("verdict")).startsWith("refused at byte 31: CRC_MISMATCH");
  }

  @Test
  void theIdentifiersOfTheCloudsArePrinted() {
    String tlvs = "ea00050176706331" + "e000080000000000000102" + "ee00050178563412";
    Tool tool =
        Tool.run(
            "decode",
            SIGNATURE
                + "2111%04x".formatted(12 + tlvs.length() / 2)
                + "cb007107c0000201dc04075b"
                + tlvs);

    assertThat(tool.value("0xea AWS")).isEqualTo("VPC endpoint vpc1");
    assertThat(tool.value("0xe0 GCP")).isEqualTo("connection 258");
    assertThat(tool.value("0xee AZURE")).isEqualTo("link 305419896");
  }

  @Test
  void aBrokenValueShowsWhatIsThere() {
    Tool tool = Tool.run("decode", SIGNATURE + "21110011cb007107c0000201dc04075b0200ff6d71");

    assertThat(tool.exitCode()).isEqualTo(1);
    assertThat(tool.value("0x02 AUTHORITY"))
        .isEqualTo("255 bytes declared at byte 29, 2 there: 6d71");
    assertThat(tool.value("verdict")).startsWith("refused at byte 28: BAD_TLV");
  }

  @Test
  void textFromTheWireCanDoATerminalNoHarm() {
    Tool tool =
        Tool.run("decode", SIGNATURE + "21110015cb007107c0000201dc04075b0500061b5b324ae280");

    assertThat(tool.value("0x05 UNIQUE_ID")).isEqualTo("\\x1b[2J\u00e2\\x80");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PROXY TCP4 203.0.113.7 192.0.2.1 56324 1883",
        "PROXY TCP4 203.0.113.7 192.0.2.1 56324 1883\\r\\n",
        "PROXY TCP4 203.0.113.7 192.0.2.1 56324 1883\r\n",
      })
  void aLineOfVersion1MayBeGivenAsText(String line) {
    Tool tool = Tool.run("decode", line);

    assertThat(tool.exitCode()).isZero();
    assertThat(tool.value("protocol")).isEqualTo("TCP4");
    assertThat(tool.value("source address")).isEqualTo("203.0.113.7");
    assertThat(tool.value("destination port")).isEqualTo("1883");
    assertThat(tool.value("verdict")).isEqualTo("accepted, the client is 203.0.113.7:56324");
  }

  @Test
  void aLineWithAddressesOfTwoFamiliesIsRead() {
    Tool tool = Tool.run("decode", "PROXY TCP6 2001:db8::1 127.0.0.1 56324 24101");
    assertThat(tool.value("source address")).isEqualTo("2001:db8::1");
    assertThat(tool.value("destination address")).isEqualTo("127.0.0.1");
    assertThat(tool.value("verdict")).startsWith("accepted");
  }

  @Test
  void aBrokenLineSaysWhichByte() {
    Tool tool = Tool.run("decode", "PROXY TCP4 203.0.113.07 192.0.2.1 56324 1883");

    assertThat(tool.exitCode()).isEqualTo(1);
    assertThat(tool.value("verdict"))
        .isEqualTo("refused at byte 22: BAD_V1, source address is no IP address");
  }

  @Test
  void hexMayBeWrittenAsToolsWriteIt() {
    String expected = Tool.run("decode", WITH_CRC).out();
    String colons = WITH_CRC.replaceAll("(..)(?!$)", "$1:").toUpperCase(java.util.Locale.ROOT);
    String[] words = ("decode " + WITH_CRC.replaceAll("(....)", "$1 ")).strip().split(" ");

    assertThat(Tool.run("decode", colons).out()).isEqualTo(expected);
    assertThat(Tool.run("decode", "0x" + WITH_CRC).out()).isEqualTo(expected);
    assertThat(Tool.run(words).out()).isEqualTo(expected);
  }

  @Test
  void standardInputMayBeHexOrTheBytesThemselves() {
    String expected = Tool.run("decode", WITH_CRC).out();
    byte[] hex = (WITH_CRC + "\n").getBytes(StandardCharsets.US_ASCII);

    assertThat(Tool.run(hex, "decode", "-").out()).isEqualTo(expected);
    assertThat(Tool.run(HexFormat.of().parseHex(WITH_CRC), "decode", "-").out())
        .isEqualTo(expected);
    assertThat(
            Tool.run("PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII), "decode", "-")
                .exitCode())
        .isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0d0a0", "hello", "0d\u0660a"})
  void whatIsNoHexIsAMistakeOfTheCommandLine(String text) {
    Tool tool = Tool.run("decode", text);

    assertThat(tool.exitCode()).isEqualTo(2);
    assertThat(tool.err()).startsWith("error: expected ");
    assertThat(tool.out()).isEmpty();
  }

  @Test
  void theGreatestLengthIsTheOneConfigured() {
    String header = SIGNATURE + "21111388cb007107c0000201dc04075b" + "041379" + "00".repeat(4985);

    Tool usual = Tool.run("decode", header);
    assertThat(usual.exitCode()).isEqualTo(1);
    assertThat(usual.value("verdict")).startsWith("refused at byte 14: TOO_LARGE");
    Tool raised = Tool.run("decode", "--max-header-size", "8192", header);
    assertThat(raised.exitCode()).as(raised.out()).isZero();
  }

  @Test
  void aFirstPacketOfMqttIsNamed() {
    Tool tool = Tool.run("decode", CONNECT);

    assertThat(tool.exitCode()).isEqualTo(1);
    assertThat(tool.value("verdict")).startsWith("refused at byte 0: NO_HEADER_MQTT");
  }
}
