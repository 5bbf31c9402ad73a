package io.strmqtt.core.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.mqtt.topic.TopicFilter;
import io.strmqtt.mqtt.topic.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SubscriptionIndexTest {
  private static final String[] LEVELS = {"a", "b", "", "$x", "+", "#", "A"};

  static Subscription subscription(Subscriber subscriber, String filter, int qos) {
    return new Subscription(
        subscriber,
        Objects.requireNonNull(TopicFilter.parse(filter), filter),
        qos,
        false,
        false,
        0,
        0);
  }

  private static String random(Random random, int wildcards) {
    StringBuilder text = new StringBuilder();
    int levels = 1 + random.nextInt(4);
    for (int i = 0; i < levels; i++) {
      text.append(i == 0 ? "" : "/").append(LEVELS[random.nextInt(LEVELS.length - 3 + wildcards)]);
    }
    return text.toString();
  }

  private static String randomTopic(Random random) {
    String topic = random(random, 0);
    return topic.isEmpty() ? "a" : topic;
  }

  private static String randomFilter(Random random) {
    while (true) {
      String filter = (random.nextInt(6) == 0 ? "$share/g/" : "") + random(random, 3);
      if (TopicFilter.parse(filter) != null) {
        return filter;
      }
    }
  }

  private static List<Subscription> matches(SubscriptionIndex index, String topic) {
    List<Subscription> found = new ArrayList<>();
    index.match(
        topic,
        subscribers -> {
          subscribers.forEach(found::add);
          subscribers.forEachGroup(
              group -> {
                Set<Subscription> members = new HashSet<>();
                Subscription next;
                while ((next = group.next(1, null)) != null && members.add(next)) {}
                found.addAll(members);
              });
        });
    return found;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void theIndexFindsWhatComparingEachFilterFinds(long seed) {
    Random random = new Random(seed);
    SubscriptionIndex index = new SubscriptionIndex();
    List<Named> subscribers = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      subscribers.add(new Named("c" + i));
    }
    Map<String, Subscription> model = new HashMap<>();
    for (int step = 0; step < 3000; step++) {
      Named subscriber = subscribers.get(random.nextInt(subscribers.size()));
      String filter = randomFilter(random);
      String key = subscriber + " " + filter;
      Subscription subscription = subscription(subscriber, filter, random.nextInt(3));
      if (random.nextInt(5) < 3) {
        assertThat(index.add(subscription)).isEqualTo(model.put(key, subscription) == null);
      } else {
        index.remove(subscription);
        model.remove(key);
      }
      assertThat(index.size()).isEqualTo(model.size());
      if (step % 10 == 0) {
        String topic = randomTopic(random);
        List<Subscription> expected =
            model.values().stream()
                .filter(s -> Topics.matches(s.filter().filter(), topic))
                .toList();
        assertThat(matches(index, topic)).as(topic).containsExactlyInAnyOrderElementsOf(expected);
      }
    }
    for (Subscription each : List.copyOf(model.values())) {
      index.remove(each);
    }
    assertThat(index.size()).isZero();
    for (int i = 0; i < 200; i++) {
      index.match(randomTopic(random), left -> assertThat(left.isEmpty()).isTrue());
    }
  }

  @Test
  void aFilterWithManySubscribersGrowsAndShrinks() {
    SubscriptionIndex index = new SubscriptionIndex();
    List<Subscription> all = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      Subscription each = subscription(new Named("c" + i), "t", 0);
      all.add(each);
      index.add(each);
      assertThat(matches(index, "t")).containsExactlyInAnyOrderElementsOf(all);
      assertThat(index.add(each)).as("a second time").isFalse();
    }
    while (!all.isEmpty()) {
      index.remove(all.removeLast());
      assertThat(matches(index, "t")).containsExactlyInAnyOrderElementsOf(all);
    }
  }

  private static final List<String> BRANCHES =
      List.of(
          "+/a/b", "+/a/c", "+/a/b/d/#", "+/a", "+/x//", "+/x/", "+//y", "+/+/#", "#", "+/a/b/e");

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void nodesAreSplitAndJoinedAsFiltersComeAndGo(long seed) {
    Random random = new Random(seed);
    SubscriptionIndex index = new SubscriptionIndex();
    List<Subscription> all = new ArrayList<>();
    for (String filter : BRANCHES) {
      all.add(subscription(new Named(filter), filter, 0));
    }
    List<String> topics =
        List.of("1/a/b", "1/a/c", "1/a/b/d", "1/a/b/d/e", "1/a", "1/x//", "1/x/", "1//y", "1", "$");
    Set<Subscription> there = new HashSet<>();
    for (int step = 0; step < 500; step++) {
      Subscription next = all.get(random.nextInt(all.size()));
      if (there.remove(next)) {
        index.remove(next);
      } else {
        there.add(next);
        index.add(next);
      }
      assertThat(index.nodes()).isBetween(there.size(), 2 * there.size());
      for (String topic : topics) {
        assertThat(matches(index, topic))
            .as(topic)
            .containsExactlyInAnyOrderElementsOf(
                there.stream().filter(s -> Topics.matches(s.filter().filter(), topic)).toList());
      }
      for (Subscription each : all) {
        Subscribers exactly = index.of(each.filter());
        assertThat(exactly != null && !exactly.isEmpty()).isEqualTo(there.contains(each));
      }
    }
    there.forEach(index::remove);
    assertThat(index.nodes()).isZero();
  }

  @Test
  void aDeepFilterTakesNoMoreNodesThanAShallowOne() {
    SubscriptionIndex index = new SubscriptionIndex();
    for (int i = 0; i < 100; i++) {
      index.add(subscription(new Named("c"), "+/" + i + "/a".repeat(120), 0));
    }
    assertThat(index.nodes()).isEqualTo(101);
  }

  @Test
  void removingWhatIsNotThereChangesNothing() {
    SubscriptionIndex index = new SubscriptionIndex();
    Subscription there = subscription(new Named("a"), "t/+", 0);
    index.add(there);
    index.remove(subscription(new Named("a"), "t/+", 0)); // another subscriber of that name
    index.remove(subscription(there.subscriber(), "t/#", 0));
    index.remove(subscription(there.subscriber(), "u", 0));
    index.remove(subscription(there.subscriber(), "$share/g/t/+", 0));
    assertThat(index.size()).isEqualTo(1);
    assertThat(matches(index, "t/1")).containsExactly(there);
  }

  /** Readers see what is there throughout, and never what is elsewhere, while others change. */
  @Test
  @Timeout(60)
  void readersAlwaysSeeWhatStays() throws InterruptedException {
    SubscriptionIndex index = new SubscriptionIndex();
    List<Subscription> stays =
        List.of(
            subscription(new Named("s1"), "a/b", 0),
            subscription(new Named("s2"), "a/+", 0),
            subscription(new Named("s3"), "#", 0));
    stays.forEach(index::add);
    ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
    AtomicBoolean writing = new AtomicBoolean(true);
    CountDownLatch writers = new CountDownLatch(2);
    for (int w = 0; w < 2; w++) {
      long seed = w;
      Thread.ofPlatform()
          .daemon()
          .start(
              () -> {
                Random random = new Random(seed);
                String[] filters = {"a/b", "a/+", "#", "a/#", "+/b", "a/b/c", "other"};
                List<Subscription> mine = new ArrayList<>();
                for (int i = 0; i < 5_000; i++) {
                  if (mine.size() < 60 && random.nextBoolean()) {
                    Subscription each =
                        subscription(new Named("w"), filters[random.nextInt(filters.length)], 0);
                    mine.add(each);
                    index.add(each);
                  } else if (!mine.isEmpty()) {
                    index.remove(mine.remove(random.nextInt(mine.size())));
                  }
                }
                mine.forEach(index::remove);
                writers.countDown();
              });
    }
    Thread reader =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  while (writing.get()) {
                    List<Subscription> seen = new ArrayList<>();
                    index.match("a/b", subscribers -> subscribers.forEach(seen::add));
                    if (!seen.containsAll(stays)) {
                      wrong.add("missing: " + seen);
                    }
                    for (Subscription each : seen) {
                      if (!Topics.matches(each.filter().filter(), "a/b")) {
                        wrong.add("foreign: " + each);
                      }
                    }
                  }
                });
    writers.await();
    writing.set(false);
    reader.join();

    assertThat(wrong).isEmpty();
    assertThat(index.size()).isEqualTo(3);
    assertThat(matches(index, "a/b")).containsExactlyInAnyOrderElementsOf(stays);
  }
}
