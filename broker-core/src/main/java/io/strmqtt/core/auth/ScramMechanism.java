package io.strmqtt.core.auth;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * One of the SCRAM family (RFC 5802, section 2.2): the same exchange with another hash.
 *
 * @param name what clients call it, the authentication method
 * @param hash the JDK's name of the hash function, H
 * @param hmac the JDK's name of HMAC with it
 * @param pbkdf2 the JDK's name of PBKDF2 with that: Hi
 * @param bytes of a hash
 */
record ScramMechanism(String name, String hash, String hmac, String pbkdf2, int bytes) {
  /** RFC 7677. */
  static final ScramMechanism SHA_256 =
      new ScramMechanism("SCRAM-SHA-256", "SHA-256", "HmacSHA256", "PBKDF2WithHmacSHA256", 32);

  /** As RFC 7677, with SHA-512. */
  static final ScramMechanism SHA_512 =
      new ScramMechanism("SCRAM-SHA-512", "SHA-512", "HmacSHA512", "PBKDF2WithHmacSHA512", 64);

  static final List<ScramMechanism> ALL = List.of(SHA_256, SHA_512);

  byte[] digest(byte[] data) {
    try {
      return MessageDigest.getInstance(hash).digest(data);
    } catch (GeneralSecurityException e) {
      throw absent(hash, e);
    }
  }

  byte[] hmac(byte[] key, byte[] data) {
    try {
      Mac mac = Mac.getInstance(hmac);
      mac.init(new SecretKeySpec(key, hmac));
      return mac.doFinal(data);
    } catch (GeneralSecurityException e) {
      throw absent(hmac, e);
    }
  }

  /** Hi: takes milliseconds of processor time for each thousand iterations. */
  byte[] salted(char[] password, byte[] salt, int iterations) {
    PBEKeySpec spec = new PBEKeySpec(password, salt, iterations, bytes * 8);
    try {
      return SecretKeyFactory.getInstance(pbkdf2).generateSecret(spec).getEncoded();
    } catch (GeneralSecurityException e) {
      throw absent(pbkdf2, e);
    } finally {
      spec.clearPassword();
    }
  }

  private static IllegalStateException absent(String what, GeneralSecurityException e) {
    return new IllegalStateException("the Java runtime offers no " + what, e);
  }
}
