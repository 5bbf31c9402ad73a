package io.strmqtt.session.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.strmqtt.api.AddressPrefix;
import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.Page;
import io.strmqtt.api.Reason;
import io.strmqtt.api.store.Storage;
import io.strmqtt.api.store.UnauthorizedAttempt;
import io.strmqtt.api.store.UnauthorizedQuery;
import io.strmqtt.api.store.UnauthorizedRecord;
import io.strmqtt.api.store.UnauthorizedStore;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
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
  private static final int MAX_PER_ADDRESS = 10;
  private static final long MAX_AGE_SECONDS = 1_000_000;

  private final Storage storage;
  private final UnauthorizedStore store;
  private long now;

  UnauthorizedStoreTest(StorageUnderTest underTest, @TempDir Path folder) {
    InstantSource time = () -> Instant.ofEpochSecond(now);
    Clock clock = time.withZone(ZoneOffset.UTC);
    storage =
        underTest.open(
            folder,
            Map.of(
                "unauthorized_max",
                MAX,
                "unauthorized_max_per_address",
                MAX_PER_ADDRESS,
                "unauthorized_max_age",
                "PT" + MAX_AGE_SECONDS + "S"),
            clock);
    store = storage.unauthorized();
  }

  @AfterEach
  void close() {
    storage.close();
  }

  @Test
  void theSameClientAgainCountsOnItsRecordWithEachReason() {
    store.record(attempt("c", "u", 1000, "tcp", Reason.BAD_CREDENTIALS));
    store.record(attempt("c", "u", 2000, "tcp", Reason.NOT_AUTHORIZED));
    store.record(attempt("c", "u", 3000, "tcp", Reason.BAD_CREDENTIALS));

    UnauthorizedRecord only = all().getFirst();
    assertThat(store.size()).isEqualTo(1);
    assertThat(only.attempts()).isEqualTo(3);
    assertThat(only.reasons())
        .isEqualTo(Map.of(Reason.BAD_CREDENTIALS, 2L, Reason.NOT_AUTHORIZED, 1L));
    assertThat(only.firstSeen()).isEqualTo(Instant.ofEpochSecond(1));
    assertThat(only.lastSeen()).isEqualTo(Instant.ofEpochSecond(3));
    assertThat(only.last().endpoint().client().getPort()).as("the latest port").isEqualTo(3000);
    assertThat(only.resolvedAt()).isEmpty();
    assertThat(only.folded()).isZero();
  }

  @Test
  void whoAndWhereTellRecordsApart() {
    store.record(attempt("c", "u", 1, "tcp", Reason.BAD_CREDENTIALS));
    store.record(attempt("c2", "u", 1, "tcp", Reason.BAD_CREDENTIALS));
    store.record(attempt("c", "u2", 1, "tcp", Reason.BAD_CREDENTIALS));
    store.record(attempt("c", "u", 1, "ws", Reason.BAD_CREDENTIALS));
    store.record(attempt("10.0.0.2", "c"));
    store.record(
        attempt(Optional.empty(), Optional.empty(), "10.0.0.1", 1, "tcp", Reason.BAD_CREDENTIALS));
    store.record(
        attempt(Optional.of(""), Optional.empty(), "10.0.0.1", 1, "tcp", Reason.BAD_CREDENTIALS));

    assertThat(store.size()).isEqualTo(7);
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
  void whoeverInventsClientIdsPushesOutNobodyElse() {
    see("victim");
    long first = now + 1;
    for (int i = 0; i < 10 * MAX; i++) {
      store.record(attempt("192.0.2.66", "invented" + i));
    }

    assertThat(store.size()).isEqualTo(1 + MAX_PER_ADDRESS + 1);
    assertThat(ids(page(Optional.empty(), MAX))).contains("victim").startsWith("invented999");
    UnauthorizedRecord folded =
        all().stream().filter(record -> record.folded() > 0).findFirst().orElseThrow();
    assertThat(folded.folded()).isEqualTo(10 * MAX - MAX_PER_ADDRESS);
    assertThat(folded.attempts()).isEqualTo(folded.folded());
    assertThat(folded.reasons()).isEqualTo(Map.of(Reason.BAD_CREDENTIALS, folded.attempts()));
    assertThat(folded.firstSeen()).isEqualTo(Instant.ofEpochSecond(first));
    assertThat(folded.lastSeen()).isEqualTo(Instant.ofEpochSecond(now - MAX_PER_ADDRESS));
    assertThat(folded.last().clientId()).isEmpty();
    assertThat(folded.last().username()).isEmpty();
    assertThat(ClientEndpoint.host(folded.last().endpoint().client())).isEqualTo("192.0.2.66");
  }

  @Test
  void anIpv6NetworkCountsAsOneAddress() {
    for (int i = 0; i < 3 * MAX; i++) {
      store.record(attempt("2001:db8:0:1::" + Integer.toHexString(i + 1), "c"));
    }
    store.record(attempt("2001:db8:0:2::1", "c"));

    assertThat(store.size()).isEqualTo(MAX_PER_ADDRESS + 2);
    assertThat(all().getLast().folded()).isEqualTo(3 * MAX - MAX_PER_ADDRESS);
  }

  @Test
  void whatIsTooOldLeaves() {
    see("a", "b");
    now += MAX_AGE_SECONDS - 1;
    assertThat(ids(page(Optional.empty(), 10))).containsExactly("b", "a");
    now += 1;
    assertThat(ids(page(Optional.empty(), 10))).containsExactly("b");
    assertThat(store.size()).isEqualTo(1);
    now += 1;
    assertThat(all()).isEmpty();
    see("a");
    assertThat(all()).singleElement().satisfies(a -> assertThat(a.attempts()).isEqualTo(1));
  }

  @Test
  void aSuccessResolvesTheRecordsOfItsAddressAndClientId() {
    store.record(attempt("10.0.0.1", "c"));
    store.record(attempt("10.0.0.2", "c"));
    store.record(attempt("10.0.0.1", "other"));
    store.record(
        attempt(Optional.of("c"), Optional.empty(), "10.0.0.1", 1, "ws", Reason.NO_CREDENTIALS));
    ClientEndpoint endpoint = attempt("10.0.0.1", "c").endpoint();

    store.resolved(endpoint, "c", Instant.ofEpochSecond(50));
    store.resolved(endpoint, "c", Instant.ofEpochSecond(60));
    store.resolved(endpoint, "unknown", Instant.ofEpochSecond(60));
    store.resolved(attempt("10.9.9.9", "c").endpoint(), "c", Instant.ofEpochSecond(60));

    assertThat(all())
        .extracting(record -> record.resolvedAt().map(Instant::getEpochSecond).orElse(0L))
        .as("when it first got in")
        .containsExactly(50L, 0L, 0L, 50L);
    assertThat(all()).extracting(UnauthorizedRecord::attempts).containsOnly(1L);

    store.record(attempt("10.0.0.1", "c"));
    assertThat(all().getFirst().resolvedAt()).as("refused again").isEmpty();
    assertThat(all().getFirst().attempts()).isEqualTo(2);
  }

  @Test
  void recordsAreFoundByAddress() {
    for (String host : List.of("10.0.0.1", "10.0.1.1", "10.1.0.1", "2001:db8::1", "2001:db9::1")) {
      store.record(attempt(host, "at " + host));
    }

    assertThat(found("10.0.0.0/16")).containsExactly("at 10.0.1.1", "at 10.0.0.1");
    assertThat(found("10.0.1.1")).containsExactly("at 10.0.1.1");
    assertThat(found("0.0.0.0/0")).hasSize(3);
    assertThat(found("2001:db8::/31")).containsExactly("at 2001:db9::1", "at 2001:db8::1");
    assertThat(found("2001:db8::/32")).containsExactly("at 2001:db8::1");
    assertThat(found("192.0.2.0/24")).isEmpty();
  }

  @Test
  void recordsAreFoundByClientIdOfAnyLength() {
    String longId = "x".repeat(5000);
    store.record(attempt("10.0.0.1", "c"));
    store.record(attempt("10.0.0.1", longId));
    store.record(attempt("10.0.0.2", "c"));
    store.record(attempt("10.0.0.2", "cc"));

    assertThat(byClientId("c", Optional.empty(), 10).items())
        .extracting(record -> ClientEndpoint.host(record.last().endpoint().client()))
        .containsExactly("10.0.0.2", "10.0.0.1");
    assertThat(byClientId(longId, Optional.empty(), 10).items()).hasSize(1);
    assertThat(byClientId(longId + "x", Optional.empty(), 10).items()).isEmpty();
    assertThat(byClientId("", Optional.empty(), 10).items()).isEmpty();
  }

  @Test
  void aViewIsPagedLikeTheWhole() {
    for (int i = 0; i < 9; i++) {
      store.record(attempt("10.0.0." + i, "wanted"));
      store.record(attempt("10.0.0." + i, "other"));
    }
    List<String> hosts = new ArrayList<>();
    Optional<String> cursor = Optional.empty();
    do {
      Page<UnauthorizedRecord> page = byClientId("wanted", cursor, 2);
      page.items().forEach(r -> hosts.add(ClientEndpoint.host(r.last().endpoint().client())));
      cursor = page.next();
    } while (cursor.isPresent());

    assertThat(hosts)
        .containsExactly(
            "10.0.0.8",
            "10.0.0.7",
            "10.0.0.6",
            "10.0.0.5",
            "10.0.0.4",
            "10.0.0.3",
            "10.0.0.2",
            "10.0.0.1",
            "10.0.0.0");
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
  void longStringsFromTheWireAreCutAndStillToldApart() {
    String username = "u".repeat(255) + "\uD83D\uDE00";
    store.record(attempt("c".repeat(256), "u", 1, "tcp", Reason.TIMEOUT));
    store.record(attempt("c".repeat(300), username, 1, "tcp", Reason.TIMEOUT));
    store.record(attempt("c".repeat(999), username, 1, "tcp", Reason.TIMEOUT));
    List<UnauthorizedRecord> records = all();
    String cut = records.getFirst().last().clientId().orElseThrow();
    store.record(attempt(cut, username, 1, "tcp", Reason.TIMEOUT));

    assertThat(store.size()).as("the cut form of another's is another").isEqualTo(4);
    assertThat(records.getLast().last().clientId()).contains("c".repeat(256));
    assertThat(cut).matches("c{256}\u2026[0-9a-f]{16}");
    assertThat(records.getFirst().last().username().orElseThrow())
        .as("between characters")
        .matches("u{255}\u2026[0-9a-f]{16}");
  }

  @Test
  void noStringBreaksOrBloatsOrForgesARecord() {
    Random random = new Random(11);
    for (int i = 0; i < 2000; i++) {
      String id = Hostile.text(random);
      String username = Hostile.text(random);
      store.record(attempt(id, username, 1, "tcp", Reason.BAD_CREDENTIALS));
      UnauthorizedRecord seen = page(Optional.empty(), 1).items().getFirst();
      assertThat(seen.last().clientId().orElseThrow().length()).isBetween(0, 273);
      assertThat(seen.last().username().orElseThrow().length()).isBetween(0, 273);
      assertThat(Hostile.isWellFormed(seen.last().clientId().orElseThrow())).isTrue();
      assertThat(seen.last().endpoint().listener()).isEqualTo("tcp");
      assertThat(seen.attempts()).isEqualTo(1);
      assertThat(byClientId(id, Optional.empty(), 1).items()).isNotEmpty();
    }
    assertThat(store.size()).isEqualTo(MAX_PER_ADDRESS + 1);
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

  @Test
  void anyHistoryKeepsTheBoundsAndLosesNoAttemptOfAnAddressThatStays() {
    Random random = new Random(23);
    Map<String, Long> sent = new LinkedHashMap<>();
    for (int i = 0; i < 10_000; i++) {
      String host = "10.0.0." + random.nextInt(5);
      store.record(attempt(host, "c" + random.nextInt(40)));
      sent.merge(host, 1L, Long::sum);
    }

    assertThat(store.size()).isEqualTo(5 * (MAX_PER_ADDRESS + 1));
    assertThat(all())
        .extracting(UnauthorizedRecord::lastSeen)
        .isSortedAccordingTo((a, b) -> b.compareTo(a));
    Map<String, Long> kept = new LinkedHashMap<>();
    for (UnauthorizedRecord record : all()) {
      assertThat(record.reasons()).isEqualTo(Map.of(Reason.BAD_CREDENTIALS, record.attempts()));
      kept.merge(
          ClientEndpoint.host(record.last().endpoint().client()), record.attempts(), Long::sum);
    }
    assertThat(kept).isEqualTo(sent);
  }

  /** Each from an address of its own. */
  private void see(String... clientIds) {
    for (String clientId : clientIds) {
      int hash = clientId.hashCode();
      store.record(
          attempt(
              "10." + (hash >> 16 & 255) + "." + (hash >> 8 & 255) + "." + (hash & 255), clientId));
    }
  }

  private List<UnauthorizedRecord> all() {
    return page(Optional.empty(), 1000).items();
  }

  private Page<UnauthorizedRecord> page(Optional<String> cursor, int limit) {
    return store.page(new UnauthorizedQuery.MostRecent(), cursor, limit);
  }

  private Page<UnauthorizedRecord> byClientId(String clientId, Optional<String> cursor, int limit) {
    return store.page(new UnauthorizedQuery.ByClientId(clientId), cursor, limit);
  }

  private List<String> found(String network) {
    return ids(
        store.page(
            new UnauthorizedQuery.ByAddress(AddressPrefix.parse(network)), Optional.empty(), 10));
  }

  private static List<String> ids(Page<UnauthorizedRecord> page) {
    return page.items().stream().map(item -> item.last().clientId().orElse("")).toList();
  }

  private UnauthorizedAttempt attempt(String host, String clientId) {
    return attempt(Optional.of(clientId), Optional.of("u"), host, 1, "tcp", Reason.BAD_CREDENTIALS);
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
