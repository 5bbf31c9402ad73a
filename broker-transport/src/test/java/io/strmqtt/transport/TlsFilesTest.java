package io.strmqtt.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files as openssl writes them, and as operators mix them up. */
class TlsFilesTest {
  private static final Instant NOW = Instant.parse("2050-01-01T00:00:00Z");

  @TempDir Path folder;

  static String fixture(String name) {
    try (InputStream in = TlsFilesTest.class.getResourceAsStream("tls/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private Path file(String name, String content) {
    try {
      return Files.write(folder.resolve(name), content.getBytes(StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ListenerSettings.Tls tls(Path cert, Path key, Optional<String> password) {
    return new ListenerSettings.Tls(
        cert,
        key,
        password,
        List.of("TLSv1.2", "TLSv1.3"),
        List.of(),
        ListenerSettings.ClientAuth.NONE,
        Optional.empty(),
        Duration.ofSeconds(10));
  }

  private ListenerSettings.Tls tls(String cert, String key, String password) {
    return tls(
        file("a.crt", cert),
        file("a.key", key),
        Optional.of(password).filter(text -> !text.isEmpty()));
  }

  private TlsFiles read(String cert, String key) throws UnusableFile {
    return TlsFiles.read(tls(cert, key, ""), NOW);
  }

  private String problem(String cert, String key, String password) {
    ListenerSettings.Tls tls = tls(cert, key, password);
    return problem(tls);
  }

  private static String problem(ListenerSettings.Tls tls) {
    UnusableFile[] thrown = new UnusableFile[1];
    assertThatExceptionOfType(UnusableFile.class)
        .isThrownBy(() -> TlsFiles.read(tls, NOW))
        .satisfies(e -> thrown[0] = e);
    assertThat(thrown[0].getStackTrace()).isEmpty();
    return String.valueOf(thrown[0].getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "ec, ec.pk8",
    "ec, ec.sec1",
    "rsa, rsa.pk8",
    "rsa, rsa.pkcs1",
    "ed25519, ed25519.pk8",
  })
  void keysOfEachKindAreRead(String certificate, String key) throws Exception {
    TlsFiles files = read(fixture(certificate + ".crt"), fixture(key));

    assertThat(files.chain()).hasSize(1);
    assertThat(files.warnings()).isEmpty();
  }

  @Test
  void lineEndsMarksAndTextAroundTheBlocksDoNotMatter() throws Exception {
    String cert =
        "\u00EF\u00BB\u00BFsubject=CN = ec: x\r\n" + fixture("ec.crt").replace("\n", "\r\n");
    String key = "Bag Attributes\r\n" + fixture("ec.sec1").replace("\n", "\r\n") + "end";

    assertThat(read(cert, key).chain()).hasSize(1);
    assertThat(read(cert + key, cert + key).chain()).as("both in one file").hasSize(1);
  }

  @Test
  void anEncryptedKeyNeedsItsPassword() throws Exception {
    String cert = fixture("ec.crt");
    String key = fixture("ec.encrypted");

    assertThat(TlsFiles.read(tls(cert, key, "secret"), NOW).chain()).hasSize(1);
    assertThat(problem(cert, key, ""))
        .startsWith("key_file " + folder.resolve("a.key") + " is encrypted: set key_password, or")
        .contains("openssl pkcs8 -topk8 -nocrypt -in " + folder.resolve("a.key"));
    assertThat(problem(cert, key, "wrong"))
        .contains("cannot be decrypted: key_password is the wrong one");
    assertThat(problem(cert, fixture("ec.pk8"), "secret"))
        .contains("is not encrypted, but key_password is set");
    assertThat(problem(cert, fixture("ec.legacy"), "secret"))
        .contains("is encrypted in the old way")
        .contains("openssl pkcs8 -topk8 -v2 aes-256-cbc -in ");
  }

  @Test
  void aKeyOfAnotherCertificateIsRefused() {
    assertThat(problem(fixture("ec.crt"), fixture("rsa.pk8"), ""))
        .startsWith("cert_file " + folder.resolve("a.crt") + " does not belong to the key")
        .contains(folder.resolve("a.key").toString())
        .contains("CN=ec");
    assertThat(problem(fixture("ca.crt"), fixture("ec.pk8"), "")).contains("does not belong");
  }

  @Test
  void whatIsNoCertificateOrKeyIsNamed() throws Exception {
    String cert = fixture("ec.crt");
    String key = fixture("ec.pk8");

    assertThat(problem(key, cert, "")).contains("are cert_file and key_file swapped?");
    assertThat(problem(cert, cert, "")).contains("holds a certificate and no private key");
    assertThat(problem("", key, "")).endsWith("is empty");
    assertThat(problem(cert, " \n", "")).endsWith("is empty");
    assertThat(problem("hello", key, "")).contains("is not PEM");
    assertThat(problem(cert.substring(0, 200), key, "")).contains("is cut off");
    assertThat(problem(cert.replace("MII", "M?I"), key, "")).contains("is damaged");
    assertThat(problem(cert.replace("MII", "AII"), key, "")).contains("certificate number 1");
    assertThat(problem(cert, key + fixture("rsa.pk8"), "")).contains("holds 2 private keys");
    assertThat(problem(cert, fixture("ec.pk8").replace("PRIVATE KEY", "OPENSSH PRIVATE KEY"), ""))
        .contains("ssh-keygen -p -m PKCS8");
    assertThat(problem(fixture("ec.der"), key, "")).contains("openssl x509 -inform der -in ");
    assertThat(problem(tls(folder, folder, Optional.empty()))).contains("is a folder");
    assertThat(problem(tls(folder.resolve("none"), folder, Optional.empty())))
        .endsWith("does not exist");
  }

  @Test
  void aBinaryKeyIsToldFromABinaryCertificate() {
    byte[] der =
        java.util.Base64.getMimeDecoder()
            .decode(fixture("rsa.pkcs1").replaceAll("-----[A-Z ]+-----", ""));

    assertThat(problem(fixture("ec.crt"), new String(der, StandardCharsets.ISO_8859_1), ""))
        .contains("openssl pkey -inform der -in ");
  }

  /** An EC key on secp256k1, from openssl. */
  @Test
  void aKeyOnACurveThatTlsHasNotIsNamed() {
    assertThat(problem(fixture("ec.crt"), fixture("secp256k1.sec1"), ""))
        .contains("on a curve other than P-256, P-384 and P-521", "openssl genpkey -algorithm EC");
  }

  @Test
  void aChainIsPutInOrder() throws Exception {
    String leaf = fixture("ec.crt");
    String inter = fixture("inter.crt");
    String root = fixture("ca.crt");

    TlsFiles inOrder = read(leaf + inter + root, fixture("ec.pk8"));
    assertThat(inOrder.warnings()).isEmpty();
    TlsFiles mixed = read(root + leaf + inter, fixture("ec.pk8"));
    assertThat(mixed.chain()).isEqualTo(inOrder.chain());
    assertThat(mixed.warnings()).singleElement().asString().contains("is not in order");
    TlsFiles twice = read(leaf + leaf + inter, fixture("ec.pk8"));
    assertThat(twice.chain()).hasSize(2);
    assertThat(twice.warnings()).singleElement().asString().contains("holds a certificate twice");
    TlsFiles other = read(leaf + fixture("rsa.crt"), fixture("ec.pk8"));
    assertThat(other.chain()).extracting(CertificateFile::name).containsExactly("CN=ec");
    assertThat(other.warnings()).singleElement().asString().contains("CN=rsa");
  }

  @Test
  void datesThatAreOverOrToComeAreWarnedOf() throws Exception {
    assertThat(read(fixture("expired.crt"), fixture("ec.pk8")).warnings())
        .singleElement()
        .asString()
        .contains("CN=expired has expired, at 2021-01-01T00:00:00Z");
    assertThat(read(fixture("future.crt"), fixture("ec.pk8")).warnings())
        .singleElement()
        .asString()
        .contains("CN=future is not valid before 2090-01-01T00:00:00Z");
  }

  @Test
  void authoritiesAreCertificates() throws Exception {
    assertThat(withAuthorities(fixture("ca.crt") + fixture("inter.crt")).authorities()).hasSize(2);
    assertThat(withAuthorities(fixture("ca.crt") + fixture("ec.pk8")).warnings())
        .singleElement()
        .asString()
        .contains("holds a private key");
    for (String wrong : List.of("", "no", fixture("ec.pk8"))) {
      assertThatExceptionOfType(UnusableFile.class)
          .isThrownBy(() -> withAuthorities(wrong))
          .withMessageStartingWith("client_ca_file " + folder.resolve("ca.crt"));
    }
  }

  private TlsFiles withAuthorities(String content) throws UnusableFile {
    ListenerSettings.Tls plain = tls(fixture("ec.crt"), fixture("ec.pk8"), "");
    return TlsFiles.read(
        new ListenerSettings.Tls(
            plain.certFile(),
            plain.keyFile(),
            plain.keyPassword(),
            plain.protocols(),
            plain.ciphers(),
            ListenerSettings.ClientAuth.REQUIRED,
            Optional.of(file("ca.crt", content)),
            plain.handshakeTimeout()),
        NOW);
  }

  static X509Certificate certificate(String name) throws URISyntaxException, UnusableFile {
    Path path = Path.of(TlsFilesTest.class.getResource("tls/" + name).toURI());
    return CertificateFile.read(PemFile.read("cert_file", path)).getFirst();
  }
}
