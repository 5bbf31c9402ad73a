package io.strmqtt.transport;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** From a file of certificates to those, and to the chain that a key's begins. */
final class CertificateFile {
  private static final byte[] SAMPLE = {1, 2, 3, 4};

  private CertificateFile() {}

  static List<X509Certificate> read(PemFile file) throws UnusableFile {
    List<X509Certificate> certificates = new ArrayList<>();
    for (PemFile.Block block : file.blocks()) {
      switch (block.label()) {
        case "CERTIFICATE", "X509 CERTIFICATE" ->
            certificates.add(parsed(file, block, certificates.size() + 1));
        case "TRUSTED CERTIFICATE" ->
            throw file.unusable(
                "holds a TRUSTED CERTIFICATE: convert it with openssl x509 -in "
                    + file.in()
                    + " -out "
                    + file.out());
        case "PKCS7" ->
            throw file.unusable(
                "is PKCS #7: convert it with openssl pkcs7 -print_certs -in "
                    + file.in()
                    + " -out "
                    + file.out());
        default -> {} // A key may stand in the same file, and parameters.
      }
    }
    if (certificates.isEmpty()) {
      String label = file.blocks().getFirst().label();
      throw file.unusable(
          file.keys().isEmpty()
              ? "holds no certificate, but " + label
              : "holds a private key and no certificate"
                  + (file.setting().equals("cert_file")
                      ? ": are cert_file and key_file swapped?"
                      : ": name the file of the authorities' certificates"));
    }
    return certificates;
  }

  private static X509Certificate parsed(PemFile file, PemFile.Block block, int number)
      throws UnusableFile {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(block.der()));
    } catch (CertificateException e) {
      throw file.unusable(
          "cannot be used: its certificate number "
              + number
              + " cannot be read ("
              + e.getMessage()
              + ")");
    }
  }

  /**
   * The certificate of the key, and behind it each one's issuer.
   *
   * @param warnings is told of what is in the file and not where it should be
   */
  static List<X509Certificate> chain(
      PemFile file, PemFile keyFile, PrivateKey key, List<String> warnings) throws UnusableFile {
    List<X509Certificate> given = read(file);
    List<X509Certificate> left = new ArrayList<>(given);
    List<X509Certificate> chain = new ArrayList<>();
    Optional<X509Certificate> next = left.stream().filter(each -> belong(each, key)).findFirst();
    if (next.isEmpty()) {
      throw file.unusable(
          "does not belong to the key: that of key_file "
              + keyFile.path()
              + " is not the one of "
              + name(given.getFirst())
              + "; these two print the same if they belong together: openssl x509 -noout -pubkey"
              + " -in "
              + file.in()
              + ", openssl pkey -pubout -in "
              + keyFile.in());
    }
    while (next.isPresent()) {
      X509Certificate last = next.get();
      chain.add(last);
      left.removeIf(last::equals);
      next = left.stream().filter(each -> isIssuer(each, last)).findFirst();
    }
    String where = file.setting() + " " + file.path();
    if (given.stream().distinct().count() < given.size()) {
      warnings.add(where + " holds a certificate twice; it is sent once");
    }
    left.stream()
        .distinct()
        .forEach(
            each ->
                warnings.add(
                    where
                        + " holds "
                        + name(each)
                        + ", which is no issuer of "
                        + name(chain.getFirst())
                        + "; it is not sent"));
    List<X509Certificate> once = given.stream().distinct().filter(chain::contains).toList();
    if (!once.equals(chain)) {
      warnings.add(where + " is not in order, the broker's certificate first; it is sent in order");
    }
    return chain;
  }

  static boolean isIssuer(X509Certificate issuer, X509Certificate issued) {
    if (!issuer.getSubjectX500Principal().equals(issued.getIssuerX500Principal())) {
      return false;
    }
    try {
      issued.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static boolean belong(X509Certificate certificate, PrivateKey key) {
    try {
      Signature signature =
          Signature.getInstance(
              switch (key.getAlgorithm()) {
                case "RSA" -> "SHA256withRSA";
                case "EC" -> "SHA256withECDSA";
                default -> "Ed25519";
              });
      signature.initSign(key);
      signature.update(SAMPLE);
      byte[] signed = signature.sign();
      signature.initVerify(certificate.getPublicKey());
      signature.update(SAMPLE);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false; // A key of another kind.
    }
  }

  static String name(X509Certificate certificate) {
    String name = certificate.getSubjectX500Principal().getName();
    return name.isEmpty() ? "serial number " + certificate.getSerialNumber() : name;
  }
}
