package io.strmqtt.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Reason;
import io.strmqtt.proxy.ProxyVerdict.Header;
import io.strmqtt.proxy.ProxyVerdict.NeedMore;
import io.strmqtt.proxy.ProxyVerdict.Reject;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A version 1 line is refused at the first byte with which no valid line begins, and not before:
 * the grammar as regular expressions (IPv6 as in RFC 3986) and ways to complete a line are the
 * oracle.
 */
class EarliestByteTest {
  private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
  private static final String V4 = OCTET + "(\\." + OCTET + "){3}";
  private static final String V6 = v6();
  private static final String PORT =
      "(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3}|0)";
  private static final Pattern LINE =
      Pattern.compile(
          "PROXY (UNKNOWN( [^\r\n]*)?|"
              + String.join(
                  "|",
                  line("TCP4", V4, V4 + "|" + V6),
                  line("TCP4", V6, V4),
                  line("TCP6", V6, V4 + "|" + V6),
                  line("TCP6", V4, V6))
              + ")\r\n",
          Pattern.DOTALL);

  /** What a line may end with, wherever it stands. */
  private static final Set<String> ENDS = ends();

  private final Random seeded = new Random(20_260_501);
  private final HeaderSource source = new HeaderSource(seeded);

  private static String line(String protocol, String source, String destination) {
    return protocol + " (" + source + ") (" + destination + ") " + PORT + " " + PORT;
  }

  private static String v6() {
    String h16 = "[0-9a-fA-F]{1,4}";
    String group = "(" + h16 + ":)";
    String ls32 = "(" + h16 + ":" + h16 + "|" + V4 + ")";
    StringBuilder all = new StringBuilder(group + "{6}" + ls32);
    all.append("|::").append(group).append("{5}").append(ls32);
    for (int before = 0; before <= 4; before++) {
      all.append("|(%s{0,%d}%s)?::%s{%d}%s".formatted(group, before, h16, group, 4 - before, ls32));
    }
    all.append("|(%s{0,5}%s)?::%s".formatted(group, h16, h16));
    all.append("|(%s{0,6}%s)?::".formatted(group, h16));
    return all.toString();
  }

  private static Set<String> ends() {
    Set<String> ends = new LinkedHashSet<>();
    for (String line :
        List.of(
            "PROXY UNKNOWN\r\n",
            "PROXY TCP4 1.1.1.1 1.1.1.1 1 1\r\n",
            "PROXY TCP6 1:1:1:1:1:1:1:1 1:1:1:1:1:1:1:1 1 1\r\n",
            "PROXY TCP6 1:1:1:1:1:1:1.1.1.1 1:1:1:1:1:1:1.1.1.1 1 1\r\n",
            "PROXY TCP6 ::1 ::1 1 1\r\n",
            "PROXY TCP4 1:1:1:1:1:1:1:1 1.1.1.1 1 1\r\n",
            "PROXY TCP4 1:1:1:1:1:1:1.1.1.1 1.1.1.1 1 1\r\n",
            "PROXY TCP4 ::1 1.1.1.1 1 1\r\n",
            "PROXY TCP6 1.1.1.1 ::1 1 1\r\n")) {
      for (int from = 0; from < line.length(); from++) {
        ends.add(line.substring(from));
      }
    }
    return ends;
  }

  private static boolean canBecomeALine(String prefix) {
    return ENDS.stream().anyMatch(end -> LINE.matcher(prefix + end).matches());
  }

  private static void check(byte[] line) {
    String text = new String(line, ISO_8859_1);
    switch (Bytes.parse(line)) {
      case Header header ->
          assertThat(LINE.matcher(text.substring(0, header.length())).matches()).as(text).isTrue();
      case NeedMore _ -> assertThat(canBecomeALine(text)).as(text).isTrue();
      case Reject reject when reject.offset() >= 107 || reject.reason() == Reason.BAD_SOURCE -> {}
      case Reject reject -> {
        int at = reject.offset();
        assertThat(Bytes.parse(line, at)).as(text).isEqualTo(NeedMore.INSTANCE);
        assertThat(Bytes.parse(line, at + 1)).as(text).isEqualTo(reject);
        assertThat(canBecomeALine(text.substring(0, at))).as(text).isTrue();
        assertThat(canBecomeALine(text.substring(0, at + 1))).as("%s at %d", text, at).isFalse();
      }
    }
  }

  @Test
  void aMistakeIsFoundWhereNoLineGoesOnSo() {
    String bytes = "0123456789abfF:. \r\nTCPUx\0\u00b1";
    for (int round = 0; round < 2_000; round++) {
      byte[] line = v1();
      for (int change = 1 + seeded.nextInt(2); change > 0; change--) {
        int at = 6 + seeded.nextInt(line.length - 6);
        byte other = (byte) bytes.charAt(seeded.nextInt(bytes.length()));
        line =
            seeded.nextBoolean()
                ? Bytes.join(head(line, at), new byte[] {other}, tail(line, at + 1))
                : Bytes.join(head(line, at), new byte[] {other}, tail(line, at));
      }
      check(line);
    }
  }

  @Test
  void aValidLineIsNotGivenUpAtAnyOfItsBytes() {
    for (int round = 0; round < 300; round++) {
      byte[] line = v1();
      assertThat(LINE.matcher(new String(line, ISO_8859_1)).matches()).isTrue();
      for (int length = 0; length < line.length; length++) {
        assertThat(Bytes.parse(line, length)).isEqualTo(NeedMore.INSTANCE);
      }
      assertThat(Bytes.parse(line)).isInstanceOf(Header.class);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "PROXY TCPX, 9",
    "PROXY UDP4, 7",
    "PROXY TCP4x, 10",
    "PROXY TCP4 1.2.x, 15",
    "PROXY TCP4 1.2.3456, 17",
    "PROXY TCP4 256., 14",
    "PROXY TCP4 01., 13",
    "PROXY TCP4 1.2.256, 17",
    "PROXY TCP4 1.1.1.1 256., 22",
    "PROXY TCP4 ::1 1.256, 19",
    "PROXY TCP4 ::1 ::, 15",
    "PROXY TCP6 1.2.3.4 5., 20",
    "PROXY TCP4 1.2.3.4.5, 18",
    "PROXY TCP6 12345, 15",
    "PROXY TCP6 1:2:3:4:5:6:7:8:9, 26",
    "PROXY TCP6 1::2::3, 16",
    "PROXY TCP6 fe80::1%eth0, 18",
    "PROXY TCP6 [::1], 11",
    "PROXY TCP4 1.1.1.1 2.2.2.2 65536, 31",
    "PROXY TCP4 1.1.1.1 2.2.2.2 +5632, 27",
    "PROXY TCP4 1.1.1.1 2.2.2.2 05632, 28"
  })
  void theOffsetIsTheOneOfTheByteThatIsWrong(String line, int offset) {
    byte[] bytes = Bytes.ascii(line);
    assertThat(Bytes.parse(bytes))
        .isInstanceOfSatisfying(
            Reject.class,
            reject -> {
              assertThat(reject.reason()).isEqualTo(Reason.BAD_V1);
              assertThat(reject.offset()).isEqualTo(offset);
            });
    check(bytes);
  }

  private byte[] v1() {
    while (true) {
      byte[] bytes = source.header().bytes();
      if (bytes[0] == 'P') {
        return bytes;
      }
    }
  }

  private static byte[] head(byte[] bytes, int to) {
    return Arrays.copyOf(bytes, to);
  }

  private static byte[] tail(byte[] bytes, int from) {
    return Arrays.copyOfRange(bytes, from, bytes.length);
  }
}
