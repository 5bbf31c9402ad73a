package io.strmqtt.transport;

import io.strmqtt.proxy.ForwardedPolicy;
import io.strmqtt.proxy.ProxyPolicy;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One listener, as configured.
 *
 * @param name unique; {@code tcp}, {@code ssl}, {@code ws}, {@code wss} or a name of the operator's
 * @param type the name of a transport provider: {@code tcp}, {@code ssl}, {@code ws} or {@code wss}
 * @param bind where to listen; port 0 takes any free one
 * @param proxy what is expected in front of everything else
 * @param tls present exactly for the types that speak TLS
 * @param path the path of the WebSocket upgrade, such as {@code /mqtt}; ignored by tcp and ssl
 * @param forwarded whose HTTP headers tell a client's address; present exactly for the types that
 *     speak HTTP
 * @param allowedOrigins whose pages may connect from a browser; ignored by tcp and ssl
 */
public record ListenerSettings(
    String name,
    String type,
    InetSocketAddress bind,
    Proxy proxy,
    Optional<Tls> tls,
    String path,
    Optional<ForwardedPolicy> forwarded,
    AllowedOrigins allowedOrigins) {

  /**
   * These, with what of the next ones an open listener can take over: who is believed about a
   * client's address.
   */
  ListenerSettings reloaded(ListenerSettings next) {
    return new ListenerSettings(
        name, type, bind, next.proxy(), tls, path, next.forwarded(), allowedOrigins);
  }

  /**
   * The PROXY protocol on this listener.
   *
   * @param policy what is expected, and who is believed
   * @param origin the key that decided whether it is on, and where its value stands, for people
   */
  public record Proxy(ProxyPolicy policy, String origin) {
    /** Whether headers are read at all. */
    public boolean enabled() {
      return policy.enabled();
    }
  }

  /**
   * TLS terminated by the broker.
   *
   * @param certFile PEM, the certificate followed by its chain
   * @param keyFile PEM: PKCS #8, PKCS #1 or SEC 1
   * @param keyPassword of an encrypted key
   * @param protocols any of {@code TLSv1.2}, {@code TLSv1.3}
   * @param ciphers cipher suites by the names the TLS library takes, the preferred one first; empty
   *     for the broker's own choice
   * @param clientAuth whether clients present certificates
   * @param clientCaFile PEM; whom client certificates must be signed by; present unless {@code
   *     clientAuth} is NONE
   * @param handshakeTimeout how long the handshake may take
   */
  public record Tls(
      Path certFile,
      Path keyFile,
      Optional<String> keyPassword,
      List<String> protocols,
      List<String> ciphers,
      ClientAuth clientAuth,
      Optional<Path> clientCaFile,
      Duration handshakeTimeout) {}

  /** Whether clients present certificates. */
  public enum ClientAuth {
    NONE,
    OPTIONAL,
    REQUIRED
  }
}
