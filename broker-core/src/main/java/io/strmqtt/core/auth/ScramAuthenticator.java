package io.strmqtt.core.auth;

import io.strmqtt.api.auth.AuthExchange;
import io.strmqtt.api.auth.ConnectAttempt;
import io.strmqtt.api.auth.EnhancedAuthenticator;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/**
 * SCRAM for the users of a password file. Nobody can tell by it who exists: unknown users have a
 * salt and iterations, too, the same ones each time, and fail with their proof.
 */
final class ScramAuthenticator implements EnhancedAuthenticator {
  private static final int NONCE_BYTES = 18;

  private final Map<String, Users> byMethod = new LinkedHashMap<>();
  private final SecureRandom random;

  /**
   * @param mechanisms those that are served
   * @param users by user names that are prepared (RFC 4013)
   */
  ScramAuthenticator(
      List<ScramMechanism> mechanisms,
      Map<String, List<ScramCredential>> users,
      SecureRandom random) {
    this.random = random;
    for (ScramMechanism mechanism : mechanisms) {
      Map<String, ScramCredential> known = new HashMap<>();
      users.forEach(
          (name, credentials) ->
              credentials.stream()
                  .filter(each -> each.mechanism().equals(mechanism))
                  .forEach(each -> known.put(name, each)));
      byMethod.put(mechanism.name(), new Users(mechanism, known, random));
    }
  }

  @Override
  public Set<String> methods() {
    return byMethod.keySet();
  }

  /** How many users can log in by the method. */
  int users(String method) {
    return of(method).known.size();
  }

  private Users of(String method) {
    return Objects.requireNonNull(byMethod.get(method));
  }

  /** The user name of CONNECT, if it has one, says nothing: SCRAM has its own. */
  @Override
  public AuthExchange begin(String method, ConnectAttempt attempt, Optional<String> current) {
    Users users = of(method);
    return new ScramExchange(users.mechanism, users::credential, this::nonce);
  }

  private String nonce() {
    byte[] bytes = new byte[NONCE_BYTES];
    random.nextBytes(bytes);
    return Base64.getEncoder().encodeToString(bytes);
  }

  /** The users of one mechanism, and all those who are none. */
  private static final class Users {
    final ScramMechanism mechanism;
    final Map<String, ScramCredential> known;
    private final byte[] secret;
    private final int iterations;
    private final int saltBytes;

    Users(ScramMechanism mechanism, Map<String, ScramCredential> known, SecureRandom random) {
      this.mechanism = mechanism;
      this.known = known;
      this.secret = secret(random);
      this.iterations =
          commonest(
              known.values(), ScramCredential::iterations, ScramCredential.DEFAULT_ITERATIONS);
      this.saltBytes =
          commonest(known.values(), each -> each.salt().length, ScramCredential.NEW_SALT_BYTES);
    }

    /**
     * As long as the file is the same, a restart changes no made-up salt; those that do not change
     * would be the users. No one user's password is enough to know it.
     */
    private byte[] secret(SecureRandom random) {
      byte[] secret = new byte[mechanism.bytes()];
      random.nextBytes(secret);
      return known.isEmpty()
          ? secret
          : mechanism.digest(
              known.values().stream()
                  .map(ScramCredential::encoded)
                  .sorted()
                  .collect(Collectors.joining("\n"))
                  .getBytes(StandardCharsets.US_ASCII));
    }

    private static int commonest(
        Collection<ScramCredential> all, ToIntFunction<ScramCredential> value, int otherwise) {
      return all.stream()
          .map(value::applyAsInt)
          .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()))
          .entrySet()
          .stream()
          .max(
              Map.Entry.<Integer, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
          .map(Map.Entry::getKey)
          .orElse(otherwise);
    }

    ScramCredential credential(String username) {
      // Made for everybody, as the time it takes could be measured.
      ScramCredential madeUp = madeUp(username);
      return known.getOrDefault(username, madeUp);
    }

    private ScramCredential madeUp(String username) {
      byte[] salt = derived("salt", username);
      return new ScramCredential(
          mechanism,
          iterations,
          Arrays.copyOf(salt, Math.min(saltBytes, salt.length)),
          derived("key", username),
          derived("key", username));
    }

    private byte[] derived(String what, String username) {
      return mechanism.hmac(secret, (what + "\0" + username).getBytes(StandardCharsets.UTF_8));
    }
  }
}
