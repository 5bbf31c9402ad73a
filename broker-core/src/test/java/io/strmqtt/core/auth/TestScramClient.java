package io.strmqtt.core.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;

/** The client's half of SCRAM, as far as tests need it. */
final class TestScramClient {
  private TestScramClient() {}

  static byte[] salted(ScramCredential of, String password) {
    return of.mechanism().salted(password.toCharArray(), of.salt(), of.iterations());
  }

  /**
   * The last message, with the proof that belongs to it.
   *
   * @param nonce both halves, and extensions behind it, if any
   */
  static String answer(
      ScramCredential of,
      byte[] salted,
      String header,
      String bare,
      String serverFirst,
      String nonce) {
    ScramMechanism mechanism = of.mechanism();
    String without =
        "c=" + Base64.getEncoder().encodeToString(header.getBytes(UTF_8)) + ",r=" + nonce;
    byte[] key = mechanism.hmac(salted, "Client Key".getBytes(UTF_8));
    byte[] proof =
        mechanism.hmac(
            mechanism.digest(key), (bare + "," + serverFirst + "," + without).getBytes(UTF_8));
    for (int i = 0; i < proof.length; i++) {
      proof[i] ^= key[i];
    }
    return without + ",p=" + Base64.getEncoder().encodeToString(proof);
  }
}
