package io.strmqtt.session.rocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.strmqtt.api.store.MessageQueue;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReclaimTest {
  private static final int MESSAGES = 12_000;

  @TempDir Path folder;

  @Test
  void diskReturnsAfterQueuesWereDrained() {
    try (RocksStorage storage = Fixture.open(folder)) {
      Fixture.restore(storage);
      MessageQueue queue = storage.queues().create("a");
      long first = storage.queues().nextNumber();
      long last = first;
      Random random = new Random(1);
      StringBuilder payload = new StringBuilder();
      for (int i = 0; i < MESSAGES; i++) {
        payload.setLength(0);
        random.ints(1500, 'a', 'z').forEach(c -> payload.append((char) c));
        last = storage.queues().nextNumber();
        queue.add(Fixture.queued(last, payload.toString()));
        if (i % 100 == 99) {
          storage.flush();
        }
      }
      storage.sessions().put(Fixture.session("a", 0));
      Fixture.await(storage);
      storage.flushTables();
      assertThat(tables(storage)).isGreaterThan(8 << 20);

      for (long number = first + 1; number <= last; number++) {
        queue.remove(number);
      }
      storage.flush();
      assertThat(storage.queues().size()).isZero();
      await()
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofMillis(200))
          .until(() -> tables(storage) < 1 << 20);
    }
  }

  private static long tables(RocksStorage storage) {
    return storage.statistics().get("store_table_bytes");
  }
}
