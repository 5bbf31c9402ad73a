package io.strmqtt.api;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.Optional;

/**
 * Who is at the other end of a connection: the only way any code learns an address.
 *
 * @param client the effective address: from the PROXY header if one was believed, else the socket's
 *     peer
 * @param peer the address the socket itself is connected to: a load balancer's, if there is one
 * @param local the address the client connected to: the header's destination, else the socket's
 *     local address
 * @param listener the name of the listener that accepted the connection
 * @param proxy what the PROXY header said, if there was one
 * @param tls the TLS session this broker terminated, if any; absent until the handshake is done
 */
public record ClientEndpoint(
    InetSocketAddress client,
    InetSocketAddress peer,
    InetSocketAddress local,
    String listener,
    Optional<ProxyHeader> proxy,
    Optional<TlsInfo> tls) {

  public ClientEndpoint {
    Objects.requireNonNull(client);
    Objects.requireNonNull(peer);
    Objects.requireNonNull(local);
    Objects.requireNonNull(listener);
    Objects.requireNonNull(proxy);
    Objects.requireNonNull(tls);
  }

  /** An endpoint without a proxy: the client is the socket's peer. */
  public static ClientEndpoint direct(
      InetSocketAddress peer, InetSocketAddress local, String listener) {
    return new ClientEndpoint(peer, peer, local, listener, Optional.empty(), Optional.empty());
  }

  /** This endpoint, with the TLS session that has been established on it. */
  public ClientEndpoint withTls(TlsInfo session) {
    return new ClientEndpoint(client, peer, local, listener, proxy, Optional.of(session));
  }

  /** The proxy's own address, if a proxy spoke: a PROXY header of either kind was read. */
  public Optional<InetSocketAddress> via() {
    return proxy.map(p -> peer);
  }

  /**
   * The user name by the TLS session a trusted proxy terminated, for authenticators that ask for
   * it: present only if the listener is configured to tell it ({@code proxy.tls_identity}) and the
   * proxy verified a client certificate. A client certificate that this broker has seen itself
   * always wins: then there is none.
   */
  public Optional<String> proxyIdentity() {
    return tls.flatMap(TlsInfo::subject).isPresent()
        ? Optional.empty()
        : proxy.flatMap(ProxyHeader::identity);
  }

  /**
   * The log form: {@code client=203.0.113.7:56324 via=10.0.0.5:41022 pp=v2 id=7f3a}, with {@code
   * via} and {@code pp} only where a proxy spoke, and {@code id} only where it gave the connection
   * one.
   */
  public String toLog() {
    StringBuilder text = new StringBuilder(80).append("client=").append(text(client));
    proxy.ifPresent(
        p -> {
          text.append(" via=").append(text(peer)).append(" pp=").append(p.version().label());
          p.tlvs().uniqueIdText().ifPresent(id -> text.append(" id=").append(id));
        });
    return text.toString();
  }

  /**
   * {@code 203.0.113.7:56324} or {@code [2001:db8::7]:56324}; never a host name, never a look-up.
   */
  public static String text(InetSocketAddress address) {
    InetAddress ip = address.getAddress();
    if (ip == null) {
      return address.getHostString() + ":" + address.getPort();
    }
    String host = IpText.of(ip);
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  /** {@code 203.0.113.7} or {@code 2001:db8::7} (RFC 5952), without a port. */
  public static String host(InetSocketAddress address) {
    InetAddress ip = address.getAddress();
    return ip == null ? address.getHostString() : IpText.of(ip);
  }
}
