package io.strmqtt.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.ForwardedBy;
import io.strmqtt.api.ProxyHeader;
import io.strmqtt.api.ProxyTlvs;
import io.strmqtt.api.TlsInfo;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ForwardedEndpointTest {
  private static final InetSocketAddress PEER = new InetSocketAddress("10.0.0.5", 41_022);
  private static final InetSocketAddress LOCAL = new InetSocketAddress("192.0.2.1", 8084);
  private static final InetSocketAddress HOP = new InetSocketAddress("10.0.1.6", 40_312);
  private static final InetSocketAddress CLIENT = new InetSocketAddress("203.0.113.7", 0);

  private static ClientEndpoint announced(String identity) {
    return new ClientEndpoint(
        HOP,
        PEER,
        LOCAL,
        "ws",
        Optional.of(
            new ProxyHeader(
                ProxyHeader.Version.V2,
                ProxyHeader.Kind.PROXIED,
                ProxyTlvs.NONE,
                Optional.of(identity))),
        Optional.empty());
  }

  @Test
  void theLogNamesTheClientTheProxyAndTheHeader() {
    ClientEndpoint endpoint =
        ClientEndpoint.direct(PEER, LOCAL, "ws").withForwarded(CLIENT, "x-forwarded-for");

    assertThat(endpoint.toLog())
        .isEqualTo("client=203.0.113.7:0 via=10.0.0.5:41022 fwd=x-forwarded-for");
    assertThat(endpoint.via()).contains(PEER);
    assertThat(endpoint.forwarded()).contains(new ForwardedBy("x-forwarded-for", PEER));
  }

  @Test
  void behindAProxyHeaderItNamesWhoSentTheRequestToo() {
    ClientEndpoint endpoint =
        announced("device").withTls(new TlsInfo("TLSv1.3", "c", Optional.empty()));

    assertThat(endpoint.withForwarded(CLIENT, "forwarded").toLog())
        .isEqualTo(
            "client=203.0.113.7:0 via=10.0.0.5:41022 pp=v2 hop=10.0.1.6:40312 fwd=forwarded");
    assertThat(endpoint.withForwarded(CLIENT, "forwarded").tls()).isEqualTo(endpoint.tls());
  }

  @Test
  void theCertificateOfAProxyIsNoIdentityOfItsClients() {
    assertThat(announced("front-proxy").proxyIdentity()).contains("front-proxy");
    assertThat(announced("front-proxy").withForwarded(CLIENT, "forwarded").proxyIdentity())
        .isEmpty();
  }
}
