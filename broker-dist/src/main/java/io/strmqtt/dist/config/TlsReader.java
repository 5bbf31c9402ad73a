package io.strmqtt.dist.config;

import io.strmqtt.transport.ListenerSettings;
import io.strmqtt.transport.ListenerSettings.ClientAuth;
import io.strmqtt.transport.Listeners;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The section {@code tls} of one listener. */
final class TlsReader {
  private final Path home;
  private final Section listener;
  private final Section tls;
  private final Findings findings;

  TlsReader(Path home, Section listener, Section tls, Findings findings) {
    this.home = home;
    this.listener = listener;
    this.tls = tls;
    this.findings = findings;
  }

  /** Whether there is one, or half of one, which is a mistake rather than a wish to have none. */
  static boolean hasCertificate(Section tls) {
    return tls.has("cert_file") || tls.has("key_file");
  }

  /** Empty if it has no certificate or key, which is reported if the listener is enabled. */
  Optional<ListenerSettings.Tls> read(String name, boolean enabled) {
    Optional<Path> cert = file("cert_file", enabled);
    Optional<Path> key = file("key_file", enabled);
    Optional<String> keyPassword = tls.optionalText("key_password");
    List<String> protocols = tls.words("protocols", List.of("TLSv1.2", "TLSv1.3"));
    List<String> ciphers = tls.texts("ciphers", "names of cipher suites", TlsReader::unknownCipher);
    ClientAuth clientAuth =
        tls.text(
            "client_auth",
            "none, optional or required",
            text ->
                switch (text.trim().toLowerCase(Locale.ROOT)) {
                  case "none" -> Optional.of(ClientAuth.NONE);
                  case "optional" -> Optional.of(ClientAuth.OPTIONAL);
                  case "required" -> Optional.of(ClientAuth.REQUIRED);
                  default -> Optional.empty();
                },
            ClientAuth.NONE);
    Optional<Path> clientCa = file("client_ca_file", enabled);
    Duration handshakeTimeout =
        tls.duration("handshake_timeout", Duration.ofMillis(100), Duration.ofMinutes(5));

    if (enabled) {
      String because =
          listener.has("enabled")
              ? listener.origin("enabled")
              : tls.origin(cert.isEmpty() ? "key_file" : "cert_file");
      require(name, "cert_file", "PEM_CERT", because);
      require(name, "key_file", "PEM_KEY", because);
      if (clientAuth != ClientAuth.NONE && !tls.has("client_ca_file")) {
        findings.problem(
            tls.path("client_ca_file"),
            tls.origin("client_auth"),
            "a PEM file, because client_auth is " + clientAuth.name().toLowerCase(Locale.ROOT),
            "nothing");
      }
      if (clientAuth == ClientAuth.NONE && tls.has("client_ca_file")) {
        findings.warning(tls.path("client_ca_file") + " has no effect while client_auth is none");
      }
    }
    if (cert.isEmpty() || key.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new ListenerSettings.Tls(
            cert.get(),
            key.get(),
            keyPassword,
            protocols,
            ciphers,
            clientAuth,
            clientAuth == ClientAuth.NONE ? Optional.empty() : clientCa,
            handshakeTimeout));
  }

  private static Optional<String> unknownCipher(String name) {
    List<String> known = Listeners.cipherSuites();
    return known.contains(name)
        ? Optional.empty()
        : Optional.of(
            "\""
                + name
                + "\""
                + Spelling.nearest(name, known)
                    .map(near -> " (did you mean " + near + "?)")
                    .orElse(""));
  }

  private void require(String name, String key, String variable, String because) {
    if (!tls.has(key)) {
      String or =
          ListenerReader.TYPES.contains(name)
              ? " (or the environment variable LISTENER_"
                  + name.toUpperCase(Locale.ROOT)
                  + "_"
                  + variable
                  + ")"
              : "";
      findings.problem(
          tls.path(key), because, "a PEM file, because the listener is enabled" + or, "nothing");
    }
  }

  private Optional<Path> file(String key, boolean enabled) {
    Optional<String> text = tls.optionalText(key);
    Optional<Path> file = text.flatMap(given -> Paths.below(home, given));
    boolean usable =
        file.isPresent() && Files.isReadable(file.get()) && !Files.isDirectory(file.get());
    if (text.isPresent() && enabled && !usable) {
      tls.problem(key, "a readable file");
    }
    return file;
  }
}
