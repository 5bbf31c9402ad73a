package io.strmqtt.session;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.store.UnauthorizedAttempt;
import io.strmqtt.api.store.UnauthorizedRecord;
import java.util.Comparator;
import java.util.Optional;

/**
 * What makes two refused attempts the same. Comparable, so that a hash map stays fast when an
 * attacker sends client ids that all hash alike.
 *
 * @param clientHost the client's address; of a record that stands for folded ones its network,
 *     which no address looks like
 */
public record AttemptKey(
    String clientHost, Optional<String> clientId, Optional<String> username, String listener)
    implements Comparable<AttemptKey> {

  private static final Comparator<Optional<String>> ABSENT_FIRST =
      Comparator.<Optional<String>, Boolean>comparing(Optional::isPresent)
          .thenComparing(text -> text.orElse(""));

  private static final Comparator<AttemptKey> ORDER =
      Comparator.comparing(AttemptKey::clientId, ABSENT_FIRST)
          .thenComparing(AttemptKey::username, ABSENT_FIRST)
          .thenComparing(AttemptKey::clientHost)
          .thenComparing(AttemptKey::listener);

  static AttemptKey of(UnauthorizedAttempt attempt) {
    return new AttemptKey(
        ClientEndpoint.host(attempt.endpoint().client()),
        attempt.clientId(),
        attempt.username(),
        attempt.endpoint().listener());
  }

  /** The key of a record as it is kept. */
  public static AttemptKey of(UnauthorizedRecord record) {
    return record.folded() == 0
        ? of(record.last())
        : ofFolded(Kept.network(record.last().endpoint().client()));
  }

  static AttemptKey ofFolded(String network) {
    return new AttemptKey(network, Optional.empty(), Optional.empty(), "");
  }

  @Override
  public int compareTo(AttemptKey other) {
    return ORDER.compare(this, other);
  }
}
