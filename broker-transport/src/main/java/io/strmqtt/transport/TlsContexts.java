package io.strmqtt.transport;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.strmqtt.core.LogText;
import java.util.Locale;
import javax.net.ssl.SSLException;

/** From PEM files to a TLS context: BoringSSL where it loads, else the JDK's. */
final class TlsContexts {
  private TlsContexts() {}

  static String provider() {
    return OpenSsl.isAvailable() ? "boringssl" : "jdk";
  }

  static SslContext create(ListenerSettings settings) throws ListenerException {
    ListenerSettings.Tls tls =
        settings
            .tls()
            .orElseThrow(
                () ->
                    ListenerException.misconfigured(
                        "listener." + settings.name() + ".tls is missing"));
    try {
      SslContextBuilder builder =
          SslContextBuilder.forServer(
                  tls.certFile().toFile(), tls.keyFile().toFile(), tls.keyPassword().orElse(null))
              .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
              .protocols(tls.protocols())
              .clientAuth(ClientAuth.valueOf(clientAuth(tls)));
      tls.clientCaFile().ifPresent(file -> builder.trustManager(file.toFile()));
      return builder.build();
    } catch (SSLException | IllegalArgumentException e) {
      throw ListenerException.misconfigured(
          "listener."
              + settings.name()
              + ".tls: "
              + LogText.of(rootMessage(e))
              + " (cert_file="
              + tls.certFile()
              + " key_file="
              + tls.keyFile()
              + ": PEM, the key in PKCS #8, key_password if it is encrypted)");
    }
  }

  private static String clientAuth(ListenerSettings.Tls tls) {
    return tls.clientAuth() == ListenerSettings.ClientAuth.REQUIRED
        ? "REQUIRE"
        : tls.clientAuth().name().toUpperCase(Locale.ROOT);
  }

  private static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }
}
