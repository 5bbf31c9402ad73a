package io.strmqtt.session.kit;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Message;
import io.strmqtt.api.store.RetainedStore;
import io.strmqtt.api.store.Storage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("io.strmqtt.session.kit.StorageUnderTest#all")
class RetainedStoreTest {
  /** Filter, topic, and whether they match (MQTT 5, 4.7). */
  private static final List<Case> CASES =
      List.of(
          new Case("a/b", "a/b", true),
          new Case("a/b", "a/b/c", false),
          new Case("a/b", "a", false),
          new Case("a/b", "A/b", false),
          new Case("#", "a", true),
          new Case("#", "a/b/c", true),
          new Case("#", "/", true),
          new Case("#", "$SYS/a", false),
          new Case("a/#", "a", true),
          new Case("a/#", "a/", true),
          new Case("a/#", "a/b/c", true),
          new Case("a/#", "ab", false),
          new Case("a/#", "b/a", false),
          new Case("$SYS/#", "$SYS", true),
          new Case("$SYS/#", "$SYS/a/b", true),
          new Case("+", "a", true),
          new Case("+", "$SYS", false),
          new Case("+", "/a", false),
          new Case("+/+", "/a", true),
          new Case("/+", "/a", true),
          new Case("+/a", "$SYS/a", false),
          new Case("$SYS/+", "$SYS/a", true),
          new Case("a/+", "a/$b", true),
          new Case("a/#", "a/$b", true),
          new Case("a/+", "a", false),
          new Case("a/+", "a/", true),
          new Case("a/+/c", "a/b/c", true),
          new Case("a/+/c", "a/b/b/c", false),
          new Case("a/+/#", "a", false),
          new Case("a/+/#", "a/b", true),
          new Case("a/+/#", "a/b/c/d", true),
          new Case("+/#", "a", true),
          new Case("a//b", "a//b", true),
          new Case("a/+/b", "a//b", true));

  private final StorageUnderTest underTest;
  private final Path folder;
  private final Storage storage;
  private final RetainedStore retained;

  RetainedStoreTest(StorageUnderTest underTest, @TempDir Path folder) {
    this.underTest = underTest;
    this.folder = folder;
    storage = underTest.open(folder);
    retained = storage.retained();
  }

  @AfterEach
  void close() {
    storage.close();
  }

  @Test
  void aTopicMatchesAFilterAsTheSpecificationSays() {
    for (Case example : CASES) {
      retained.put(message(example.topic));
      assertThat(topics(example.filter).contains(example.topic))
          .as(example.toString())
          .isEqualTo(example.matches);
      retained.remove(example.topic);
    }
  }

  @Test
  void aTopicMatchesTheSameWithOthersAround() {
    CASES.forEach(example -> retained.put(message(example.topic)));
    for (Case example : CASES) {
      assertThat(topics(example.filter).contains(example.topic))
          .as(example.toString())
          .isEqualTo(example.matches);
    }
  }

  @Test
  void eachMatchingMessageIsHandedOverOnce() {
    List.of("a", "a/b", "a/b/c", "b", "$SYS/a").forEach(topic -> retained.put(message(topic)));

    assertThat(topics("#")).containsExactlyInAnyOrder("a", "a/b", "a/b/c", "b");
    assertThat(topics("+/#")).containsExactlyInAnyOrder("a", "a/b", "a/b/c", "b");
  }

  @Test
  void aMessageReplacesTheOneOfItsTopic() {
    retained.put(message("a"));
    Message second = message("a");
    assertThat(retained.put(second)).isTrue();

    List<Message> found = new ArrayList<>();
    Walks.all(retained.match("a"), found::add);
    assertThat(found).containsExactly(second);
    assertThat(retained.size()).isEqualTo(1);
  }

  @Test
  void aRemovedMessageIsGoneAndItsNeighboursStay() {
    List.of("a", "a/b", "a/b/c").forEach(topic -> retained.put(message(topic)));
    retained.remove("a/b");
    retained.remove("a/b");
    retained.remove("x/y");

    assertThat(topics("#")).containsExactlyInAnyOrder("a", "a/b/c");
    assertThat(retained.size()).isEqualTo(2);
  }

  private static Message large(String topic, int bytes) {
    return new Message(topic, new byte[bytes], 1, true, Message.Properties.NONE, 1_000, "p");
  }

  @Test
  void bytesBeyondTheLimitAreRefused() {
    try (Storage small =
        underTest.open(folder.resolve("bytes"), Map.of("retained_max_bytes", 1 << 20))) {
      RetainedStore store = small.retained();
      assertThat(store.put(large("a", 600_000))).isTrue();
      assertThat(store.put(large("b", 600_000))).isFalse();
      assertThat(store.put(large("b", 300_000))).isTrue();
      assertThat(store.put(large("b", 600_000))).as("grows beyond").isFalse();
      assertThat(store.put(large("a", 100_000))).isTrue();
      assertThat(store.put(large("b", 600_000))).isTrue();
      assertThat(store.size()).isEqualTo(2);
      store.remove("b");
      assertThat(store.put(large("c", 900_000))).isTrue();
    }
  }

  @Test
  void whatHasExpiredIsRemovedByItsTimeAndNothingElse() {
    for (int i = 0; i < 5; i++) {
      retained.put(expiring("e/" + i, 10 + i));
    }
    retained.put(message("stays"));
    retained.put(expiring("e/0", 100)); // in the place of another
    retained.remove("e/1");
    assertThat(retained.expire(1_000 + 9_999, 10)).isZero();
    assertThat(retained.expire(1_000 + 14_000, 2)).isEqualTo(2);
    assertThat(retained.expire(1_000 + 14_000, 2)).isEqualTo(1);
    assertThat(topics("#")).containsExactlyInAnyOrder("e/0", "stays");
    assertThat(retained.size()).isEqualTo(2);
  }

  private static Message expiring(String topic, int seconds) {
    return new Message(
        topic,
        new byte[1],
        1,
        true,
        new Message.Properties(
            -1, seconds, Optional.empty(), Optional.empty(), Optional.empty(), List.of()),
        1_000,
        "p");
  }

  @Test
  void aNewTopicBeyondTheLimitIsRefusedAndAKnownOneIsNot() {
    try (Storage small = underTest.open(folder.resolve("small"), Map.of("retained_max", 2))) {
      RetainedStore store = small.retained();
      assertThat(store.put(message("a/b"))).isTrue();
      assertThat(store.put(message("b"))).isTrue();
      assertThat(store.put(message("a"))).isFalse();
      assertThat(store.put(message("a/b/c"))).isFalse();
      assertThat(store.put(message("b"))).isTrue();
      assertThat(store.size()).isEqualTo(2);

      store.remove("b");
      assertThat(store.put(message("a"))).isTrue();
    }
  }

  @Test
  void theDeepestTopicIsServed() {
    String topic = "/".repeat(65_535);
    retained.put(message(topic));

    assertThat(topics("#")).containsExactly(topic);
    assertThat(topics("+/".repeat(65_535) + "+")).containsExactly(topic);
    retained.remove(topic);
    assertThat(topics("#")).isEmpty();
  }

  @Test
  void readersSeeWhatStaysWhileWritersChangeTheRest() throws Exception {
    Set<String> staying = new HashSet<>();
    for (int i = 0; i < 50; i++) {
      staying.add("s/" + i + "/stays");
    }
    staying.forEach(topic -> retained.put(message(topic)));
    AtomicBoolean writing = new AtomicBoolean(true);
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> writers = new ArrayList<>();
      for (int w = 0; w < 2; w++) {
        String own = "w" + w;
        writers.add(threads.submit(() -> putAndRemove(own)));
      }
      Callable<Void> read =
          () -> {
            while (writing.get()) {
              assertThat(topics("s/+/stays")).hasSize(50);
              assertThat(topics("#")).containsAll(staying);
            }
            return null;
          };
      List<Future<?>> readers = List.of(threads.submit(read), threads.submit(read));
      for (Future<?> writer : writers) {
        writer.get();
      }
      writing.set(false);
      for (Future<?> reader : readers) {
        reader.get();
      }
    }

    assertThat(topics("#")).containsExactlyInAnyOrderElementsOf(staying);
    assertThat(retained.size()).isEqualTo(50);
  }

  private void putAndRemove(String own) {
    for (int round = 0; round < 200; round++) {
      for (int i = 0; i < 50; i++) {
        retained.put(message("s/" + i + "/" + own));
        retained.put(message(own + "/" + i));
      }
      for (int i = 0; i < 50; i++) {
        retained.remove("s/" + i + "/" + own);
        retained.remove(own + "/" + i);
      }
    }
  }

  private List<String> topics(String filter) {
    List<String> topics = new ArrayList<>();
    Walks.all(retained.match(filter), message -> topics.add(message.topic()));
    return topics;
  }

  private static Message message(String topic) {
    return new Message(topic, new byte[0], 0, true, Message.Properties.NONE, 0, "");
  }

  private record Case(String filter, String topic, boolean matches) {}
}
