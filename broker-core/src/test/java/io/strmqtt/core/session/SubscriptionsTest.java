package io.strmqtt.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.core.routing.Delivery;
import io.strmqtt.core.routing.Subscriber;
import io.strmqtt.core.routing.Subscription;
import io.strmqtt.mqtt.topic.TopicFilter;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SubscriptionsTest {
  private static final Subscriber NOBODY =
      new Subscriber() {
        @Override
        public String clientId() {
          return "nobody";
        }

        @Override
        public boolean isAvailable() {
          return false;
        }

        @Override
        public boolean isPersistent() {
          return false;
        }

        @Override
        public boolean keep(Delivery delivery) {
          return false;
        }

        @Override
        public boolean deliver(Delivery delivery) {
          return false;
        }

        @Override
        public boolean offer(Delivery delivery) {
          return false;
        }

        @Override
        public boolean isHoldingBack() {
          return false;
        }
      };

  @Test
  void theyAreWhatAMapHoldsHoweverManyComeAndGo() {
    Random random = new Random(5);
    for (int round = 0; round < 50; round++) {
      Subscriptions subscriptions = new Subscriptions();
      Map<String, Subscription> expected = new HashMap<>();
      int filters = 1 + random.nextInt(5);
      for (int step = 0; step < 50; step++) {
        String filter = "f/" + random.nextInt(filters);
        if (random.nextBoolean()) {
          Subscription one = subscription(filter, random.nextInt(3));
          subscriptions.put(one);
          expected.put(filter, one);
        } else {
          assertThat(subscriptions.remove(filter)).isSameAs(expected.remove(filter));
        }
        assertThat(subscriptions.all()).containsExactlyInAnyOrderElementsOf(expected.values());
        assertThat(subscriptions.size()).isEqualTo(expected.size());
        for (int i = 0; i < filters; i++) {
          assertThat(subscriptions.get("f/" + i)).isSameAs(expected.get("f/" + i));
        }
      }
    }
  }

  private static Subscription subscription(String filter, int qos) {
    TopicFilter parsed = Objects.requireNonNull(TopicFilter.parse(filter));
    return new Subscription(NOBODY, parsed, qos, false, false, 0, 0);
  }
}
