package io.strmqtt.core.routing;

import static io.strmqtt.core.routing.SubscriptionIndexTest.subscription;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Message;
import io.strmqtt.core.Counters;
import io.strmqtt.core.engine.Stores;
import io.strmqtt.mqtt.codec.PublishFrame;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.topic.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalRouterTest {
  private final LocalRouter router = new LocalRouter(new Counters(), Stores.memory());

  private static Publication publication(String topic, int qos) {
    return new Publication(
        new Message(topic, new byte[] {'x'}, qos, false, Message.Properties.NONE, 0, "p"));
  }

  private int route(String topic, int qos) {
    int[] told = {-1};
    router.route(
        publication(topic, qos),
        subscribers -> {
          assertThat(told[0]).as("told once").isEqualTo(-1);
          told[0] = subscribers;
        });
    return told[0];
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void everySubscriberGetsOneCopyAtTheHighestQosOfItsMatches(long seed) {
    Random random = new Random(seed);
    String[] filters = {"a", "a/b", "a/+", "+/b", "a/#", "#", "+", "b/#", "+/+"};
    String[] topics = {"a", "a/b", "b/b", "c", "a/b/c"};
    List<Named> subscribers = new ArrayList<>();
    Map<Named, Map<String, Integer>> model = new HashMap<>();
    for (int i = 0; i < 25; i++) {
      Named each = new Named("c" + i);
      subscribers.add(each);
      model.put(each, new HashMap<>());
    }
    for (int step = 0; step < 500; step++) {
      Named subscriber = subscribers.get(random.nextInt(subscribers.size()));
      String filter = filters[random.nextInt(filters.length)];
      int qos = random.nextInt(3);
      if (random.nextInt(3) > 0) {
        router.subscribe(subscription(subscriber, filter, qos));
        model.get(subscriber).put(filter, qos);
      } else {
        router.unsubscribe(subscription(subscriber, filter, qos));
        model.get(subscriber).remove(filter);
      }
      String topic = topics[random.nextInt(topics.length)];
      int published = random.nextInt(3);
      int count = route(topic, published);
      int expected = 0;
      for (Named each : subscribers) {
        int highest =
            model.get(each).entrySet().stream()
                .filter(e -> Topics.matches(e.getKey(), topic))
                .mapToInt(Map.Entry::getValue)
                .max()
                .orElse(-1);
        if (highest < 0) {
          assertThat(each.offered).isEmpty();
        } else {
          expected++;
          assertThat(each.offered).hasSize(1); // 3.3.4-2
          assertThat(each.offered.getFirst().qos()).isEqualTo(Math.min(published, highest));
        }
        each.offered.clear();
      }
      assertThat(count).isEqualTo(expected);
    }
  }

  private static Subscription identified(Named subscriber, String filter, int identifier) {
    Subscription plain = subscription(subscriber, filter, 1);
    return new Subscription(subscriber, plain.filter(), 1, false, false, 0, identifier);
  }

  @Test
  void aCopyCarriesTheIdentifiersOfAllItsFiltersAndNoOthers() {
    Named many = new Named("many");
    Named one = new Named("one");
    Named none = new Named("none");
    for (int i = 1; i < 1 << 10; i++) { // Each filter of + and a over ten levels but one.
      StringBuilder filter = new StringBuilder();
      for (int level = 0; level < 10; level++) {
        filter.append(level == 0 ? "" : "/").append((i >> level & 1) == 0 ? "+" : "a");
      }
      router.subscribe(identified(many, filter.toString(), i));
    }
    router.subscribe(identified(one, "a/#", 7));
    router.subscribe(subscription(none, "+/#", 1));
    assertThat(route("a" + "/a".repeat(9), 1)).isEqualTo(3);
    assertThat(many.offered).singleElement();
    assertThat(many.offered.getFirst().identifiers())
        .hasSize((1 << 10) - 1)
        .doesNotHaveDuplicates(); // 3.3.4-4
    assertThat(one.offered.getFirst().identifiers()).containsExactly(7);
    assertThat(none.offered.getFirst().identifiers()).isEmpty();
  }

  @Test
  void identifiersCountAsBytesThatWait() {
    Named subscriber = new Named("a");
    router.subscribe(identified(subscriber, "t/#", 1));
    router.subscribe(identified(subscriber, "t/+", 2));
    route("t/1", 1);
    Delivery delivery = subscriber.offered.getFirst();
    assertThat(delivery.weight()).isEqualTo(delivery.publication().message().weight() + 8);
  }

  @Test
  void aSubscriberThatAsksToSlowDownIsReported() {
    Named quick = new Named("quick");
    Named slow = new Named("slow");
    slow.slow = true;
    router.subscribe(subscription(quick, "t", 0));
    assertThat(router.route(publication("t", 0), n -> {})).isNull();
    router.subscribe(subscription(slow, "t", 0));
    assertThat(router.route(publication("t", 0), n -> {})).isSameAs(slow);
  }

  @Test
  void sharedGroupsTakeTurnsAndSkipWhoCannotTakeMore() {
    Named a = new Named("a");
    Named b = new Named("b");
    Named c = new Named("c");
    for (Named each : List.of(a, b, c)) {
      router.subscribe(subscription(each, "$share/g/t", 1));
    }
    b.available = false;
    b.persistent = true;
    for (int i = 0; i < 6; i++) {
      assertThat(route("t", 1)).isEqualTo(1);
    }
    assertThat(b.offered).isEmpty();
    assertThat(a.offered.size() + c.offered.size()).isEqualTo(6);
    assertThat(a.offered).hasSizeGreaterThanOrEqualTo(2);
    assertThat(c.offered).hasSizeGreaterThanOrEqualTo(2);

    a.available = false;
    c.available = false;
    assertThat(route("t", 1)).isEqualTo(1);
    assertThat(b.offered).as("the one that keeps messages while away").hasSize(1);
    assertThat(route("t", 0)).as("QoS 0 is kept by nobody").isZero();
  }

  @Test
  void aLeavingMembersMessageGoesToAnotherOrToNobody() {
    Named a = new Named("a");
    Named b = new Named("b");
    router.subscribe(subscription(a, "$share/g/t/#", 1));
    route("t/1", 2);
    Delivery left = a.offered.getFirst();
    assertThat(left.shared()).isNotNull();

    assertThat(router.redispatch(left)).as("not to the one that leaves").isFalse();
    router.subscribe(subscription(b, "$share/g/t/#", 0));
    assertThat(router.redispatch(left)).isTrue();
    assertThat(b.offered.getFirst().qos()).isZero(); // 4.8.2-3
    router.unsubscribe(subscription(a, "$share/g/t/#", 1));
    router.unsubscribe(subscription(b, "$share/g/t/#", 0));
    assertThat(router.redispatch(left)).isFalse();
    assertThat(router.subscriptions()).isZero();
  }

  @Test
  void framesAreMadeOnceForEachKindOfSubscriber() {
    Publication publication = publication("t", 2);
    PublishFrame frame = publication.frame(MqttVersion.V5, 1, false);
    assertThat(publication.frame(MqttVersion.V5, 2, false)).isSameAs(frame);
    assertThat(publication.frame(MqttVersion.V3_1_1, 1, false))
        .isSameAs(publication.frame(MqttVersion.V3_1, 1, false))
        .isNotSameAs(frame);
    assertThat(publication.frame(MqttVersion.V5, 0, false)).isNotSameAs(frame);
    assertThat(publication.frame(MqttVersion.V5, 1, true)).isNotSameAs(frame);
  }
}
