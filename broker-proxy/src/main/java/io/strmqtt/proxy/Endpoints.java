package io.strmqtt.proxy;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.ProxyHeader;
import java.net.InetSocketAddress;
import java.util.Optional;

/** Who is at the other end, given the socket and the header. Safe on every thread. */
public final class Endpoints {
  private Endpoints() {}

  /**
   * The endpoint of a connection. A header that names no client (LOCAL, UNKNOWN) leaves the
   * socket's addresses in force and is still told.
   *
   * @param peer the socket's remote address
   * @param local the socket's local address
   * @param listener the listener's name
   * @param policy the listener's: what of the proxy's TLS serves as user name
   * @param header the accepted header, if one came
   */
  public static ClientEndpoint endpointOf(
      InetSocketAddress peer,
      InetSocketAddress local,
      String listener,
      ProxyPolicy policy,
      Optional<ProxyVerdict.Header> header) {
    return new ClientEndpoint(
        header.flatMap(ProxyVerdict.Header::source).orElse(peer),
        peer,
        header.flatMap(ProxyVerdict.Header::destination).orElse(local),
        listener,
        header.map(
            h ->
                new ProxyHeader(
                    h.version(), h.kind(), h.tlvs(), ProxyIdentity.of(policy, h.tlvs()))),
        Optional.empty());
  }
}
