package io.strmqtt.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.NotSslRecordException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class TlsDoneTest {
  private static String hex(String text) {
    return HexFormat.of().formatHex(text.getBytes(ISO_8859_1));
  }

  /** As the JDK's engine names it. */
  private static NotSslRecordException notTls(String received) {
    return new NotSslRecordException("not an SSL/TLS record: " + hex(received));
  }

  @Test
  void ofWhatIsNoTlsNothingThatMayBeASecretIsShown() {
    assertThat(
            TlsDone.detail(
                notTls("GET /mqtt?token=secret HTTP/1.1\r\nAuthorization: Bearer secret\r\n")))
        .isEqualTo("not an SSL/TLS record: " + hex("GET /mqtt"));
    assertThat(TlsDone.detail(notTls("x".repeat(500))))
        .isEqualTo("not an SSL/TLS record: " + hex("x".repeat(32)));
  }

  @Test
  void otherFailuresAreToldInTheEnginesWords() {
    assertThat(TlsDone.detail(new NotSslRecordException("not an SSL/TLS record")))
        .as("BoringSSL's")
        .isEqualTo("not an SSL/TLS record");
    assertThat(TlsDone.detail(new NotSslRecordException())).isEqualTo("not an SSL/TLS record");
    assertThat(TlsDone.detail(new IllegalStateException("no cipher in common")))
        .isEqualTo("no cipher in common");
  }
}
