package io.strmqtt.api;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.Optional;

/**
 * Who is at the other end of a connection: the only way any code learns an address.
 *
 * @param client the effective address: from the HTTP header of a forwarded request if one was
 *     believed, else from the PROXY header if one was believed, else the socket's peer. Port 0 is
 *     unknown: HTTP headers seldom tell it
 * @param peer the address the socket itself is connected to: a load balancer's, if there is one
 * @param local the address the client connected to: the header's destination, else the socket's
 *     local address
 * @param listener the name of the listener that accepted the connection
 * @param proxy what the PROXY header said, if there was one
 * @param tls the TLS session this broker terminated, if any; absent until the handshake is done
 * @param forwarded the HTTP header that told {@code client}, if one did; absent until the WebSocket
 *     upgrade was asked for
 */
public record ClientEndpoint(
    InetSocketAddress client,
    InetSocketAddress peer,
    InetSocketAddress local,
    String listener,
    Optional<ProxyHeader> proxy,
    Optional<TlsInfo> tls,
    Optional<ForwardedBy> forwarded) {

  public ClientEndpoint {
    Objects.requireNonNull(client);
    Objects.requireNonNull(peer);
    Objects.requireNonNull(local);
    Objects.requireNonNull(listener);
    Objects.requireNonNull(proxy);
    Objects.requireNonNull(tls);
    Objects.requireNonNull(forwarded);
  }

  /** An endpoint whose address comes from no HTTP header. */
  public ClientEndpoint(
      InetSocketAddress client,
      InetSocketAddress peer,
      InetSocketAddress local,
      String listener,
      Optional<ProxyHeader> proxy,
      Optional<TlsInfo> tls) {
    this(client, peer, local, listener, proxy, tls, Optional.empty());
  }

  /** An endpoint without a proxy: the client is the socket's peer. */
  public static ClientEndpoint direct(
      InetSocketAddress peer, InetSocketAddress local, String listener) {
    return new ClientEndpoint(peer, peer, local, listener, Optional.empty(), Optional.empty());
  }

  /** This endpoint, with the TLS session that has been established on it. */
  public ClientEndpoint withTls(TlsInfo session) {
    return new ClientEndpoint(
        client, peer, local, listener, proxy, Optional.of(session), forwarded);
  }

  /**
   * This endpoint, with the client that a trusted proxy has forwarded an HTTP request for.
   *
   * @param origin the client's address; port 0 if the header tells none
   * @param header the header's name in lower case
   */
  public ClientEndpoint withForwarded(InetSocketAddress origin, String header) {
    return new ClientEndpoint(
        origin, peer, local, listener, proxy, tls, Optional.of(new ForwardedBy(header, client)));
  }

  /**
   * The proxy's own address, if a proxy spoke: a PROXY header of either kind was read, or an HTTP
   * header believed.
   */
  public Optional<InetSocketAddress> via() {
    return proxy.isPresent() || forwarded.isPresent() ? Optional.of(peer) : Optional.empty();
  }

  /**
   * The user name by the TLS session a trusted proxy terminated, for authenticators that ask for
   * it: present only if the listener is configured to tell it ({@code proxy.tls_identity}) and the
   * proxy verified a client certificate. A client certificate that this broker has seen itself
   * always wins: then there is none. Nor is there one for a forwarded request: the certificate was
   * that of the proxy that sent it.
   */
  public Optional<String> proxyIdentity() {
    return tls.flatMap(TlsInfo::subject).isPresent() || forwarded.isPresent()
        ? Optional.empty()
        : proxy.flatMap(ProxyHeader::identity);
  }

  /**
   * The log form: {@code client=203.0.113.7:56324 via=10.0.0.5:41022 pp=v2 id=7f3a}, with {@code
   * via} only where a proxy spoke, {@code pp} only where it sent a PROXY header, and {@code id}
   * only where that gave the connection one. {@code fwd=x-forwarded-for} is the HTTP header that
   * told the client's address, and {@code hop=10.0.1.6:40312} who sent it, unless that is {@code
   * via}.
   */
  public String toLog() {
    StringBuilder text = new StringBuilder(80).append("client=").append(text(client));
    via().ifPresent(address -> text.append(" via=").append(text(address)));
    proxy.ifPresent(
        p -> {
          text.append(" pp=").append(p.version().label());
          p.tlvs().uniqueIdText().ifPresent(id -> text.append(" id=").append(id));
        });
    forwarded.ifPresent(
        by -> {
          if (!by.hop().equals(peer)) {
            text.append(" hop=").append(text(by.hop()));
          }
          text.append(" fwd=").append(by.header());
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
