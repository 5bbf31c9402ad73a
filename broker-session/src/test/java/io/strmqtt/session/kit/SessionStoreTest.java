package io.strmqtt.session.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.Page;
import io.strmqtt.api.ProtocolVersion;
import io.strmqtt.api.store.SessionRecord;
import io.strmqtt.api.store.SessionStore;
import io.strmqtt.api.store.Storage;
import io.strmqtt.api.store.SubscriptionRecord;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("io.strmqtt.session.kit.StorageUnderTest#all")
class SessionStoreTest {
  private final Storage storage;
  private final SessionStore sessions;

  SessionStoreTest(StorageUnderTest underTest, @TempDir Path folder) {
    storage = underTest.open(folder);
    sessions = storage.sessions();
  }

  @AfterEach
  void close() {
    storage.close();
  }

  @Test
  void aSessionThatWasPutIsFound() {
    sessions.put(session("a", "user"));

    assertThat(sessions.get("a")).contains(session("a", "user"));
    assertThat(sessions.get("b")).isEmpty();
    assertThat(sessions.size()).isEqualTo(1);
  }

  @Test
  void replacingARecordKeepsTheSubscriptions() {
    sessions.put(session("a", "before"));
    sessions.putSubscription("a", subscription("t", 1));
    sessions.put(session("a", "after"));

    assertThat(sessions.get("a")).contains(session("a", "after"));
    assertThat(sessions.subscriptions("a")).containsExactly(subscription("t", 1));
    assertThat(sessions.size()).isEqualTo(1);
  }

  @Test
  void removingASessionTakesItsSubscriptionsAlong() {
    sessions.put(session("a", ""));
    sessions.putSubscription("a", subscription("t", 1));
    sessions.remove("a");
    sessions.remove("a");
    assertThat(sessions.get("a")).isEmpty();
    assertThat(sessions.size()).isZero();

    sessions.put(session("a", ""));
    assertThat(sessions.subscriptions("a")).isEmpty();
  }

  @Test
  void subscriptionsComeInTheOrderOfTheirFilters() {
    sessions.put(session("a", ""));
    for (String filter : List.of("c/#", "$share/g/x", "a/+", "b")) {
      sessions.putSubscription("a", subscription(filter, 0));
    }

    assertThat(sessions.subscriptions("a"))
        .extracting(SubscriptionRecord::filter)
        .containsExactly("$share/g/x", "a/+", "b", "c/#");
  }

  @Test
  void aSubscriptionReplacesTheOneWithTheSameFilter() {
    sessions.put(session("a", ""));
    sessions.putSubscription("a", subscription("t", 0));
    sessions.putSubscription("a", subscription("t", 2));
    assertThat(sessions.subscriptions("a")).containsExactly(subscription("t", 2));

    sessions.removeSubscription("a", "t");
    sessions.removeSubscription("a", "t");
    assertThat(sessions.subscriptions("a")).isEmpty();
  }

  @Test
  void aSubscriptionOfASessionThatIsNotThereIsIgnored() {
    sessions.putSubscription("a", subscription("t", 0));
    sessions.removeSubscription("a", "t");

    assertThat(sessions.subscriptions("a")).isEmpty();
    assertThat(sessions.size()).isZero();
  }

  @Test
  void pagesFollowTheOrderOfClientIds() {
    List.of("d", "a/b", "ü", "b", "a").forEach(id -> sessions.put(session(id, "")));

    Page<SessionRecord> first = sessions.page(Optional.empty(), 2);
    Page<SessionRecord> second = sessions.page(first.next(), 2);
    Page<SessionRecord> third = sessions.page(second.next(), 2);

    assertThat(ids(first)).containsExactly("a", "a/b");
    assertThat(ids(second)).containsExactly("b", "d");
    assertThat(ids(third)).containsExactly("ü");
    assertThat(third.next()).isEmpty();
  }

  @Test
  void aPageThatEndsTheListingHasNoCursor() {
    assertThat(sessions.page(Optional.empty(), 10))
        .isEqualTo(new Page<>(List.of(), Optional.empty()));
    sessions.put(session("a", ""));
    sessions.put(session("b", ""));

    assertThat(sessions.page(Optional.empty(), 2).next()).isEmpty();
  }

  @Test
  void aCursorHoldsWhileSessionsComeAndGo() {
    List.of("a", "b", "c", "d").forEach(id -> sessions.put(session(id, "")));
    Page<SessionRecord> first = sessions.page(Optional.empty(), 2);

    sessions.remove("b");
    sessions.put(session("aa", ""));
    sessions.put(session("bb", ""));

    assertThat(ids(sessions.page(first.next(), 10))).containsExactly("bb", "c", "d");
  }

  @Test
  void aCursorIsSafeInAUrl() {
    sessions.put(session("a/b?c=d&e#ÿ%", ""));
    sessions.put(session("b", ""));

    assertThat(sessions.page(Optional.empty(), 1).next())
        .get()
        .asString()
        .matches("[A-Za-z0-9_-]+");
  }

  @Test
  void whatIsNoCursorIsRefused() {
    for (String cursor : List.of("!", "a", "_w", "/w==")) {
      assertThatThrownBy(() -> sessions.page(Optional.of(cursor), 1))
          .as(cursor)
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> sessions.page(Optional.empty(), 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatWasHandedOverIsDurableInOrder() throws InterruptedException {
    List<Integer> order = new ArrayList<>();
    CountDownLatch done = new CountDownLatch(2);
    for (int i = 1; i <= 2; i++) {
      int call = i;
      sessions.put(session("s" + i, ""));
      storage.whenDurable(
          () -> {
            order.add(call);
            done.countDown();
          });
    }
    done.await();

    assertThat(order).containsExactly(1, 2);
  }

  private static List<String> ids(Page<SessionRecord> page) {
    return page.items().stream().map(SessionRecord::clientId).toList();
  }

  private static SubscriptionRecord subscription(String filter, int qos) {
    return new SubscriptionRecord(filter, qos, false, false, 0, 0);
  }

  private static SessionRecord session(String clientId, String username) {
    InetSocketAddress address = new InetSocketAddress("127.0.0.1", 1883);
    return new SessionRecord(
        clientId,
        username,
        ProtocolVersion.MQTT_5,
        true,
        ClientEndpoint.direct(address, address, "tcp"),
        true,
        60,
        0,
        Instant.EPOCH,
        Optional.empty(),
        Optional.empty());
  }
}
