package io.strmqtt.session.rocks;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Message;
import io.strmqtt.session.kit.Walks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Retained messages whose bodies are rows of their own. */
class RetainedBodiesTest {
  private static final int LARGE = 10_000;

  @TempDir Path folder;

  private static Message message(String topic, int bytes) {
    return new Message(topic, new byte[bytes], 1, true, Message.Properties.NONE, 1_000, "p");
  }

  private static Map<String, Integer> retained(RocksStorage storage) {
    Map<String, Integer> found = new HashMap<>();
    Walks.all(storage.retained(), "#", each -> found.put(each.topic(), each.payload().length));
    return found;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void noBodyStaysHoweverThreadsChangeOneTopic(int seed) throws InterruptedException {
    Map<String, Integer> before;
    try (RocksStorage storage = Fixture.open(folder)) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Random random = new Random(seed * 10L + i);
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      for (int n = 0; n < 400; n++) {
                        change(storage, random);
                        if (random.nextInt(3) == 0) {
                          storage.flush();
                        }
                      }
                      storage.flush();
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      Fixture.await(storage);
      before = retained(storage);
    }
    assertThat(Fixture.check(folder)).isEmpty();
    try (RocksStorage storage = Fixture.open(folder)) {
      assertThat(retained(storage)).isEqualTo(before);
    }
  }

  @Test
  void noBodyStaysThoughItsRemovalComesTooLate() throws Exception {
    try (RocksStorage storage = Fixture.open(folder);
        ExecutorService first = Executors.newSingleThreadExecutor();
        ExecutorService second = Executors.newSingleThreadExecutor();
        ExecutorService third = Executors.newSingleThreadExecutor()) {
      // Each thread gathers what it changes until it flushes.
      first.submit(() -> storage.retained().put(message("t", LARGE))).get();
      second.submit(() -> storage.retained().put(message("t", 1))).get();
      third.submit(() -> storage.retained().put(message("t", 2))).get();
      for (ExecutorService next : List.of(first, third, second)) {
        next.submit(storage::flush).get();
      }
      Fixture.await(storage);
      assertThat(retained(storage)).containsExactly(Map.entry("t", 2));
    }
    assertThat(Fixture.check(folder)).isEmpty();
  }

  private static void change(RocksStorage storage, Random random) {
    String topic = "t/" + random.nextInt(2);
    switch (random.nextInt(3)) {
      case 0 -> storage.retained().put(message(topic, LARGE + random.nextInt(100)));
      case 1 -> storage.retained().put(message(topic, 1 + random.nextInt(100)));
      default -> storage.retained().remove(topic);
    }
  }
}
