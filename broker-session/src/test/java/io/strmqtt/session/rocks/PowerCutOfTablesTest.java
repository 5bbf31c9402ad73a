package io.strmqtt.session.rocks;

import static java.util.Comparator.naturalOrder;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Settings;
import io.strmqtt.api.store.Durability;
import io.strmqtt.api.store.MessageQueue;
import io.strmqtt.api.store.StoredSession;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The power goes while tables are written: by a flush, or by a compaction, of which there are many
 * here because buffers are small and queues keep few messages.
 *
 * <p>Before tables are written, all files are linked, so that none is lost when the database
 * removes it. What the list of tables (the manifest) and the log got from then on, and what is in
 * tables that came since, may be lost: nobody has been told that it is there.
 */
class PowerCutOfTablesTest {
  private static final int CUTS = 15;
  private static final int KEPT_BY_A = 100;
  private static final int KEPT_BY_B = 20;

  @TempDir Path folder;

  private final Random random = new Random(12);
  private final AtomicLong nanos = new AtomicLong();

  private enum Moment {
    /** New tables are there in part, or not at all; the list does not have them. */
    BEFORE_THE_LIST_HAS_THE_TABLES,
    /** The list has new tables; what they replace is still there. */
    BEFORE_OLD_FILES_ARE_REMOVED
  }

  @ParameterizedTest
  @EnumSource
  void whatWasAcknowledgedIsThere(Moment moment) throws Exception {
    Path live = folder.resolve("live");
    Settings section = new Settings(Map.of("write_buffer", 4L << 20), live);
    try (RocksStorage storage =
        RocksStorage.open(
            Fixture.terms(live, Durability.FSYNC), RocksSettings.from(section), nanos::get)) {
      Fixture.restore(storage);
      Writing writing = new Writing(storage);
      int tables = 0;
      for (int cut = 0; cut < CUTS; cut++) {
        int acknowledged = writing.stored + 60 + random.nextInt(20);
        Map<String, Long> synced = writing.until(acknowledged, live);
        Path copy = folder.resolve("cut" + cut);
        Map<String, Long> listed = link(live, copy);

        storage.flushTables();
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(30));
        storage.reclaim();
        Map<String, Long> listedNow = new TreeMap<>(listed);
        tables += linkNew(live, copy, listedNow);

        ownFiles(copy);
        switch (moment) {
          case BEFORE_THE_LIST_HAS_THE_TABLES -> {
            cutList(copy, listed, random.nextInt(7)); // perhaps a part of a record's header
            cutTables(copy, listed);
            cutLogs(copy, synced, listed);
          }
          case BEFORE_OLD_FILES_ARE_REMOVED -> {
            cutList(copy, listedNow, 0);
            cutLogs(copy, synced, listedNow);
          }
        }
        verify(copy, acknowledged, writing.stored);
      }
      assertThat(tables).isGreaterThan(CUTS);
    }
  }

  /** Links to all files at one moment, with their sizes. */
  private static Map<String, Long> link(Path live, Path copy) throws IOException {
    Path database = Files.createDirectories(copy.resolve("rocksdb/db"));
    Files.copy(live.resolve("rocksdb/FORMAT"), copy.resolve("rocksdb/FORMAT"));
    while (true) {
      for (Path file : Fixture.files(copy, "")) {
        Files.delete(file);
      }
      List<Path> before = Fixture.files(live, "");
      Map<String, Long> sizes = new TreeMap<>();
      try {
        for (Path file : before) {
          Files.createLink(database.resolve(file.getFileName()), file);
          sizes.put(file.getFileName().toString(), Files.size(file));
        }
        if (Fixture.files(live, "").equals(before)) {
          return sizes;
        }
      } catch (NoSuchFileException e) {
        continue; // The list has changed.
      }
    }
  }

  /**
   * Links to what has come since, with all sizes at a moment at which the list did not change;
   * returns how many tables.
   */
  private static int linkNew(Path live, Path copy, Map<String, Long> listed) throws IOException {
    int tables = 0;
    Path list = LogFile.manifest(live.resolve("rocksdb/db")).orElseThrow().path();
    long size;
    do {
      size = Files.size(list);
      for (Path file : Fixture.files(live, "")) {
        Path link = copy.resolve("rocksdb/db").resolve(file.getFileName());
        if (!Files.exists(link)) {
          try {
            Files.createLink(link, file);
            listed.put(file.getFileName().toString(), Files.size(link));
            tables += file.toString().endsWith(".sst") ? 1 : 0;
          } catch (NoSuchFileException e) {
            // A compaction has removed it: the list has changed.
          }
        }
      }
    } while (Files.size(list) != size);
    listed.put(list.getFileName().toString(), size);
    return tables;
  }

  /** Files of the copy's own, as the live ones go on. */
  private static void ownFiles(Path copy) throws IOException {
    for (Path file : Fixture.files(copy, "")) {
      byte[] bytes = Files.readAllBytes(file);
      Files.delete(file);
      Files.write(file, bytes);
    }
  }

  /** The list ends as it was. */
  private static void cutList(Path copy, Map<String, Long> listed, int more) throws IOException {
    Path list = LogFile.manifest(copy.resolve("rocksdb/db")).orElseThrow().path();
    long size = listed.get(list.getFileName().toString()) + more;
    truncate(list, Math.min(Files.size(list), size));
  }

  /** Tables that came since are there in part, or not at all. */
  private void cutTables(Path copy, Map<String, Long> listed) throws IOException {
    for (Path table : Fixture.files(copy, ".sst")) {
      if (!listed.containsKey(table.getFileName().toString())) {
        if (random.nextBoolean()) {
          truncate(table, random.nextLong(Files.size(table)));
        } else {
          Files.delete(table);
        }
      }
    }
  }

  /**
   * The log that was written at the moment of the list is cut somewhere behind the sync, and later
   * ones are empty. Earlier ones were synced as a whole before it was begun, and tables of that
   * moment have nothing of it.
   */
  private void cutLogs(Path copy, Map<String, Long> synced, Map<String, Long> listed)
      throws IOException {
    String latest =
        listed.keySet().stream().filter(name -> name.endsWith(".log")).max(naturalOrder()).get();
    for (Path log : Fixture.files(copy, ".log")) {
      String name = log.getFileName().toString();
      if (name.compareTo(latest) > 0) {
        truncate(log, 0);
      } else if (name.equals(latest)) {
        long least = synced.getOrDefault(name, 0L);
        truncate(log, least + random.nextLong(Files.size(log) - least + 1));
      }
    }
  }

  private static void truncate(Path file, long size) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(size);
    }
  }

  private static void verify(Path copy, int acknowledged, int stored) {
    try (RocksStorage storage = Fixture.open(copy)) {
      Map<String, StoredSession> sessions = Fixture.restore(storage);
      int there = sessions.get("a").session().keepAlive();
      assertThat(there).isBetween(acknowledged, stored);
      verify(sessions.get("a"), there, KEPT_BY_A);
      verify(sessions.get("b"), there, KEPT_BY_B);
    }
    assertThat(Fixture.check(copy)).isEmpty();
  }

  private static void verify(StoredSession session, int there, int kept) {
    assertThat(Fixture.read(session.queue()))
        .extracting(m -> Fixture.payload(m).strip())
        .isEqualTo(
            LongStream.rangeClosed(Math.max(1, there - kept + 1), there)
                .mapToObj(i -> "message " + i)
                .toList());
  }

  /** Messages for two queues that share the bodies and keep the latest ones. */
  private static final class Writing {
    private final RocksStorage storage;
    private final MessageQueue a;
    private final MessageQueue b;
    private final Map<Integer, Long> numbers = new ConcurrentHashMap<>();
    private int stored;

    Writing(RocksStorage storage) {
      this.storage = storage;
      storage.sessions().put(Fixture.session("a", 0));
      storage.sessions().put(Fixture.session("b", 0));
      this.a = storage.queues().create("a");
      this.b = storage.queues().create("b");
      Fixture.await(storage);
    }

    /** Stores so many, and some more; returns how long the logs were when so many were durable. */
    Map<String, Long> until(int acknowledged, Path live) throws InterruptedException {
      Map<String, Long> synced = new ConcurrentHashMap<>();
      CountDownLatch last = new CountDownLatch(1);
      while (stored < acknowledged) {
        store();
        boolean isLast = stored == acknowledged;
        storage.whenDurable(
            () -> {
              if (isLast) {
                synced.putAll(logs(live));
                last.countDown();
              }
            });
      }
      for (int i = 0; i < 10; i++) {
        store();
        storage.flush();
      }
      last.await();
      return synced;
    }

    private void store() {
      int i = ++stored;
      long number = storage.queues().nextNumber();
      numbers.put(i, number);
      String payload = "message " + i + " ".repeat(30_000);
      a.add(Fixture.queued(number, payload));
      b.add(Fixture.queued(number, payload));
      if (i > KEPT_BY_A) {
        a.remove(numbers.get(i - KEPT_BY_A));
      }
      if (i > KEPT_BY_B) {
        b.remove(numbers.get(i - KEPT_BY_B));
      }
      storage.sessions().put(Fixture.session("a", i));
    }

    private static Map<String, Long> logs(Path live) {
      try {
        Map<String, Long> sizes = new TreeMap<>();
        for (Path log : Fixture.files(live, ".log")) {
          try {
            sizes.put(log.getFileName().toString(), Files.size(log));
          } catch (NoSuchFileException e) {
            // All it had is in tables.
          }
        }
        return sizes;
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
