package io.strmqtt.transport;

import io.netty.handler.ssl.OpenSsl;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.SSLContext;

/** What of TLS's cipher suites there is, and what of that is on unless someone says otherwise. */
final class CipherSuites {
  /** Forward secrecy throughout: no static RSA key exchange. The older ones are for old devices. */
  static final List<String> DEFAULT =
      List.of(
          "TLS_AES_128_GCM_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
          "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
          "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
          "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA");

  private CipherSuites() {}

  /** The names that the TLS library takes, sorted; with BoringSSL those of OpenSSL as well. */
  static List<String> known() {
    Set<String> known = new TreeSet<>();
    if (OpenSsl.isAvailable()) {
      OpenSsl.availableJavaCipherSuites().stream()
          .filter(name -> name.startsWith("TLS_"))
          .forEach(known::add);
      known.addAll(OpenSsl.availableOpenSslCipherSuites());
    } else {
      try {
        SSLContext jdk = SSLContext.getDefault();
        known.addAll(List.of(jdk.getSupportedSSLParameters().getCipherSuites()));
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
    }
    known.remove("TLS_EMPTY_RENEGOTIATION_INFO_SCSV");
    return List.copyOf(known);
  }
}
