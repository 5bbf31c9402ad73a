package io.strmqtt.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.admin.AdminProvider.AdminServer;
import io.strmqtt.api.admin.Reload;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Load balancers ask in HTTP/1.0 or 1.1, with or without a Host. */
class HealthCheckTest {
  private final FixedView view = new FixedView();
  private final AdminServer server =
      new HttpAdminProvider()
          .start(
              new InetSocketAddress("127.0.0.1", 0),
              view,
              () -> new Reload.Refused(List.of("unused")));

  @AfterEach
  void close() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /readyz HTTP/1.0\r\n\r\n",
        "GET /healthz HTTP/1.0\r\n\r\n",
        "GET /readyz HTTP/1.0\r\nHost: mqtt.example\r\n\r\n",
        "GET /readyz HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n",
        "OPTIONS /readyz HTTP/1.0\r\n\r\n",
        "OPTIONS /healthz HTTP/1.0\r\n\r\n",
        "OPTIONS / HTTP/1.0\r\n\r\n",
        "GET /readyz HTTP/1.1\r\nConnection: close\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n",
        "GET /readyz HTTP/1.1\r\nConnection: TE, Close\r\n\r\n",
        "GET /readyz HTTP/1.1\r\nHost: mqtt.example\r\nConnection: close\r\n\r\n",
        "OPTIONS /readyz HTTP/1.1\r\nConnection: close\r\n\r\n",
        "OPTIONS / HTTP/1.1\r\nHost: mqtt.example\r\nConnection: close\r\n\r\n",
      })
  void healthChecksAreAnsweredInBothVersionsWithAnyHostOrNone(String request) throws IOException {
    assertThat(untilTheEnd(request))
        .startsWith("HTTP/1.1 200 OK\r\n")
        .contains("\r\nConnection: close\r\n", "\r\nContent-Length: ")
        .endsWith("{\"status\":\"ok\",\"version\":\"0.1.0\"}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET /readyz", "OPTIONS /readyz", "OPTIONS /"})
  void aBrokerThatIsNotReadySaysSoInHttp10(String request) throws IOException {
    view.ready = false;

    assertThat(untilTheEnd(request + " HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 503 ");
  }

  @Test
  void headInHttp10HasNoBody() throws IOException {
    assertThat(untilTheEnd("HEAD /readyz HTTP/1.0\r\n\r\n"))
        .startsWith("HTTP/1.1 200 OK\r\n")
        .endsWith("\r\n\r\n");
  }

  @Test
  void aHealthCheckChangesNothing() throws IOException {
    Exchange answer = Exchange.request(server.address(), "POST", "/readyz");

    HttpAdminTest.assertProblem(answer, 405);
    assertThat(answer.headers()).containsEntry("allow", "GET, HEAD, OPTIONS");
  }

  @Test
  void otherPathsInHttp10StillNeedAHostThatMeansLoopback() throws IOException {
    assertThat(untilTheEnd("GET /api/v1/counters HTTP/1.0\r\n\r\n"))
        .startsWith("HTTP/1.1 400 ")
        .contains("needs one Host header");
    assertThat(untilTheEnd("GET /api/v1/counters HTTP/1.0\r\nHost: evil.example\r\n\r\n"))
        .startsWith("HTTP/1.1 403 ");
    assertThat(untilTheEnd("GET /api/v1/counters HTTP/1.0\r\nHost: localhost\r\n\r\n"))
        .startsWith("HTTP/1.1 200 ");
  }

  @Test
  void aRequestInHttp10MayComeByteByByte() throws IOException {
    try (Socket socket = new Socket("127.0.0.1", server.address().getPort())) {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(20_000);
      for (byte b : "GET /readyz HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII)) {
        socket.getOutputStream().write(b);
      }

      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  void aLaterRequestInHttp10IsRefusedWithTheReason() throws IOException {
    assertThat(
            untilTheEnd(
                "GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /readyz HTTP/1.0\r\n\r\n"))
        .startsWith("HTTP/1.1 200 ")
        .contains("HTTP/1.1 505 ")
        .contains("in the first request of a connection");
  }

  @Test
  void aRequestLineWithoutEndIsRefused() throws IOException {
    assertThat(untilTheEnd("GET /" + "a".repeat(200_000))).startsWith("HTTP/1.1 414 ");
  }

  private String untilTheEnd(String request) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", server.address().getPort())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
