package io.strmqtt.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FirstBytesTest {
  private static String shown(String text) {
    return new String(FirstBytes.shown(text.getBytes(ISO_8859_1)), ISO_8859_1);
  }

  @ParameterizedTest
  @CsvSource({
    "GET /mqtt?token=secret, GET /mqtt",
    "POST /?a?b, POST /",
    "GET /mqtt HTTP/1.1, GET /mqtt HTTP/1.1",
    "?, ''",
    "'', ''",
  })
  void ofAnHttpRequestNothingIsShownBehindTheQuestionMark(String text, String expected) {
    assertThat(shown(text)).isEqualTo(expected);
    assertThat(shown("\r\n " + text)).isEqualTo(("\r\n " + expected));
  }

  @Test
  void ofAnMqttConnectOnlyTheHeadIsShown() {
    assertThat(shown("\020\032\000\004MQTT\004\302\000<\000\006secret"))
        .isEqualTo("\020\032\000\004MQTT\004\302\000<");
    assertThat(shown("\020\032?")).isEqualTo("\020\032?");
    assertThat(shown("\037\034\000\006MQIsdp\003\302\000<\000\006secret"))
        .as("reserved flags, of 3.1")
        .isEqualTo("\037\034\000\006MQIsdp\003\302");
  }

  @Test
  void ofHeadersAndTlsAllIsShown() {
    for (String whole :
        new String[] {"\r\n\r\n\000\r\nQUIT\n!\021??", "\026\003\001?", "PROXY TCP4", "\377?"}) {
      assertThat(shown(whole)).isEqualTo(whole);
    }
  }
}
