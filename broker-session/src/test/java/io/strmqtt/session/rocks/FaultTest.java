package io.strmqtt.session.rocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.strmqtt.api.store.Durability;
import io.strmqtt.api.store.MessageQueue;
import io.strmqtt.api.store.StoredSession;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The disk refuses: simulated with a limit on the size of this process's files. */
class FaultTest {
  private static final int KIB_PER_MESSAGE = 16;

  @TempDir Path folder;

  @AfterEach
  void lift() throws Exception {
    limitFiles("unlimited");
  }

  @Test
  void whatCannotBeWrittenIsNotAcknowledgedUntilItCan() throws Exception {
    List<Integer> acknowledged = Collections.synchronizedList(new ArrayList<>());
    try (RocksStorage storage = Fixture.open(folder)) {
      Fixture.restore(storage);
      storage.sessions().put(Fixture.session("a", 0));
      MessageQueue queue = storage.queues().create("a");
      add(storage, queue, 0, acknowledged);
      await().atMost(Duration.ofSeconds(30)).until(() -> acknowledged.size() == 1);
      long now = Files.size(Fixture.files(folder, ".log").getLast());

      limitFiles(String.valueOf(now + 100));
      for (int i = 1; i <= 50; i++) {
        add(storage, queue, i, acknowledged);
      }
      await().atMost(Duration.ofSeconds(30)).until(() -> storage.problem().isPresent());
      assertThat(storage.problem().orElseThrow())
          .contains("cannot write to " + folder)
          .contains("nothing is stored or acknowledged");
      assertThat(storage.isBehind()).isTrue();
      assertThat(acknowledged).containsExactly(0);

      limitFiles("unlimited");
      await().atMost(Duration.ofSeconds(30)).until(() -> storage.problem().isEmpty());
      await().atMost(Duration.ofSeconds(30)).until(() -> acknowledged.size() == 51);
      assertThat(acknowledged).isSorted();
      await().atMost(Duration.ofSeconds(30)).until(() -> !storage.isBehind());
      assertThat(Fixture.read(queue)).hasSize(51);
    }
    try (RocksStorage storage = Fixture.open(folder)) {
      StoredSession session = Fixture.restore(storage).get("a");
      assertThat(session.messages()).isEqualTo(51);
      assertThat(Fixture.read(session.queue())).hasSize(51);
    }
    assertThat(Fixture.check(folder)).isEmpty();
  }

  @Test
  void aDiskThatIsNearlyFullStopsTheStoreBeforeItBreaks() {
    try (RocksStorage storage =
        Fixture.open(folder, Durability.FSYNC, Map.of("min_free", 1L << 50))) {
      Fixture.restore(storage);
      await().atMost(Duration.ofSeconds(30)).until(() -> storage.problem().isPresent());
      storage.sessions().put(Fixture.session("a", 0));
      CompletableFuture<Void> durable = Fixture.durable(storage);

      assertThat(storage.problem().orElseThrow())
          .contains("nearly full")
          .contains("storage.rocksdb.min_free");
      assertThat(storage.isBehind()).isTrue();
      assertThat(durable).isNotDone();
    }
    try (RocksStorage storage = Fixture.open(folder)) {
      assertThat(Fixture.restore(storage)).isEmpty();
    }
  }

  @Test
  void refusedAttemptsDoNotPileUpWhileTheStoreCannotWrite() {
    try (RocksStorage storage =
        Fixture.open(folder, Durability.FSYNC, Map.of("min_free", 1L << 50))) {
      await().atMost(Duration.ofSeconds(30)).until(() -> storage.problem().isPresent());
      // looked at for a few of the ticks that would write them
      await()
          .during(Duration.ofSeconds(4))
          .atMost(Duration.ofSeconds(8))
          .until(
              () -> {
                storage.unauthorized().record(Fixture.attempt("a"));
                return storage.statistics().get("store_pending_units") <= 1;
              });
      assertThat(storage.unauthorized().size()).isEqualTo(1);
    }
  }

  @Test
  void aStoreAboveItsLimitIsFull() {
    try (RocksStorage storage = Fixture.open(folder, Durability.FSYNC, Map.of("max_bytes", 1))) {
      await().atMost(Duration.ofSeconds(30)).until(storage::isFull);
    }
    try (RocksStorage storage = Fixture.open(folder)) {
      assertThat(storage.isFull()).isFalse();
    }
  }

  private static void add(
      RocksStorage storage, MessageQueue queue, int i, List<Integer> acknowledged) {
    queue.add(Fixture.queued(storage.queues().nextNumber(), i + "x".repeat(KIB_PER_MESSAGE << 10)));
    storage.whenDurable(() -> acknowledged.add(i));
  }

  /** Of this process, by util-linux. */
  private static void limitFiles(String size) throws Exception {
    Process limit =
        new ProcessBuilder(
                "prlimit", "--pid", "" + ProcessHandle.current().pid(), "--fsize=" + size + ":")
            .inheritIO()
            .start();
    assertThat(limit.waitFor()).isZero();
  }
}
