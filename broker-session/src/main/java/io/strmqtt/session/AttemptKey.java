package io.strmqtt.session;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.Reason;
import io.strmqtt.api.store.UnauthorizedAttempt;
import java.util.Comparator;
import java.util.Optional;

/**
 * What makes two refused attempts the same. Comparable, so that a hash map stays fast when an
 * attacker sends client ids that all hash alike.
 */
public record AttemptKey(
    String clientHost,
    Optional<String> clientId,
    Optional<String> username,
    String listener,
    Reason reason)
    implements Comparable<AttemptKey> {

  private static final Comparator<Optional<String>> ABSENT_FIRST =
      Comparator.<Optional<String>, Boolean>comparing(Optional::isPresent)
          .thenComparing(text -> text.orElse(""));

  private static final Comparator<AttemptKey> ORDER =
      Comparator.comparing(AttemptKey::clientId, ABSENT_FIRST)
          .thenComparing(AttemptKey::username, ABSENT_FIRST)
          .thenComparing(AttemptKey::clientHost)
          .thenComparing(AttemptKey::listener)
          .thenComparing(AttemptKey::reason);

  public static AttemptKey of(UnauthorizedAttempt attempt) {
    return new AttemptKey(
        ClientEndpoint.host(attempt.endpoint().client()),
        attempt.clientId(),
        attempt.username(),
        attempt.endpoint().listener(),
        attempt.reason());
  }

  @Override
  public int compareTo(AttemptKey other) {
    return ORDER.compare(this, other);
  }
}
