package io.strmqtt.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.proxy.ForwardedVerdict.Client;
import io.strmqtt.proxy.ForwardedVerdict.NoClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForwardedHeaderTest {
  private static final CidrSet TRUSTED = CidrSet.of(List.of("10.0.0.0/8", "2001:db8:1::/48"));

  private static ForwardedVerdict judge(ForwardedHeader header, List<String> lines, String hop) {
    return new ForwardedPolicy(true, header, TRUSTED).judge(lines, InetAddress.ofLiteral(hop));
  }

  /** In the table a bar ends a header line. */
  private static String client(ForwardedHeader header, String lines) {
    return switch (judge(header, List.of(lines.split("\\|", -1)), "10.0.0.1")) {
      case Client(InetSocketAddress address) -> ClientEndpoint.text(address);
      case NoClient none -> none.toString();
    };
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      quoteCharacter = '\0',
      value = {
        "203.0.113.7 > 203.0.113.7:0",
        "203.0.113.7:4711 > 203.0.113.7:4711",
        "203.0.113.7:65535 > 203.0.113.7:65535",
        "2001:db8::7 > [2001:db8::7]:0",
        "[2001:db8::7]:4711 > [2001:db8::7]:4711",
        "[2001:db8::7] > [2001:db8::7]:0",
        "::ffff:203.0.113.7 > 203.0.113.7:0",
        "[::ffff:203.0.113.7]:47 > 203.0.113.7:47",
        "::ffff:10.0.0.9 > 10.0.0.9:0",
        "198.51.100.1, 203.0.113.7 > 203.0.113.7:0",
        "198.51.100.1,203.0.113.7,\t10.0.0.2 > 203.0.113.7:0",
        "198.51.100.1, 203.0.113.7, ::ffff:10.0.0.2 > 203.0.113.7:0",
        "198.51.100.1|203.0.113.7|10.0.0.2, 2001:db8:1::5 > 203.0.113.7:0",
        "10.0.0.3, 10.0.0.2 > 10.0.0.3:0",
        "10.0.0.3:1, 10.0.0.2:2 > 10.0.0.3:1",
        "203.0.113.7,,10.0.0.2,  > 203.0.113.7:0",
        "203.0.113.7||10.0.0.2 > 203.0.113.7:0",
        "unknown > UNREADABLE",
        "203.0.113.7, unknown > UNREADABLE",
        "203.0.113.7, unknown, 10.0.0.2 > 10.0.0.2:0",
        "203.0.113.7, localhost, 10.0.0.2 > 10.0.0.2:0",
        "203.0.113.7 10.0.0.2 > UNREADABLE",
        "203.0.113.07 > UNREADABLE",
        "203.0.113.7:65536 > UNREADABLE",
        "203.0.113.7:99999999999 > UNREADABLE",
        "203.0.113.7: > UNREADABLE",
        "203.0.113.7:+80 > UNREADABLE",
        "203.0.113.7:_a > UNREADABLE",
        "[203.0.113.7]:80 > UNREADABLE",
        "[2001:db8::7 > UNREADABLE",
        "[2001:db8::7]x > UNREADABLE",
        "2001:db8::7]:80 > UNREADABLE",
        "[] > UNREADABLE",
        "[:] > UNREADABLE",
        ":80 > UNREADABLE",
        "fe80::1%eth0 > UNREADABLE",
        "\"203.0.113.7\" > UNREADABLE",
        "0.0.0.0 > UNREADABLE",
        ":: > UNREADABLE",
        "224.0.0.1, 10.0.0.2 > 10.0.0.2:0",
        "ff02::1, 10.0.0.2 > 10.0.0.2:0",
        "for=203.0.113.7 > UNREADABLE",
        "  > UNREADABLE",
      })
  void ofXForwardedForTheLastAddressThatIsNotTrustedIsTheClient(String lines, String expected) {
    assertThat(client(ForwardedHeader.X_FORWARDED_FOR, lines == null ? "" : lines))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      quoteCharacter = '\0',
      value = {
        "for=203.0.113.7 > 203.0.113.7:0",
        "For=\"203.0.113.7:4711\" > 203.0.113.7:4711",
        "for=\"[2001:db8::7]:4711\" > [2001:db8::7]:4711",
        "FOR=\"[2001:db8::7]\";proto=https;by=10.0.0.1 > [2001:db8::7]:0",
        "proto=https; for=203.0.113.7 ;host=\"a,b;c\" > 203.0.113.7:0",
        ";;for=203.0.113.7; > 203.0.113.7:0",
        "for=203.0.113.7;host=\"a\\\"b,for=198.51.100.1\" > 203.0.113.7:0",
        "for=203.0.113.7;host=\"a\\\\\",for=10.0.0.2 > 203.0.113.7:0",
        "for=\"203.0.113.7:_port\" > 203.0.113.7:0",
        "for=\"203.0.113.7:_\" > UNREADABLE",
        "for=\"203.0.113.7:_p/\" > UNREADABLE",
        "for=198.51.100.1, for=203.0.113.7, for=10.0.0.2 > 203.0.113.7:0",
        "for=198.51.100.1|for=203.0.113.7|for=10.0.0.2 > 203.0.113.7:0",
        "for=\"203.0\\.113.7\" > 203.0.113.7:0",
        "for=unknown > UNREADABLE",
        "for=203.0.113.7, for=_hidden, for=10.0.0.2 > 10.0.0.2:0",
        "for=203.0.113.7, by=10.0.0.9, for=10.0.0.2 > 10.0.0.2:0",
        "for=203.0.113.7;for=198.51.100.1 > UNREADABLE",
        "for=203.0.113.7,for=\"2001:db8:1::5\" > UNREADABLE",
        "for=\", for=203.0.113.7 > 203.0.113.7:0",
        "for=\"|for=203.0.113.7 > 203.0.113.7:0",
        "for=\", for=\"203.0.113.7\";proto=http > 203.0.113.7:0",
        "for=198.51.100.1;host=\", for=10.0.0.3;host=\"x\" > 10.0.0.3:0",
        "for=203.0.113.7\" > UNREADABLE",
        "for=\\\" > UNREADABLE",
        "for=203.0.113.7:4711 > UNREADABLE",
        "for=[2001:db8::7] > UNREADABLE",
        "for = 203.0.113.7 > UNREADABLE",
        "for=203.0.113.7 x > UNREADABLE",
        "for= > UNREADABLE",
        "=203.0.113.7 > UNREADABLE",
        "for > UNREADABLE",
        "203.0.113.7 > UNREADABLE",
      })
  void ofForwardedTheLastAddressThatIsNotTrustedIsTheClient(String lines, String expected) {
    assertThat(client(ForwardedHeader.FORWARDED, lines)).isEqualTo(expected);
  }

  @Test
  void whoIsNotTrustedIsNotListenedTo() {
    for (ForwardedHeader header : ForwardedHeader.values()) {
      assertThat(judge(header, List.of("198.51.100.1"), "203.0.113.9"))
          .isEqualTo(NoClient.NOT_TRUSTED);
      assertThat(judge(header, List.of(), "10.0.0.1")).isEqualTo(NoClient.ABSENT);
      assertThat(
              new ForwardedPolicy(true, header, CidrSet.EMPTY)
                  .judge(List.of("198.51.100.1"), InetAddress.ofLiteral("10.0.0.1")))
          .isEqualTo(NoClient.NOT_TRUSTED);
    }
    assertThat(
            ForwardedPolicy.OFF.judge(List.of("198.51.100.1"), InetAddress.ofLiteral("10.0.0.1")))
        .isEqualTo(NoClient.NOT_TRUSTED);
  }

  @Test
  void theWalkEndsSomewhereHoweverManyTrustedElementsThereAre() {
    String proxies = String.join(",", Collections.nCopies(5000, "10.0.0.2"));
    assertThat(client(ForwardedHeader.X_FORWARDED_FOR, "203.0.113.7," + proxies))
        .isEqualTo("10.0.0.2:0");
    String nothing = ",".repeat(ForwardedHeader.MOST_ELEMENTS);
    assertThat(client(ForwardedHeader.X_FORWARDED_FOR, "203.0.113.7" + nothing))
        .isEqualTo("UNREADABLE");
    assertThat(client(ForwardedHeader.X_FORWARDED_FOR, "203.0.113.7" + nothing.substring(1)))
        .isEqualTo("203.0.113.7:0");
    assertThat(client(ForwardedHeader.FORWARDED, "for=203.0.113.7" + "|".repeat(100_000)))
        .isEqualTo("UNREADABLE");
  }

  @Test
  void aLongLineOfQuotesIsReadOnce() {
    String quotes = "=\"\\\"".repeat(100_000);
    assertThat(client(ForwardedHeader.FORWARDED, quotes)).isEqualTo("UNREADABLE");
    assertThat(client(ForwardedHeader.FORWARDED, "\\".repeat(200_000) + "\"\"\""))
        .isEqualTo("UNREADABLE");
  }
}
