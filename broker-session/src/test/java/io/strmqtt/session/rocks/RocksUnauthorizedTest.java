package io.strmqtt.session.rocks;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.Reason;
import io.strmqtt.api.store.UnauthorizedAttempt;
import io.strmqtt.session.UnauthorizedLimits;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RocksUnauthorizedTest {
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

  private final Gathering gathering = new Gathering();
  private final RocksUnauthorized store =
      new RocksUnauthorized(
          new UnauthorizedLimits(1000, 10, Duration.ofDays(1)),
          Clock.fixed(NOW, ZoneOffset.UTC),
          gathering);

  @Test
  void aRecordThatIsCountedManyTimesIsWrittenOnce() {
    for (int i = 0; i < 1000; i++) {
      store.record(attempt("192.0.2.1", "c"));
    }
    assertThat(written()).hasSize(1).first().isInstanceOf(Change.Put.class);
    assertThat(written()).as("nothing has changed since").isEmpty();
  }

  @Test
  void anAttackWithInventedClientIdsIsWrittenAsFarAsItIsKept() {
    for (int i = 0; i < 1000; i++) {
      store.record(attempt("192.0.2.1", "c" + i));
    }
    assertThat(written()).hasSize(11).allMatch(Change.Put.class::isInstance);
    for (int i = 1000; i < 2000; i++) {
      store.record(attempt("192.0.2.1", "c" + i));
    }
    assertThat(written())
        .as("ten rows take the place of ten, and the folded one counts on")
        .hasSize(21)
        .filteredOn(Change.Delete.class::isInstance)
        .hasSize(10);
  }

  @Test
  void aSuccessIsWrittenIfThereIsARecordAndOnce() {
    store.record(attempt("192.0.2.1", "c"));
    written();
    ClientEndpoint endpoint = attempt("192.0.2.1", "c").endpoint();

    store.resolved(endpoint, "d", NOW);
    assertThat(written()).isEmpty();
    store.resolved(endpoint, "c", NOW);
    assertThat(written()).hasSize(1);
    store.resolved(endpoint, "c", NOW);
    assertThat(written()).isEmpty();
  }

  private List<Change> written() {
    store.write();
    return gathering.seal().map(Unit::changes).orElse(List.of());
  }

  private static UnauthorizedAttempt attempt(String host, String clientId) {
    return new UnauthorizedAttempt(
        Optional.of(clientId),
        ClientEndpoint.direct(
            new InetSocketAddress(host, 1), new InetSocketAddress("127.0.0.1", 1883), "tcp"),
        Optional.empty(),
        false,
        false,
        Reason.BAD_CREDENTIALS,
        NOW);
  }
}
