package io.strmqtt.transport;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What the files of one listener hold, checked against each other.
 *
 * @param chain the broker's certificate, then each one's issuer
 * @param authorities whom client certificates must be signed by; empty if clients have none
 * @param warnings what works and probably is not what was meant, a sentence each
 */
record TlsFiles(
    PrivateKey key,
    List<X509Certificate> chain,
    List<X509Certificate> authorities,
    List<String> warnings) {

  static TlsFiles read(ListenerSettings.Tls tls, Instant now) throws UnusableFile {
    List<String> warnings = new ArrayList<>();
    PemFile certFile = PemFile.read("cert_file", tls.certFile());
    CertificateFile.read(certFile);
    PemFile keyFile = PemFile.read("key_file", tls.keyFile());
    PrivateKey key = PrivateKeyFile.read(keyFile, tls.keyPassword());
    List<X509Certificate> chain = CertificateFile.chain(certFile, keyFile, key, warnings);
    chain.forEach(each -> checkTime("cert_file " + certFile.path(), each, now, warnings));
    List<X509Certificate> authorities = List.of();
    if (tls.clientCaFile().isPresent()) {
      PemFile file = PemFile.read("client_ca_file", tls.clientCaFile().get());
      authorities = CertificateFile.read(file);
      if (!file.keys().isEmpty()) {
        warnings.add(
            "client_ca_file "
                + file.path()
                + " holds a private key, which nobody needs here and which should not be on this"
                + " machine");
      }
      authorities.forEach(each -> checkTime("client_ca_file " + file.path(), each, now, warnings));
    }
    return new TlsFiles(key, List.copyOf(chain), List.copyOf(authorities), List.copyOf(warnings));
  }

  private static void checkTime(
      String where, X509Certificate each, Instant now, List<String> warnings) {
    Instant from = each.getNotBefore().toInstant();
    Instant to = each.getNotAfter().toInstant();
    if (now.isBefore(from)) {
      warnings.add(where + ": " + CertificateFile.name(each) + " is not valid before " + from);
    } else if (now.isAfter(to)) {
      warnings.add(where + ": " + CertificateFile.name(each) + " has expired, at " + to);
    }
  }
}
