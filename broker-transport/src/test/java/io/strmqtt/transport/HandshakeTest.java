package io.strmqtt.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.strmqtt.api.Reason;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which upgrade requests are accepted, and what the others are told. */
class HandshakeTest {
  private AllowedOrigins origins = AllowedOrigins.LOOPBACK;

  private static FullHttpRequest request(String target) {
    FullHttpRequest request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1, HttpMethod.GET, target, Unpooled.EMPTY_BUFFER);
    request
        .headers()
        .set("host", "localhost")
        .set("UPGRADE", "WebSocket")
        .set("connection", "keep-alive, Upgrade")
        .set("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .set("sec-websocket-version", "13")
        .set("sec-websocket-protocol", "mqtt");
    return request;
  }

  private String verdict(FullHttpRequest request) {
    return switch (new Handshake("/mqtt", origins, "ws").judge(request)) {
      case Handshake.Accepted accepted -> accepted.subprotocol();
      case Handshake.Refused refused -> refused.status().code() + " " + refused.reason();
    };
  }

  @Test
  void theKeyIsAnsweredAsTheSpecificationShows() { // RFC 6455, section 1.3
    assertThat(new Handshake("/mqtt", origins, "ws").judge(request("/mqtt")))
        .isEqualTo(new Handshake.Accepted("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "mqtt"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/mqtt",
        "/mqtt?token=x%20y",
        "/%6Dqtt",
        "http://broker.example/mqtt",
        "HTTPS://broker.example:443/mqtt?a=b",
        "ws://[::1]:8084/mqtt",
        "wss://broker.example/mqtt"
      })
  void theTargetMayBeWrittenInAnyForm(String target) {
    assertThat(verdict(request(target))).isEqualTo("mqtt");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/mqtt/", "/MQTT", "http://mqtt", "ftp://broker.example/mqtt", "*"})
  void anotherPathIsNotFound(String target) {
    assertThat(verdict(request(target))).isEqualTo("404 NOT_WEBSOCKET");
  }

  @Test
  void aPathThatCannotBeDecodedIsABadRequest() {
    assertThat(verdict(request("/%mqtt"))).isEqualTo("400 BAD_HTTP");
  }

  @Test
  void theFirstSubprotocolThatWeKnowIsTakenFromAllLines() {
    FullHttpRequest request = request("/mqtt");
    request.headers().set("Sec-WebSocket-Protocol", List.of("foo", "mqtt"));
    assertThat(verdict(request)).isEqualTo("mqtt");
    request.headers().set("Sec-WebSocket-Protocol", List.of("foo, mqttv3.1", "mqtt"));
    assertThat(verdict(request)).isEqualTo("mqttv3.1");
    request.headers().set("Sec-WebSocket-Protocol", List.of("foo", "MQTT"));
    assertThat(verdict(request)).isEqualTo("400 NOT_WEBSOCKET");
  }

  @Test
  void anotherVersionOrNoneNeedsAnUpgrade() {
    FullHttpRequest request = request("/mqtt");
    request.headers().set("Sec-WebSocket-Version", "14");
    assertThat(verdict(request)).isEqualTo("426 NOT_WEBSOCKET");
    request.headers().remove("Sec-WebSocket-Version");
    assertThat(verdict(request)).isEqualTo("426 NOT_WEBSOCKET");
  }

  @Test
  void whatIsNoUpgradeIsToldSo() {
    assertThat(verdict(request("/mqtt").setProtocolVersion(HttpVersion.HTTP_1_0)))
        .isEqualTo("426 NOT_WEBSOCKET");
    assertThat(verdict(request("/mqtt").setMethod(HttpMethod.POST))).isEqualTo("426 NOT_WEBSOCKET");
    FullHttpRequest request = request("/mqtt");
    request.headers().set("Connection", "keep-alive");
    assertThat(verdict(request)).isEqualTo("426 NOT_WEBSOCKET");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "AAAA", "no base64!", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="})
  void aKeyThatIsNoneIsABadRequest(String key) {
    FullHttpRequest request = request("/mqtt");
    request.headers().set("Sec-WebSocket-Key", key);
    assertThat(verdict(request)).isEqualTo("400 NOT_WEBSOCKET");
  }

  private boolean allows(String origin) {
    FullHttpRequest request = request("/mqtt");
    request.headers().set("Origin", origin);
    String verdict = verdict(request);
    assertThat(verdict).isIn("mqtt", "403 " + Reason.ORIGIN_NOT_ALLOWED);
    return verdict.equals("mqtt");
  }

  @Test
  void onlyPagesOfThisMachineAreOfTheLoopback() {
    for (String own :
        List.of(
            "http://localhost",
            "https://LOCALHOST:3000",
            "http://app.localhost",
            "http://127.0.0.1:8080",
            "http://127.1.2.3",
            "http://[::1]:5173")) {
      assertThat(allows(own)).as(own).isTrue();
    }
    for (String foreign :
        List.of(
            "http://evil.example",
            "https://localhost.evil.example",
            "http://127.0.0.1.evil.example",
            "http://10.0.0.1",
            "http://localhost/",
            "http://localhost http://evil.example",
            "null",
            "")) {
      assertThat(allows(foreign)).as(foreign).isFalse();
    }
  }

  @Test
  void anOriginIsSchemeHostAndPort() {
    origins = AllowedOrigins.of(List.of("https://App.example:443", "http://[2001:DB8::1]:8080"));
    assertThat(allows("https://app.example")).isTrue();
    assertThat(allows("https://APP.EXAMPLE:443")).isTrue();
    assertThat(allows("http://[2001:db8:0::1]:8080")).isTrue();
    for (String other :
        List.of(
            "http://app.example",
            "https://app.example:8443",
            "https://www.app.example",
            "http://[2001:db8::1]",
            "http://localhost",
            "null")) {
      assertThat(allows(other)).as(other).isFalse();
    }
    origins = AllowedOrigins.ANY;
    assertThat(allows("null")).isTrue();
  }
}
