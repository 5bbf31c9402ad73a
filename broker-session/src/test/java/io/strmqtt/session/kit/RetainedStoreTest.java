package io.strmqtt.session.kit;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Message;
import io.strmqtt.api.store.RetainedStore;
import io.strmqtt.api.store.RetainedWalk;
import io.strmqtt.api.store.Storage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
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
    Walks.all(retained, "a", found::add);
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
  void largeMessagesAreHandedOverAsTheyWerePut() {
    for (int i = 0; i < 40; i++) {
      retained.put(large("l/" + i, 20_000 + i));
      retained.put(message("s/" + i));
    }
    flush();
    retained.put(large("l/1", 30_000)); // not written yet
    retained.put(message("l/2"));
    retained.remove("l/3");
    Map<String, Integer> found = new HashMap<>();
    Walks.all(retained, "l/+", message -> found.put(message.topic(), message.payload().length));
    assertThat(found).hasSize(39).doesNotContainKey("l/3");
    assertThat(found.get("l/0")).isEqualTo(20_000);
    assertThat(found.get("l/1")).isEqualTo(30_000);
    assertThat(found.get("l/2")).isEqualTo(message("l/2").payload().length);
    assertThat(found.get("l/39")).isEqualTo(20_039);
    assertThat(topics("#")).hasSize(79);
  }

  @Test
  void aMessageThatChangesWhileItIsReadIsNotHandedOver() {
    retained.put(large("l", 20_000));
    flush();
    List<Runnable> tasks = new ArrayList<>();
    CountDownLatch read = new CountDownLatch(1);
    int[] ready = {0};
    RetainedWalk walk =
        retained.match(
            "l",
            task -> {
              tasks.add(task);
              read.countDown();
            },
            () -> ready[0]++);
    Message there = walk.next(10);
    while (there == null && !walk.isReading() && !walk.isOver()) {
      there = walk.next(10);
    }
    if (walk.isReading()) { // A store that has it in memory hands it over at once.
      await(read);
      retained.put(message("l"));
      tasks.forEach(Runnable::run);
      assertThat(walk.next(10)).isNull();
      assertThat(walk.isOver()).isTrue();
      assertThat(ready[0]).isEqualTo(1);
    }
  }

  @Test
  void aMessageThatIsNotTakenIsReadAgain() {
    retained.put(large("l", 20_000));
    flush();
    BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    RetainedWalk walk = retained.match("l", tasks::add, () -> {});
    Message there = walk.next(10);
    for (int i = 0; i < 3 && walk.isReading(); i++) {
      take(tasks).run();
      assertThat(walk.isReading()).isFalse();
      assertThat(walk.isOver()).isFalse();
      there = walk.next(10);
    }
    assertThat(walk.isReading() || there != null).isTrue();
  }

  private void flush() {
    CountDownLatch written = new CountDownLatch(1);
    storage.whenDurable(written::countDown);
    await(written);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Runnable take(BlockingQueue<Runnable> tasks) {
    try {
      Runnable task = tasks.poll(10, TimeUnit.SECONDS);
      assertThat(task).isNotNull();
      return task;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
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
    Walks.all(retained, filter, message -> topics.add(message.topic()));
    return topics;
  }

  private static Message message(String topic) {
    return new Message(topic, new byte[0], 0, true, Message.Properties.NONE, 0, "");
  }

  private record Case(String filter, String topic, boolean matches) {}
}
