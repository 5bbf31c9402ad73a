package io.strmqtt.transport;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.util.ReferenceCountUtil;
import io.strmqtt.core.LogText;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** From PEM files to a TLS context: BoringSSL where it loads, else the JDK's. */
final class TlsContexts {
  private TlsContexts() {}

  static String provider() {
    return OpenSsl.isAvailable() ? "boringssl" : "jdk";
  }

  /** Makes the contexts of all that speak TLS, and lets go of them again. */
  static TlsReport check(List<ListenerSettings> listeners, Clock clock) {
    List<String> problems = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    for (ListenerSettings listener : listeners) {
      if (listener.tls().isPresent()) {
        String section = "listener." + listener.name() + ".tls: ";
        try {
          TlsFiles files = TlsFiles.read(listener.tls().get(), clock.instant());
          ReferenceCountUtil.release(context(listener.tls().get(), files, clock));
          files.warnings().forEach(warning -> warnings.add(section + warning));
        } catch (UnusableFile e) {
          problems.add(section + e.getMessage());
        } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
          problems.add(section + unusable(listener.tls().get(), e));
        }
      }
    }
    return new TlsReport(List.copyOf(problems), List.copyOf(warnings));
  }

  static SslContext create(ListenerSettings settings, Clock clock) throws ListenerException {
    String section = "listener." + settings.name() + ".tls";
    ListenerSettings.Tls tls =
        settings.tls().orElseThrow(() -> ListenerException.misconfigured(section + " is missing"));
    try {
      return context(tls, TlsFiles.read(tls, clock.instant()), clock);
    } catch (UnusableFile e) {
      throw ListenerException.failed(section + ": " + e.getMessage());
    } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
      throw ListenerException.failed(section + ": " + unusable(tls, e));
    }
  }

  private static SslContext context(ListenerSettings.Tls tls, TlsFiles files, Clock clock)
      throws GeneralSecurityException, IOException {
    SslContextBuilder builder =
        SslContextBuilder.forServer(files.key(), files.chain().toArray(X509Certificate[]::new))
            .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
            .protocols(tls.protocols())
            .clientAuth(clientAuth(tls));
    if (tls.ciphers().isEmpty()) {
      builder.ciphers(CipherSuites.DEFAULT, SupportedCipherSuiteFilter.INSTANCE);
    } else {
      builder.ciphers(tls.ciphers(), IdentityCipherSuiteFilter.INSTANCE);
    }
    if (!files.authorities().isEmpty()) {
      builder.trustManager(ClientTrust.of(files.authorities(), clock));
    }
    return builder.build();
  }

  private static ClientAuth clientAuth(ListenerSettings.Tls tls) {
    return switch (tls.clientAuth()) {
      case NONE -> ClientAuth.NONE;
      case OPTIONAL -> ClientAuth.OPTIONAL;
      case REQUIRED -> ClientAuth.REQUIRE;
    };
  }

  private static String unusable(ListenerSettings.Tls tls, Exception e) {
    return "the TLS library does not take cert_file "
        + tls.certFile()
        + " with key_file "
        + tls.keyFile()
        + ": "
        + LogText.of(rootMessage(e));
  }

  private static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }
}
