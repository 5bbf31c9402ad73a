package io.strmqtt.session.rocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.strmqtt.api.store.MessageQueue;
import io.strmqtt.api.store.StoredSession;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All files count: tables, logs, and what RocksDB writes for itself. */
class ReclaimTest {
  private static final int MESSAGES = 2_000;
  private static final int PAYLOAD = 12_000;
  private static final long HALF = 1L * MESSAGES * PAYLOAD / 2;
  private static final long LITTLE = 1L * MESSAGES * PAYLOAD / 10;

  @TempDir Path folder;

  private final AtomicLong nanos = new AtomicLong();
  private final Random random = new Random(1);

  @Test
  void diskReturnsAfterQueuesWereDrainedThoughNothingElseIsWritten() {
    try (RocksStorage storage = open()) {
      List<Long> numbers = new ArrayList<>();
      MessageQueue queue = fill(storage, "a", numbers);
      assertThat(files(storage)).isGreaterThan(2 * HALF);

      remove(storage, queue, numbers);
      awaitLessThan(storage, LITTLE);
    }
  }

  @Test
  void eachHalfOfADrainReturns() {
    try (RocksStorage storage = open()) {
      List<Long> numbers = new ArrayList<>();
      MessageQueue queue = fill(storage, "a", numbers);
      storage.flushTables();
      int half = MESSAGES / 2;

      remove(storage, queue, numbers.subList(0, half + 100));
      awaitLessThan(storage, HALF);
      assertThat(Fixture.read(queue)).hasSize(half - 100);

      remove(storage, queue, numbers.subList(half + 100, MESSAGES));
      awaitLessThan(storage, LITTLE);
    }
  }

  @Test
  void diskReturnsThoughMostMessagesStayWhenThoseThatWentWereLarge() {
    try (RocksStorage storage = open()) {
      List<Long> numbers = new ArrayList<>();
      MessageQueue queue = fill(storage, "a", numbers);
      MessageQueue small = addSmall(storage, "b");
      storage.flushTables();

      remove(storage, queue, numbers);
      awaitLessThan(storage, LITTLE);
      assertThat(Fixture.read(small)).hasSize(2 * MESSAGES);
    }
  }

  @Test
  void diskReturnsAfterASessionWithAFullQueueEnded() {
    try (RocksStorage storage = open()) {
      MessageQueue queue = fill(storage, "a", new ArrayList<>());
      storage.flushTables();

      storage.sessions().remove("a");
      queue.end();
      storage.flush();
      awaitLessThan(storage, LITTLE);
    }
    assertThat(Fixture.check(folder)).isEmpty();
  }

  @Test
  void diskReturnsAfterManySessionsEnded() {
    try (RocksStorage storage = open()) {
      List<String> clients = new ArrayList<>();
      List<MessageQueue> queues = new ArrayList<>();
      for (int i = 0; i < MESSAGES; i++) {
        clients.add(i + letters(PAYLOAD / 2)); // in the keys of two rows
        queues.add(storage.queues().create(clients.get(i)));
        storage.sessions().put(Fixture.session(clients.get(i), 0));
      }
      Fixture.await(storage);
      storage.flushTables();
      assertThat(files(storage)).isGreaterThan(HALF);

      clients.forEach(storage.sessions()::remove);
      queues.forEach(MessageQueue::end);
      Fixture.await(storage);
      awaitLessThan(storage, LITTLE);
    }
  }

  /** What says that rows are gone is in tables with more that stays: RocksDB leaves it there. */
  @Test
  void diskReturnsAfterTheNextStart() {
    try (RocksStorage storage = open()) {
      List<Long> numbers = new ArrayList<>();
      MessageQueue queue = fill(storage, "a", numbers);
      storage.flushTables();
      remove(storage, queue, numbers.subList(0, MESSAGES - 1));
      addSmall(storage, "b");
      storage.flushTables();
      assertThat(files(storage)).isGreaterThan(2 * HALF);
    }
    try (RocksStorage storage = Fixture.open(folder, nanos::get)) {
      Map<String, StoredSession> sessions = Fixture.restore(storage);
      awaitLessThan(storage, LITTLE);
      assertThat(Fixture.read(sessions.get("a").queue())).hasSize(1);
      assertThat(Fixture.read(sessions.get("b").queue())).hasSize(2 * MESSAGES);
    }
  }

  @Test
  void aQueueThatIsAlwaysFilledAndDrainedDoesNotRewriteWhatStays() throws Exception {
    try (RocksStorage storage = open()) {
      MessageQueue stays = fill(storage, "a", new ArrayList<>());
      storage.flushTables();
      MessageQueue busy = storage.queues().create("b");
      storage.sessions().put(Fixture.session("b", 0));
      Fixture.await(storage);
      List<Path> tables = Fixture.files(folder, ".sst");

      long written = 0;
      while (written < HALF) {
        for (int i = 0; i < 100; i++) {
          long number = storage.queues().nextNumber();
          busy.add(Fixture.queued(number, letters(PAYLOAD)));
          busy.remove(number);
          written += PAYLOAD;
        }
        Fixture.await(storage);
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(30));
        storage.reclaim();
      }
      assertThat(Fixture.files(folder, ".sst")).isEqualTo(tables);
      assertThat(Fixture.read(stays)).hasSize(MESSAGES);
    }
  }

  private RocksStorage open() {
    RocksStorage storage = Fixture.open(folder, nanos::get);
    Fixture.restore(storage);
    return storage;
  }

  private MessageQueue fill(RocksStorage storage, String client, List<Long> numbers) {
    MessageQueue queue = storage.queues().create(client);
    for (int i = 0; i < MESSAGES; i++) {
      long number = storage.queues().nextNumber();
      queue.add(Fixture.queued(number, letters(PAYLOAD)));
      numbers.add(number);
      if (i % 100 == 99) {
        storage.flush();
      }
    }
    storage.sessions().put(Fixture.session(client, 0));
    Fixture.await(storage);
    return queue;
  }

  private static MessageQueue addSmall(RocksStorage storage, String client) {
    MessageQueue queue = storage.queues().create(client);
    for (int i = 0; i < 2 * MESSAGES; i++) {
      queue.add(Fixture.queued(storage.queues().nextNumber(), "small"));
    }
    storage.sessions().put(Fixture.session(client, 0));
    Fixture.await(storage);
    return queue;
  }

  private static void remove(RocksStorage storage, MessageQueue queue, List<Long> numbers) {
    numbers.forEach(queue::remove);
    Fixture.await(storage);
  }

  private String letters(int length) {
    return random
        .ints(length, 'a', 'z')
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /** Half a minute later, however long the work itself takes. */
  private void awaitLessThan(RocksStorage storage, long bytes) {
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(30));
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(100))
        .until(() -> files(storage) < bytes);
  }

  private static long files(RocksStorage storage) {
    return storage.statistics().get("store_file_bytes");
  }
}
