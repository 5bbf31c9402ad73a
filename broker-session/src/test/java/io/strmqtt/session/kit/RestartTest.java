package io.strmqtt.session.kit;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.ForwardedBy;
import io.strmqtt.api.Message;
import io.strmqtt.api.ProtocolVersion;
import io.strmqtt.api.ProxyHeader;
import io.strmqtt.api.ProxySsl;
import io.strmqtt.api.ProxyTlvs;
import io.strmqtt.api.Reason;
import io.strmqtt.api.TlsInfo;
import io.strmqtt.api.store.MessageQueue;
import io.strmqtt.api.store.SessionRecord;
import io.strmqtt.api.store.Storage;
import io.strmqtt.api.store.StoredSession;
import io.strmqtt.api.store.StoredSession.Handshake;
import io.strmqtt.api.store.StoredWill;
import io.strmqtt.api.store.UnauthorizedAttempt;
import io.strmqtt.api.store.UnauthorizedRecord;
import io.strmqtt.api.store.UnauthorizedStore;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("io.strmqtt.session.kit.StorageUnderTest#durable")
class RestartTest {
  private final StorageUnderTest underTest;
  private final Path folder;
  private Storage storage;
  private Map<String, StoredSession> restored = new HashMap<>();

  RestartTest(StorageUnderTest underTest, @TempDir Path folder) {
    this.underTest = underTest;
    this.folder = folder;
    open();
  }

  @AfterEach
  void close() {
    storage.close();
  }

  @Test
  void anEmptyStoreHasNothingToRestore() {
    restart();
    assertThat(restored).isEmpty();
    assertThat(storage.queues().size()).isZero();
  }

  @Test
  void sessionsComeBackWithTheirSubscriptionsAndWills() {
    storage.sessions().put(Stored.session("b", 60));
    storage.sessions().put(Stored.session("a", SessionRecord.NEVER));
    storage.sessions().putSubscription("a", Stored.subscription("x/#", 1));
    storage.sessions().putSubscription("a", Stored.subscription("$share/g/y", 2));
    storage.sessions().putSubscription("a", Stored.subscription("gone", 2));
    storage.sessions().removeSubscription("a", "gone");
    storage.sessions().putSubscription("b", Stored.subscription("z", 0));
    StoredWill will = new StoredWill(Stored.messageWithEverything(), 0xFFFF_FFFFL);
    storage.sessions().putWill("b", will);
    restart();

    assertThat(restored).containsOnlyKeys("a", "b");
    StoredSession a = restored("a");
    assertThat(a.session()).isEqualTo(Stored.session("a", SessionRecord.NEVER));
    assertThat(a.subscriptions())
        .containsExactlyInAnyOrder(
            Stored.subscription("x/#", 1), Stored.subscription("$share/g/y", 2));
    assertThat(a.will()).isEmpty();
    StoredSession b = restored("b");
    assertThat(b.will()).get().usingRecursiveComparison().isEqualTo(will);
    assertThat(b.subscriptions()).containsExactly(Stored.subscription("z", 0));
    assertThat(storage.sessions().get("a")).contains(a.session());
    assertThat(storage.sessions().subscriptions("a")).hasSize(2);
    assertThat(storage.sessions().size()).isEqualTo(2);
  }

  @Test
  void aSessionThatEndsWithItsConnectionIsGoneUnlessItHasAWill() {
    storage.sessions().put(Stored.session("plain", 0));
    storage.sessions().putSubscription("plain", Stored.subscription("t", 1));
    storage.sessions().put(Stored.session("will", 0));
    storage.sessions().putWill("will", new StoredWill(Stored.message("t", "bye"), 0));
    storage.sessions().put(Stored.session("taken back", 0));
    storage.sessions().putWill("taken back", new StoredWill(Stored.message("t", "bye"), 0));
    storage.sessions().removeWill("taken back");
    restart();

    assertThat(restored).containsOnlyKeys("will");
  }

  @Test
  void aSessionThatIsKeptAfterAllTakesItsSubscriptionsAlong() {
    storage.sessions().put(Stored.session("a", 0));
    storage.sessions().putSubscription("a", Stored.subscription("t", 1));
    storage.sessions().put(Stored.session("a", 10));
    storage.sessions().put(Stored.session("b", 10));
    storage.sessions().putSubscription("b", Stored.subscription("t", 1));
    storage.sessions().put(Stored.session("b", 0));
    restart();

    assertThat(restored).containsOnlyKeys("a");
    assertThat(restored("a").subscriptions()).containsExactly(Stored.subscription("t", 1));
  }

  @Test
  void aRemovedSessionLeavesNothing() {
    storage.sessions().put(Stored.session("a", 60));
    storage.sessions().putSubscription("a", Stored.subscription("t", 1));
    storage.sessions().putWill("a", new StoredWill(Stored.message("t", "bye"), 3));
    MessageQueue queue = storage.queues().create("a");
    add(queue, "1");
    Stored.await(storage);
    storage.sessions().remove("a");
    queue.end();
    restart();
    assertThat(restored).isEmpty();
    assertThat(storage.queues().size()).isZero();

    storage.sessions().put(Stored.session("a", 60));
    storage.queues().create("a");
    restart();
    assertThat(restored("a").subscriptions()).isEmpty();
    assertThat(restored("a").will()).isEmpty();
    assertThat(restored("a").messages()).isZero();
  }

  /** What a header said. */
  private record Announced(
      Optional<byte[]> alpn,
      Optional<String> authority,
      Optional<byte[]> uniqueId,
      Optional<String> netns,
      Optional<ProxySsl> ssl,
      Optional<String> awsVpcEndpoint,
      OptionalLong gcpConnection,
      OptionalLong azureLink)
      implements ProxyTlvs {}

  @Test
  void whatOperatorsSeeOfAConnectionComesBack() {
    ProxyTlvs tlvs =
        new Announced(
            Optional.of("mqtt".getBytes(StandardCharsets.US_ASCII)),
            Optional.of("broker.example"),
            Optional.of(new byte[] {1, 2}),
            Optional.of("ns"),
            Optional.of(
                new ProxySsl(
                    true,
                    true,
                    false,
                    true,
                    Optional.of("TLSv1.3"),
                    Optional.of("cipher"),
                    Optional.of("device 7"),
                    Optional.empty(),
                    Optional.of("RSA2048"),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty())),
            Optional.of("vpce-1"),
            OptionalLong.of(-1),
            OptionalLong.of(7));
    ClientEndpoint endpoint =
        new ClientEndpoint(
            new InetSocketAddress("2001:db8::7", 1),
            new InetSocketAddress("10.0.0.5", 65535),
            InetSocketAddress.createUnresolved("local", 0),
            "behind-haproxy",
            Optional.of(
                new ProxyHeader(
                    ProxyHeader.Version.V2,
                    ProxyHeader.Kind.PROXIED,
                    tlvs,
                    Optional.of("device 7"))),
            Optional.of(new TlsInfo("TLSv1.3", "cipher", Optional.of("CN=x"))),
            Optional.of(new ForwardedBy("forwarded", new InetSocketAddress("10.0.0.6", 4711))));
    SessionRecord session =
        new SessionRecord(
            "ü/\uD83D\uDE00",
            "user",
            ProtocolVersion.MQTT_3_1_1,
            true,
            endpoint,
            true,
            65535,
            1,
            Instant.ofEpochMilli(5),
            Optional.of(Instant.ofEpochMilli(6)),
            Optional.of(Reason.CLIENT_DISCONNECT));
    storage.sessions().put(session);
    restart();

    assertThat(shown(restored(session.clientId()).session())).isEqualTo(shown(session));
  }

  /** All there is to a record; that of arrays is by content. */
  private static List<Object> shown(SessionRecord session) {
    ClientEndpoint from = session.endpoint();
    ProxyHeader header = from.proxy().orElseThrow();
    ProxyTlvs tlvs = header.tlvs();
    return List.of(
        List.of(session.clientId(), session.username(), session.version(), session.connected()),
        List.of(session.cleanStart(), session.keepAlive(), session.expiryInterval()),
        List.of(session.connectedAt(), session.disconnectedAt(), session.disconnectReason()),
        List.of(from.client(), from.peer(), from.local(), from.listener(), from.tls()),
        List.of(from.forwarded(), header.version(), header.kind(), header.identity()),
        List.of(tlvs.alpnText(), tlvs.authority(), tlvs.uniqueIdText(), tlvs.netns(), tlvs.ssl()),
        List.of(tlvs.awsVpcEndpoint(), tlvs.gcpConnection(), tlvs.azureLink()));
  }

  @Test
  void clientIdsThatBeginOrEndAlikeKeepTheirOwnRows() {
    List<String> ids = List.of("a", "ab", "a\u0000", "", "a/b", "b", "a".repeat(65_535));
    for (String id : ids) {
      storage.sessions().put(Stored.session(id, 60));
      storage.sessions().putSubscription(id, Stored.subscription("of " + id.length(), 1));
      add(storage.queues().create(id), "for " + id.length());
    }
    restart();

    assertThat(restored).containsOnlyKeys(ids);
    for (String id : ids) {
      assertThat(restored(id).subscriptions())
          .containsExactly(Stored.subscription("of " + id.length(), 1));
      assertThat(Stored.payloads(Stored.read(restored(id).queue(), 0, 5)))
          .containsExactly("for " + id.length());
    }
  }

  @Test
  void queuesComeBackWithWhatWasInFlight() {
    storage.sessions().put(Stored.session("a", 60));
    MessageQueue queue = storage.queues().create("a");
    List<Long> numbers = add(queue, "1", "22", "333", "4444");
    Stored.await(storage);
    queue.remove(numbers.get(0));
    queue.sending(numbers.get(1), 11);
    queue.sending(numbers.get(2), 65535);
    queue.released(numbers.get(2), 65535);
    queue.received(7);
    queue.received(8);
    queue.forget(7);
    restart();

    StoredSession session = restored("a");
    assertThat(session.messages()).isEqualTo(2);
    assertThat(session.bytes()).isPositive();
    assertThat(session.inFlight())
        .containsExactly(
            new Handshake(numbers.get(1), 11, false), new Handshake(numbers.get(2), 65535, true));
    assertThat(session.received()).containsExactly(8);
    assertThat(Stored.payloads(Stored.read(session.queue(), 0, 10))).containsExactly("22", "4444");
    assertThat(storage.queues().size()).isEqualTo(2);

    session.queue().released(numbers.get(1), 11);
    session.queue().remove(numbers.get(1));
    session.queue().remove(numbers.get(2));
    session.queue().forget(8);
    restart();
    StoredSession again = restored("a");
    assertThat(again.inFlight()).isEmpty();
    assertThat(again.received()).isEmpty();
    assertThat(Stored.payloads(Stored.read(again.queue(), 0, 10))).containsExactly("4444");
  }

  @Test
  void whatWasSentComesBackAsLongAsItIsThere() {
    storage.sessions().put(Stored.session("a", 60));
    MessageQueue queue = storage.queues().create("a");
    List<Long> numbers = add(queue, "1", "22", "333");
    queue.sent(
        List.of(
            new StoredSession.Sent(numbers.get(0), 65535),
            new StoredSession.Sent(numbers.get(1), 1)));
    queue.sent(
        List.of(
            new StoredSession.Sent(numbers.get(1), 1), new StoredSession.Sent(numbers.get(2), 2)));
    restart();
    StoredSession session = restored("a");
    assertThat(session.sent())
        .containsExactly(
            new StoredSession.Sent(numbers.get(1), 1), new StoredSession.Sent(numbers.get(2), 2));
    session.queue().remove(numbers.get(1));
    restart();
    assertThat(restored("a").sent()).containsExactly(new StoredSession.Sent(numbers.get(2), 2));
    restored("a").queue().sent(List.of());
    restart();
    assertThat(restored("a").sent()).isEmpty();
  }

  @Test
  void numbersGoOnAboveThoseOfEarlierRuns() {
    long last = 0;
    for (int run = 0; run < 3; run++) {
      long number = storage.queues().nextNumber();
      assertThat(number).isGreaterThan(last);
      last = number;
      restart();
    }
  }

  @Test
  void aMessageForManyQueuesOutlivesAllButItsLastOwner() {
    long number = storage.queues().nextNumber();
    Message message = Stored.message("t", "for all");
    for (int i = 0; i < 4; i++) {
      storage.sessions().put(Stored.session("c" + i, 60));
      storage.queues().create("c" + i).add(Stored.queued(number, message));
    }
    for (int gone = 0; gone < 4; gone++) {
      restart();
      for (int i = gone; i < 4; i++) {
        assertThat(Stored.payloads(Stored.read(restored("c" + i).queue(), 0, 2)))
            .containsExactly("for all");
      }
      restored("c" + gone).queue().remove(number);
    }
    restart();
    assertThat(restored.values()).extracting(StoredSession::messages).containsOnly(0L);
  }

  @Test
  void aQueueWithoutASessionDoesNotComeBack() {
    add(storage.queues().create("nobody"), "1", "2");
    restart();
    assertThat(restored).isEmpty();
    assertThat(storage.queues().size()).isZero();
  }

  @Test
  void retainedMessagesComeBack() {
    Message everything = Stored.messageWithEverything();
    storage.retained().put(everything);
    storage.retained().put(Stored.message("a", "first"));
    storage.retained().put(Stored.message("a", "second"));
    storage.retained().put(Stored.message("b", "removed"));
    storage.retained().remove("b");
    Message expired = expiring("c");
    storage.retained().put(expired);
    assertThat(storage.retained().expire(expired.expiresAt(), 10)).isEqualTo(1);
    Message large = Stored.message("large", "x".repeat(100_000));
    storage.retained().put(large);
    storage.retained().put(Stored.message("shrinks", "x".repeat(100_000)));
    restart();
    storage.retained().put(Stored.message("shrinks", "small"));
    restart();

    List<Message> found = new ArrayList<>();
    Walks.all(storage.retained(), "#", found::add);
    assertThat(found)
        .usingRecursiveFieldByFieldElementComparator()
        .containsExactlyInAnyOrder(
            everything, Stored.message("a", "second"), large, Stored.message("shrinks", "small"));
    assertThat(storage.retained().size()).isEqualTo(4);
  }

  private static Message expiring(String topic) {
    return new Message(
        topic,
        new byte[10_000],
        1,
        true,
        new Message.Properties(
            -1, 5, Optional.empty(), Optional.empty(), Optional.empty(), List.of()),
        1_000,
        "p");
  }

  @Test
  void refusedAttemptsComeBackInTheirOrder() {
    for (String id : List.of("a", "b", "a", "c", "b")) {
      storage.unauthorized().record(attempt(id));
    }
    restart();

    assertThat(storage.unauthorized().page(Optional.empty(), 10).items())
        .extracting(record -> record.last().clientId().orElseThrow() + record.attempts())
        .containsExactly("b2", "c1", "a2");
    storage.unauthorized().record(attempt("a"));
    restart();
    assertThat(storage.unauthorized().page(Optional.empty(), 10).items())
        .extracting(record -> record.last().clientId().orElseThrow() + record.attempts())
        .containsExactly("a3", "b2", "c1");
  }

  @Test
  void whatIsKnownOfARefusedClientComesBack() {
    UnauthorizedStore store = storage.unauthorized();
    List<String> hostile = List.of("", "a\0b", "\uFFFD", "x".repeat(70_000), "\uD83D\uDE00=\"\n");
    for (String id : hostile) {
      store.record(attempt(id));
      store.record(attempt(id));
    }
    store.record(attempt("\uD800"));
    UnauthorizedAttempt last = attempt("");
    store.resolved(last.endpoint(), "a\0b", last.at());
    for (int i = 0; i < 120; i++) {
      store.record(attempt("flood" + i));
      if (i < 70) {
        store.record(attempt("a\0b"));
        store.resolved(last.endpoint(), "a\0b", last.at());
      }
    }
    List<UnauthorizedRecord> before = store.page(Optional.empty(), 1000).items();
    restart();
    List<UnauthorizedRecord> after = storage.unauthorized().page(Optional.empty(), 1000).items();

    assertThat(after).hasSize(101);
    assertThat(after).usingRecursiveFieldByFieldElementComparator().isEqualTo(before);
    assertThat(after.getLast().folded()).isEqualTo(25);
    assertThat(after).anySatisfy(record -> assertThat(record.resolvedAt()).isPresent());
  }

  // later than the clock, so that they are not too old
  private long seconds = Instant.parse("2040-01-01T00:00:00Z").getEpochSecond();

  private UnauthorizedAttempt attempt(String clientId) {
    return new UnauthorizedAttempt(
        Optional.of(clientId),
        Stored.session("", 0).endpoint(),
        Optional.of("u"),
        true,
        false,
        Reason.BAD_CREDENTIALS,
        Instant.ofEpochSecond(++seconds));
  }

  private List<Long> add(MessageQueue queue, String... payloads) {
    List<Long> numbers = new ArrayList<>();
    for (String payload : payloads) {
      long number = storage.queues().nextNumber();
      queue.add(Stored.queued(number, Stored.message("t", payload)));
      numbers.add(number);
    }
    return numbers;
  }

  private StoredSession restored(String clientId) {
    assertThat(restored).containsKey(clientId);
    return restored.get(clientId);
  }

  private void restart() {
    Stored.await(storage);
    storage.close();
    open();
  }

  private void open() {
    storage = underTest.open(folder);
    restored = new HashMap<>();
    storage.sessions().restore(s -> restored.put(s.session().clientId(), s));
  }
}
