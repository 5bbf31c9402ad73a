package io.strmqtt.transport;

import io.netty.handler.ssl.OpenSsl;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/** From the file of a key to the key: PKCS #8, PKCS #1 (RSA) and SEC 1 (elliptic curves). */
final class PrivateKeyFile {
  private static final String OID_PBES2 = "1.2.840.113549.1.5.13";

  /** P-256, P-384, P-521. */
  private static final Set<String> CURVES = Set.of("2a8648ce3d030107", "2b81040022", "2b81040023");

  private static final String ANOTHER =
      "make a key with openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256, and a"
          + " certificate for it";

  private PrivateKeyFile() {}

  static PrivateKey read(PemFile file, Optional<String> password) throws UnusableFile {
    List<PemFile.Block> keys = file.keys();
    if (keys.isEmpty()) {
      throw file.unusable(
          file.has("CERTIFICATE")
              ? "holds a certificate and no private key: are cert_file and key_file swapped?"
              : "holds no private key, but " + file.blocks().getFirst().label());
    }
    if (keys.size() > 1) {
      throw file.unusable(
          "holds " + keys.size() + " private keys: leave only the one of the certificate in it");
    }
    PemFile.Block key = keys.getFirst();
    boolean encrypted = key.encrypted() || key.label().equals("ENCRYPTED PRIVATE KEY");
    if (encrypted && password.isEmpty()) {
      throw file.unusable("is encrypted: set key_password, or decrypt it with " + plain(file));
    }
    if (!encrypted && password.isPresent()) {
      throw file.unusable("is not encrypted, but key_password is set: take that out");
    }
    if (key.encrypted()) {
      throw file.unusable(
          "is encrypted in the old way (Proc-Type: 4,ENCRYPTED): convert it with "
              + encrypted(file));
    }
    return decoded(file, pkcs8(file, key, password.orElse("")));
  }

  private static byte[] pkcs8(PemFile file, PemFile.Block key, String password)
      throws UnusableFile {
    try {
      return switch (key.label()) {
        case "PRIVATE KEY" -> key.der();
        case "RSA PRIVATE KEY" -> Der.fromPkcs1(key.der());
        case "EC PRIVATE KEY" -> Der.fromSec1(key.der());
        case "ENCRYPTED PRIVATE KEY" -> decrypted(file, key.der(), password);
        case "OPENSSH PRIVATE KEY" ->
            throw file.unusable(
                "is a key of OpenSSH: convert a copy of it with ssh-keygen -p -m PKCS8 -f "
                    + file.in());
        default ->
            throw file.unusable("holds a " + key.label() + ", which TLS cannot use: " + ANOTHER);
      };
    } catch (IllegalArgumentException e) {
      throw file.unusable(
          "holds a "
              + key.label()
              + " that is damaged or does not name its curve: convert it with "
              + plain(file));
    }
  }

  private static byte[] decrypted(PemFile file, byte[] der, String password) throws UnusableFile {
    String algorithm = "";
    try {
      EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(der);
      algorithm = info.getAlgName();
      if (algorithm.equals(OID_PBES2) || algorithm.equals("PBES2")) {
        algorithm = info.getAlgParameters().toString();
      }
      Cipher cipher = Cipher.getInstance(algorithm);
      cipher.init(
          Cipher.DECRYPT_MODE,
          SecretKeyFactory.getInstance(algorithm)
              .generateSecret(new PBEKeySpec(password.toCharArray())),
          info.getAlgParameters());
      return info.getKeySpec(cipher).getEncoded();
    } catch (java.security.NoSuchAlgorithmException | javax.crypto.NoSuchPaddingException e) {
      throw file.unusable(
          "is encrypted in a way that is not supported ("
              + algorithm
              + "): convert it with "
              + encrypted(file));
    } catch (IOException | GeneralSecurityException e) {
      throw file.unusable(
          "cannot be decrypted: key_password is the wrong one, or the key is encrypted in a way that"
              + " is not supported; then convert it with "
              + encrypted(file));
    }
  }

  private static PrivateKey decoded(PemFile file, byte[] pkcs8) throws UnusableFile {
    try {
      String algorithm = algorithm(Der.algorithm(pkcs8));
      if (algorithm.isEmpty()) {
        throw file.unusable("holds a key that is neither RSA nor EC: " + ANOTHER);
      }
      // Netty looks for RSA and EC alone when it chooses BoringSSL's key: every handshake fails.
      if (algorithm.equals("Ed25519") && OpenSsl.isAvailable()) {
        throw file.unusable("holds an Ed25519 key, which BoringSSL is not given: " + ANOTHER);
      }
      if (algorithm.equals("EC") && !CURVES.contains(Der.curve(pkcs8))) {
        throw file.unusable("holds a key on a curve other than P-256, P-384 and P-521: " + ANOTHER);
      }
      return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    } catch (IllegalArgumentException | GeneralSecurityException e) {
      throw file.unusable(
          "holds a key that cannot be used ("
              + e.getMessage()
              + "): RSA, EC (P-256, P-384, P-521) are supported; openssl pkey -noout"
              + " -text -in "
              + file.in()
              + " shows what it is");
    }
  }

  private static String algorithm(String oid) {
    return switch (oid) {
      case "2a864886f70d010101" -> "RSA";
      case "2a8648ce3d0201" -> "EC";
      case "2b6570" -> "Ed25519";
      default -> "";
    };
  }

  private static String encrypted(PemFile file) {
    return "openssl pkcs8 -topk8 -v2 aes-256-cbc -in " + file.in() + " -out " + file.out();
  }

  private static String plain(PemFile file) {
    return "openssl pkcs8 -topk8 -nocrypt -in " + file.in() + " -out " + file.out();
  }
}
