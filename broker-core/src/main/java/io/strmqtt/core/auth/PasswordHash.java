package io.strmqtt.core.auth;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.spec.KeySpec;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * A salted password hash: PBKDF2 with HMAC-SHA-512 (RFC 8018), as {@code
 * $pbkdf2-sha512$i=<iterations>$<base64 salt>$<base64 hash>}; the padding of the base64 parts may
 * be missing.
 *
 * <p>Passwords are UTF-8. MQTT allows any bytes, the JDK's PBKDF2 takes characters and hashes their
 * UTF-8 form: decoded strictly the result is that of the bytes themselves, and the same as other
 * implementations'. Bytes that are no UTF-8 have no hash and match none. An empty password is a
 * password like any other.
 *
 * <p>Immutable; hashing takes tens to hundreds of milliseconds of processor time, so never on an
 * event loop.
 */
public final class PasswordHash {
  /** What a new hash should use (OWASP's recommendation for PBKDF2-HMAC-SHA-512). */
  public static final int DEFAULT_ITERATIONS = 210_000;

  /**
   * The most iterations a hash may ask for; more would let one line of the file occupy a thread for
   * seconds.
   */
  public static final int MAX_ITERATIONS = 10_000_000;

  private static final String PREFIX = "$pbkdf2-sha512$i=";
  private static final int NEW_SALT_BYTES = 16;
  private static final int HASH_BYTES = 64;

  private final int iterations;
  private final byte[] salt;
  private final byte[] hash;

  private PasswordHash(int iterations, byte[] salt, byte[] hash) {
    this.iterations = iterations;
    this.salt = salt;
    this.hash = hash;
  }

  /**
   * Hashes a new password.
   *
   * @param password UTF-8
   * @param iterations 1 to {@link #MAX_ITERATIONS}
   * @return the encoded hash
   * @throws IllegalArgumentException if the password is no UTF-8 or the iterations are out of range
   */
  public static String hash(byte[] password, int iterations, SecureRandom random) {
    checkIterations(iterations);
    char[] characters;
    try {
      characters = characters(password);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("the password is not valid UTF-8");
    }
    byte[] salt = new byte[NEW_SALT_BYTES];
    random.nextBytes(salt);
    return new PasswordHash(iterations, salt, derive(characters, salt, iterations)).encoded();
  }

  /**
   * Whether the password is the one that was hashed. Compares in constant time.
   *
   * @throws IllegalArgumentException if {@code encoded} is no password hash; says what is wrong
   */
  public static boolean verify(byte[] password, String encoded) {
    return parse(encoded).matches(password);
  }

  /**
   * @throws IllegalArgumentException if {@code encoded} is no password hash; says what is wrong,
   *     without the hash
   */
  static PasswordHash parse(String encoded) {
    if (!encoded.startsWith(PREFIX)) {
      throw new IllegalArgumentException("expected a hash that begins with " + PREFIX);
    }
    String[] parts = encoded.substring(PREFIX.length()).split("\\$", -1);
    if (parts.length != 3) {
      throw new IllegalArgumentException(
          "expected iterations, salt and hash, separated by $, found " + parts.length + " parts");
    }
    byte[] salt = decode("salt", parts[1]);
    if (salt.length < 8 || salt.length > 1024) {
      throw new IllegalArgumentException(
          "expected a salt of 8 to 1024 bytes, found " + salt.length);
    }
    byte[] hash = decode("hash", parts[2]);
    if (hash.length != HASH_BYTES) {
      throw new IllegalArgumentException(
          "expected a hash of " + HASH_BYTES + " bytes, found " + hash.length);
    }
    return new PasswordHash(iterations(parts[0]), salt, hash);
  }

  /** A hash that no password matches, and that takes as long to try as one that can be matched. */
  static PasswordHash unmatchable(int iterations, SecureRandom random) {
    checkIterations(iterations);
    byte[] salt = new byte[NEW_SALT_BYTES];
    byte[] hash = new byte[HASH_BYTES];
    random.nextBytes(salt);
    random.nextBytes(hash);
    return new PasswordHash(iterations, salt, hash);
  }

  /**
   * Whether the password is the one that was hashed. Compares in constant time; takes as long for
   * bytes that are no UTF-8.
   */
  boolean matches(byte[] password) {
    char[] characters;
    boolean hashable = true;
    try {
      characters = characters(password);
    } catch (CharacterCodingException e) {
      characters = new char[0];
      hashable = false;
    }
    return MessageDigest.isEqual(derive(characters, salt, iterations), hash) & hashable;
  }

  int iterations() {
    return iterations;
  }

  private String encoded() {
    Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
    return PREFIX
        + iterations
        + "$"
        + base64.encodeToString(salt)
        + "$"
        + base64.encodeToString(hash);
  }

  private static byte[] derive(char[] password, byte[] salt, int iterations) {
    PBEKeySpec spec = new PBEKeySpec(password, salt, iterations, HASH_BYTES * 8);
    try {
      return derive(spec);
    } finally {
      spec.clearPassword();
      Arrays.fill(password, '\0');
    }
  }

  private static byte[] derive(KeySpec spec) {
    try {
      return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512").generateSecret(spec).getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the Java runtime offers no PBKDF2WithHmacSHA512", e);
    }
  }

  private static char[] characters(byte[] password) throws CharacterCodingException {
    // a new decoder reports malformed input, where new String() would replace it
    CharBuffer buffer = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(password));
    char[] characters = new char[buffer.remaining()];
    buffer.get(characters);
    Arrays.fill(buffer.array(), '\0');
    return characters;
  }

  private static int iterations(String text) {
    int iterations;
    try {
      iterations = Integer.parseInt(text);
    } catch (NumberFormatException e) {
      iterations = 0;
    }
    checkIterations(iterations);
    return iterations;
  }

  private static void checkIterations(int iterations) {
    if (iterations < 1 || iterations > MAX_ITERATIONS) {
      throw new IllegalArgumentException(
          "expected a number of iterations from 1 to " + MAX_ITERATIONS);
    }
  }

  private static byte[] decode(String part, String text) {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("the " + part + " is not valid base64");
    }
  }
}
