package io.strmqtt.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.Reason;
import io.strmqtt.api.admin.ProxyReject;
import io.strmqtt.proxy.ProxyRefusal;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxyRejectsTest {
  private static final ClientEndpoint ENDPOINT =
      ClientEndpoint.direct(
          new InetSocketAddress("10.0.0.5", 4000), new InetSocketAddress("10.0.0.1", 1883), "tcp");

  private final ProxyRejects rejects =
      new ProxyRejects(Clock.fixed(Instant.ofEpochSecond(7), ZoneOffset.UTC));

  @Test
  void theLastHundredAreKeptTheLatestFirst() {
    assertThat(rejects.latestFirst()).isEmpty();
    for (int i = 0; i < 250; i++) {
      add(Reason.BAD_V1, "detail " + i, "PROXY x");
    }

    List<ProxyReject> last = rejects.latestFirst();

    assertThat(last).hasSize(100);
    assertThat(last.getFirst())
        .isEqualTo(
            new ProxyReject(
                Instant.ofEpochSecond(7),
                ENDPOINT,
                Reason.BAD_V1,
                "50524f58592078",
                "a PROXY header of version 1",
                "detail 249",
                "hint"));
    assertThat(last.getLast().detail()).isEqualTo("detail 150");
  }

  @ParameterizedTest
  @CsvSource({
    "NO_HEADER_MQTT, '\u0010', an MQTT CONNECT",
    "NO_HEADER_TLS, '\u0016', a TLS ClientHello",
    "NO_HEADER_HTTP, G, an HTTP request",
    "NO_HEADER_OTHER, SSH-2.0, something else",
    "BUDGET, '', nothing was read",
    "TRUNCATED, PRO, a PROXY header of version 1",
    "UNEXPECTED_HEADER, PROXY TCP4, a PROXY header of version 1"
  })
  void whatCameIsNamed(Reason reason, String bytes, String guess) {
    add(reason, "", bytes);

    assertThat(rejects.latestFirst().getFirst().guess()).isEqualTo(guess);
  }

  @Test
  void theBinarySignatureIsNamedFromItsFirstByte() {
    String header = "\r\n\r\n\0\r\nQUIT\n\u0031";
    for (int length = 1; length <= header.length(); length++) {
      add(Reason.TRUNCATED, "", header.substring(0, length));
      assertThat(rejects.latestFirst().getFirst().guess()).isEqualTo("a PROXY header of version 2");
    }
  }

  private void add(Reason reason, String detail, String bytes) {
    rejects.add(
        ENDPOINT,
        new ProxyRefusal(reason, detail, -1, bytes.getBytes(StandardCharsets.ISO_8859_1), "hint"));
  }
}
