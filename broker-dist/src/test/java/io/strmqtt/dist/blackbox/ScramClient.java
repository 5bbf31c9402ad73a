package io.strmqtt.dist.blackbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** The client's side of one SCRAM exchange (RFC 5802), for plain ASCII names and passwords. */
final class ScramClient {
  private static final AtomicInteger NONCES = new AtomicInteger();

  private final String hash;
  private final String password;
  private final String bare;
  private byte[] expected = {};

  /**
   * @param bits 256 or 512
   */
  ScramClient(int bits, String username, String password) {
    this.hash = String.valueOf(bits);
    this.password = password;
    this.bare = "n=" + username + ",r=nonce" + NONCES.incrementAndGet();
  }

  String method() {
    return "SCRAM-SHA-" + hash;
  }

  byte[] first() {
    return ("n,," + bare).getBytes(UTF_8);
  }

  /** The proof that answers the server's first message. */
  byte[] answer(byte[] serverFirst) {
    try {
      String asked = new String(serverFirst, UTF_8);
      String[] parts = asked.split(",");
      String without = "c=biws," + parts[0];
      byte[] spoken = (bare + "," + asked + "," + without).getBytes(UTF_8);
      byte[] salted =
          SecretKeyFactory.getInstance("PBKDF2WithHmacSHA" + hash)
              .generateSecret(
                  new PBEKeySpec(
                      password.toCharArray(),
                      Base64.getDecoder().decode(parts[1].substring(2)),
                      Integer.parseInt(parts[2].substring(2)),
                      Integer.parseInt(hash)))
              .getEncoded();
      byte[] key = hmac(salted, "Client Key".getBytes(UTF_8));
      byte[] proof = hmac(MessageDigest.getInstance("SHA-" + hash).digest(key), spoken);
      for (int i = 0; i < proof.length; i++) {
        proof[i] ^= key[i];
      }
      String signature =
          Base64.getEncoder()
              .encodeToString(hmac(hmac(salted, "Server Key".getBytes(UTF_8)), spoken));
      expected = ("v=" + signature).getBytes(UTF_8);
      return (without + ",p=" + Base64.getEncoder().encodeToString(proof)).getBytes(UTF_8);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private byte[] hmac(byte[] key, byte[] data) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA" + hash);
    mac.init(new SecretKeySpec(key, "RAW"));
    return mac.doFinal(data);
  }

  /** Whether the server knows the password, too. */
  boolean isRight(byte[] serverLast) {
    return expected.length > 0 && MessageDigest.isEqual(serverLast, expected);
  }
}
