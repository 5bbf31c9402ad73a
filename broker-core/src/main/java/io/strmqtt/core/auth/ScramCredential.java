package io.strmqtt.core.auth;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/**
 * What a server keeps of a password for SCRAM (RFC 5802, section 3), as {@code
 * $scram-sha-256$i=<iterations>$<base64 salt>$<base64 StoredKey>$<base64 ServerKey>}; the padding
 * of the base64 parts may be missing. Who steals it can pose as the server, but has to find the
 * password to pose as the client.
 *
 * <p>Immutable. Checking a client against it costs two HMACs; the iterations are the client's.
 */
public final class ScramCredential {
  /** The fewest iterations there may be (RFC 7677, section 4). */
  public static final int LEAST_ITERATIONS = 4096;

  /** What a new one should have: devices pay it at each login. */
  public static final int DEFAULT_ITERATIONS = 10_000;

  /** More would occupy a client for seconds. */
  public static final int MOST_ITERATIONS = 1_000_000;

  static final int NEW_SALT_BYTES = 16;

  private final ScramMechanism mechanism;
  private final int iterations;
  private final byte[] salt;
  private final byte[] storedKey;
  private final byte[] serverKey;

  ScramCredential(
      ScramMechanism mechanism, int iterations, byte[] salt, byte[] storedKey, byte[] serverKey) {
    this.mechanism = mechanism;
    this.iterations = iterations;
    this.salt = salt;
    this.storedKey = storedKey;
    this.serverKey = serverKey;
  }

  /**
   * Makes a credential of a new password.
   *
   * @param method {@code SCRAM-SHA-256} or {@code SCRAM-SHA-512}
   * @param password UTF-8, prepared with SASLprep first (RFC 4013)
   * @param iterations {@link #LEAST_ITERATIONS} to {@link #MOST_ITERATIONS}
   * @return the encoded credential
   * @throws IllegalArgumentException if the method is another, the iterations are out of range, or
   *     the password is no UTF-8, or empty or impossible in SASLprep; says which
   */
  public static String create(String method, byte[] password, int iterations, SecureRandom random) {
    ScramMechanism mechanism =
        ScramMechanism.ALL.stream()
            .filter(each -> each.name().equals(method))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no SCRAM method: " + method));
    byte[] salt = new byte[NEW_SALT_BYTES];
    random.nextBytes(salt);
    return create(mechanism, password, salt, iterations).encoded();
  }

  static ScramCredential create(
      ScramMechanism mechanism, byte[] password, byte[] salt, int iterations) {
    checkIterations(iterations);
    char[] prepared = prepared(password);
    byte[] salted = mechanism.salted(prepared, salt, iterations);
    Arrays.fill(prepared, '\0');
    byte[] clientKey = mechanism.hmac(salted, ascii("Client Key"));
    return new ScramCredential(
        mechanism,
        iterations,
        salt,
        mechanism.digest(clientKey),
        mechanism.hmac(salted, ascii("Server Key")));
  }

  private static char[] prepared(byte[] password) {
    CharBuffer text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(password));
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("the password is not valid UTF-8");
    }
    Optional<String> prepared = Saslprep.stored(text.toString());
    if (prepared.isEmpty() || prepared.get().isEmpty()) {
      throw new IllegalArgumentException(
          "the password has characters that SASLprep (RFC 4013) does not allow for SCRAM");
    }
    return prepared.get().toCharArray();
  }

  /** Whether a word of the password file is one of these, well-formed or not. */
  static boolean isOne(String encoded) {
    return encoded.startsWith("$scram-");
  }

  /**
   * @throws IllegalArgumentException if {@code encoded} is no credential; says what is wrong,
   *     without the credential
   */
  static ScramCredential parse(String encoded) {
    String[] parts = encoded.split("\\$", -1);
    if (parts.length != 6 || !parts[2].startsWith("i=")) {
      throw new IllegalArgumentException(
          "expected $scram-sha-256$i=<iterations>$<salt>$<StoredKey>$<ServerKey>");
    }
    ScramMechanism mechanism =
        ScramMechanism.ALL.stream()
            .filter(each -> prefix(each).equals("$" + parts[1]))
            .findFirst()
            .orElseThrow(
                () -> new IllegalArgumentException("expected $scram-sha-256 or $scram-sha-512"));
    byte[] salt = decode("salt", parts[3]);
    if (salt.length < 8 || salt.length > 1024) {
      throw new IllegalArgumentException(
          "expected a salt of 8 to 1024 bytes, found " + salt.length);
    }
    int iterations;
    try {
      iterations = Integer.parseInt(parts[2].substring(2));
    } catch (NumberFormatException e) {
      iterations = 0;
    }
    checkIterations(iterations);
    return new ScramCredential(
        mechanism,
        iterations,
        salt,
        key(mechanism, "StoredKey", parts[4]),
        key(mechanism, "ServerKey", parts[5]));
  }

  private static byte[] key(ScramMechanism mechanism, String what, String text) {
    byte[] key = decode(what, text);
    if (key.length != mechanism.bytes()) {
      throw new IllegalArgumentException(
          "expected a " + what + " of " + mechanism.bytes() + " bytes, found " + key.length);
    }
    return key;
  }

  private static byte[] decode(String part, String text) {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("the " + part + " is not valid base64");
    }
  }

  private static void checkIterations(int iterations) {
    if (iterations < LEAST_ITERATIONS || iterations > MOST_ITERATIONS) {
      throw new IllegalArgumentException(
          "expected a number of SCRAM iterations from "
              + LEAST_ITERATIONS
              + " to "
              + MOST_ITERATIONS);
    }
  }

  String encoded() {
    Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
    return String.join(
        "$",
        prefix(mechanism),
        "i=" + iterations,
        base64.encodeToString(salt),
        base64.encodeToString(storedKey),
        base64.encodeToString(serverKey));
  }

  private static String prefix(ScramMechanism mechanism) {
    return "$" + mechanism.name().toLowerCase(Locale.ROOT);
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  ScramMechanism mechanism() {
    return mechanism;
  }

  int iterations() {
    return iterations;
  }

  byte[] salt() {
    return salt.clone();
  }

  byte[] storedKey() {
    return storedKey.clone();
  }

  byte[] serverKey() {
    return serverKey.clone();
  }
}
