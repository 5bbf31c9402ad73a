package io.strmqtt.session.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.Page;
import io.strmqtt.api.Reason;
import io.strmqtt.api.store.Storage;
import io.strmqtt.api.store.UnauthorizedAttempt;
import io.strmqtt.api.store.UnauthorizedRecord;
import io.strmqtt.api.store.UnauthorizedStore;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("io.strmqtt.session.kit.StorageUnderTest#all")
class UnauthorizedStoreTest {
  private static final int MAX = 100;

  private final Storage storage;
  private final UnauthorizedStore store;
  private long now;

  UnauthorizedStoreTest(StorageUnderTest underTest, @TempDir Path folder) {
    storage = underTest.open(folder, Map.of("unauthorized_max", MAX));
    store = storage.unauthorized();
  }

  @AfterEach
  void close() {
    storage.close();
  }

  @Test
  void theSameAttemptAgainCountsOnItsRecord() {
    store.record(attempt("c", "u", 1000, "tcp", Reason.BAD_CREDENTIALS));
    store.record(attempt("c", "u", 2000, "tcp", Reason.BAD_CREDENTIALS));
    store.record(attempt("c", "u", 3000, "tcp", Reason.BAD_CREDENTIALS));

    UnauthorizedRecord only = page(Optional.empty(), 10).items().getFirst();
    assertThat(store.size()).isEqualTo(1);
    assertThat(only.attempts()).isEqualTo(3);
    assertThat(only.firstSeen()).isEqualTo(Instant.ofEpochSecond(1));
    assertThat(only.lastSeen()).isEqualTo(Instant.ofEpochSecond(3));
    assertThat(only.last().endpoint().client().getPort()).as("the latest port").isEqualTo(3000);
  }

  @Test
  void whoWhereAndWhyTellRecordsApart() {
    store.record(attempt("c", "u", 1, "tcp", Reason.BAD_CREDENTIALS));
    store.record(attempt("c2", "u", 1, "tcp", Reason.BAD_CREDENTIALS));
    store.record(attempt("c", "u2", 1, "tcp", Reason.BAD_CREDENTIALS));
    store.record(attempt("c", "u", 1, "ws", Reason.BAD_CREDENTIALS));
    store.record(attempt("c", "u", 1, "tcp", Reason.NOT_AUTHORIZED));
    store.record(
        attempt(Optional.of("c"), Optional.of("u"), "10.0.0.2", 1, "tcp", Reason.BAD_CREDENTIALS));
    store.record(
        attempt(Optional.empty(), Optional.empty(), "10.0.0.1", 1, "tcp", Reason.BAD_CREDENTIALS));
    store.record(
        attempt(Optional.of(""), Optional.empty(), "10.0.0.1", 1, "tcp", Reason.BAD_CREDENTIALS));

    assertThat(store.size()).isEqualTo(8);
  }

  @Test
  void theMostRecentlySeenComesFirst() {
    see("a", "b", "c", "a");

    assertThat(ids(page(Optional.empty(), 10))).containsExactly("a", "c", "b");
  }

  @Test
  void theLeastRecentlySeenLeavesAFullStore() {
    for (int i = 0; i < MAX; i++) {
      see("c" + i);
    }
    see("c0", "new");

    assertThat(store.size()).isEqualTo(MAX);
    assertThat(ids(page(Optional.empty(), MAX)))
        .startsWith("new", "c0", "c99")
        .endsWith("c3", "c2")
        .doesNotContain("c1");
  }

  @Test
  void aCursorKeepsItsPlaceWhileRecordsMoveAway() {
    see("a", "b", "c", "d", "e", "f");
    Page<UnauthorizedRecord> first = page(Optional.empty(), 2);
    see("e", "a", "g");

    assertThat(ids(first)).containsExactly("f", "e");
    Page<UnauthorizedRecord> second = page(first.next(), 2);
    assertThat(ids(second)).containsExactly("d", "c");
    Page<UnauthorizedRecord> third = page(second.next(), 2);
    assertThat(ids(third)).containsExactly("b");
    assertThat(third.next()).isEmpty();
  }

  @Test
  void aCursorOutlivesTheRecordItPointsAt() {
    see("a", "b", "c");
    Page<UnauthorizedRecord> first = page(Optional.empty(), 2);
    for (int i = 0; i < MAX; i++) {
      see("new" + i);
    }

    assertThat(page(first.next(), 10).items()).isEmpty();
  }

  @Test
  void whatIsNoCursorIsRefused() {
    for (String cursor : List.of("!", "abc", "_w")) {
      assertThatThrownBy(() -> page(Optional.of(cursor), 1))
          .as(cursor)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void longStringsFromTheWireAreCutBetweenCharacters() {
    store.record(
        attempt("c".repeat(300), "u".repeat(255) + "\uD83D\uDE00", 1, "tcp", Reason.TIMEOUT));
    store.record(
        attempt("c".repeat(999), "u".repeat(255) + "\uD83D\uDE01", 1, "tcp", Reason.TIMEOUT));

    UnauthorizedAttempt kept = page(Optional.empty(), 10).items().getFirst().last();
    assertThat(store.size()).isEqualTo(1);
    assertThat(kept.clientId()).contains("c".repeat(256));
    assertThat(kept.username()).contains("u".repeat(255));
  }

  @Test
  void anyHistoryGivesTheOrderOfLastSight() {
    Random random = new Random(7);
    LinkedHashMap<String, Long> model = new LinkedHashMap<>();
    for (int i = 0; i < 20_000; i++) {
      String id = "c" + random.nextInt(MAX + 50);
      see(id);
      model.putLast(id, model.getOrDefault(id, 0L) + 1);
      if (model.size() > MAX) {
        model.pollFirstEntry();
      }
      if (i % 500 == 0) {
        List<String> seen = new ArrayList<>();
        Optional<String> cursor = Optional.empty();
        do {
          Page<UnauthorizedRecord> page = page(cursor, 7);
          page.items()
              .forEach(
                  item -> {
                    seen.add(item.last().clientId().orElseThrow());
                    assertThat(item.attempts())
                        .isEqualTo(model.get(item.last().clientId().orElseThrow()));
                  });
          cursor = page.next();
        } while (cursor.isPresent());
        assertThat(seen).containsExactlyElementsOf(model.reversed().keySet());
      }
    }
  }

  private void see(String... clientIds) {
    for (String clientId : clientIds) {
      store.record(attempt(clientId, "u", 1, "tcp", Reason.BAD_CREDENTIALS));
    }
  }

  private Page<UnauthorizedRecord> page(Optional<String> cursor, int limit) {
    return store.page(cursor, limit);
  }

  private static List<String> ids(Page<UnauthorizedRecord> page) {
    return page.items().stream().map(item -> item.last().clientId().orElseThrow()).toList();
  }

  private UnauthorizedAttempt attempt(
      String clientId, String username, int port, String listener, Reason reason) {
    return attempt(
        Optional.of(clientId), Optional.of(username), "10.0.0.1", port, listener, reason);
  }

  private UnauthorizedAttempt attempt(
      Optional<String> clientId,
      Optional<String> username,
      String host,
      int port,
      String listener,
      Reason reason) {
    return new UnauthorizedAttempt(
        clientId,
        ClientEndpoint.direct(
            new InetSocketAddress(host, port), new InetSocketAddress("127.0.0.1", 1883), listener),
        username,
        true,
        false,
        reason,
        Instant.ofEpochSecond(++now));
  }
}
