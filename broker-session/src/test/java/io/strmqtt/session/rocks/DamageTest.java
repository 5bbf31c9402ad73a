package io.strmqtt.session.rocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.strmqtt.api.store.Durability;
import io.strmqtt.api.store.MessageQueue;
import io.strmqtt.api.store.QueuePage;
import io.strmqtt.api.store.StorageException;
import io.strmqtt.api.store.StoredSession;
import io.strmqtt.session.UnauthorizedLimits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DamageTest {
  private static final int MESSAGES = 300;

  @TempDir Path folder;

  private final Random random = new Random(5);
  private long leftOut;

  @Test
  void aLogThatIsCutHasItsBeginning() throws IOException {
    Path whole = filled(false);
    long size = Files.size(log(whole));
    int before = MESSAGES;
    for (int i = 0; i < 15; i++) {
      Path copy = copy(whole, "cut" + i);
      long cut = size - i * size / 16;
      truncate(log(copy), cut);
      int there = messages(copy, Durability.FSYNC);
      assertThat(there).isBetween(0, before);
      before = there;
    }
    assertThat(before).isLessThan(MESSAGES / 4);
  }

  @Test
  void aFlippedByteInTheMiddleOfASyncedLogIsRefusedAndMayBeCutOnPurpose() throws IOException {
    Path whole = filled(false);
    long size = Files.size(log(whole));
    for (int i = 0; i < 10; i++) {
      Path copy = copy(whole, "flip" + i);
      flip(log(copy), size / 8 + random.nextLong(size / 2));
      assertThatThrownBy(() -> messages(copy, Durability.FSYNC))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("is damaged")
          .hasMessageContaining("st-rmqtt store check")
          .hasMessageContaining("storage.durability = os");
      assertThat(Fixture.check(copy)).anyMatch(finding -> finding.contains(".log is not whole"));
      assertThat(messages(copy, Durability.OS)).isBetween(1, MESSAGES - 1);
      assertThat(Fixture.files(copy, ".log.cut")).isNotEmpty();
    }
  }

  @Test
  void aTornTailIsCutWhateverItLooksLike() throws IOException {
    Path whole = filled(false);
    for (int type : new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 128, 130, 255}) {
      Path copy = copy(whole, "type" + type);
      byte[] tail = {1, 2, 3, 4, 3, 0, (byte) type, 9, 9, 9, 9, 9, 9, 9, 9};
      Files.write(log(copy), tail, StandardOpenOption.APPEND);
      assertThat(messages(copy, Durability.FSYNC)).as("type " + type).isEqualTo(MESSAGES);
    }
  }

  @Test
  void aFlippedByteInATableIsRefusedOrWhatItHitIsCounted() throws IOException {
    Path whole = filled(true);
    for (int i = 0; i < 40; i++) {
      Path copy = copy(whole, "table" + i);
      var tables = Fixture.files(copy, ".sst");
      Path table = tables.get(random.nextInt(tables.size()));
      flip(table, random.nextLong(Files.size(table)));
      try {
        assertThat(messages(copy, Durability.FSYNC) + leftOut).isEqualTo(MESSAGES);
      } catch (StorageException e) {
        assertThat(e).hasMessageContaining(copy.toString());
        assertThat(e.getStackTrace()).isEmpty();
      }
    }
  }

  @Test
  void aBlockThatIsDamagedUnderARunningStoreHidesNothingBehindIt() throws IOException {
    int many = 3_000;
    try (RocksStorage storage =
        Fixture.open(folder, Durability.FSYNC, Map.of("block_cache", 1L << 20))) {
      Fixture.restore(storage);
      storage.sessions().put(Fixture.session("a", 0));
      MessageQueue queue = storage.queues().create("a");
      for (int i = 0; i < many; i++) {
        byte[] bytes = new byte[500];
        random.nextBytes(bytes);
        long number = storage.queues().nextNumber();
        queue.add(Fixture.queued(number, HexFormat.of().formatHex(bytes)));
      }
      Fixture.await(storage);
      storage.flushTables();
      Path table =
          Fixture.files(folder, ".sst").stream()
              .max(Comparator.comparingLong(file -> file.toFile().length()))
              .orElseThrow();
      flip(table, Files.size(table) / 2);

      List<Long> numbers = new ArrayList<>();
      boolean complete = true;
      QueuePage page;
      do {
        page = Fixture.page(queue, numbers.isEmpty() ? 0 : numbers.getLast(), 256);
        page.messages().forEach(message -> numbers.add(message.number()));
        complete &= page.complete();
      } while (page.behind() == QueuePage.Behind.MORE);
      assertThat(page.behind()).isEqualTo(QueuePage.Behind.NOTHING);
      assertThat(complete).isFalse();
      assertThat(numbers).isSorted().doesNotHaveDuplicates();
      assertThat(numbers.size()).isBetween(many - 100, many - 1);
      assertThat(storage.problem()).isEmpty();
    }
  }

  @Test
  void aTableThatIsCutOrMissingIsRefused() throws IOException {
    Path whole = filled(true);
    for (int i = 0; i < 6; i++) {
      Path copy = copy(whole, "short" + i);
      Path table = Fixture.files(copy, ".sst").get(i % Fixture.files(copy, ".sst").size());
      if (i % 2 == 0) {
        truncate(table, Files.size(table) / 2);
      } else {
        Files.delete(table);
      }
      assertThatThrownBy(() -> messages(copy, Durability.FSYNC))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining(copy.toString());
    }
  }

  @Test
  void aFlippedByteInTheListOfTablesIsRefusedOrHarmless() throws IOException {
    Path whole = filled(true);
    for (int i = 0; i < 20; i++) {
      Path copy = copy(whole, "list" + i);
      Path manifest = Fixture.files(copy, "").stream().filter(this::isManifest).findFirst().get();
      if (i == 0) {
        try (FileChannel channel = FileChannel.open(manifest, StandardOpenOption.WRITE)) {
          channel.write(ByteBuffer.wrap(new byte[] {5}), 6); // which RocksDB reads without end
        }
      } else {
        flip(manifest, random.nextLong(Files.size(manifest)));
      }
      try {
        assertThat(messages(copy, Durability.FSYNC)).isEqualTo(MESSAGES);
      } catch (StorageException e) {
        assertThat(e).hasMessageContaining(copy.toString());
      }
    }
  }

  @Test
  void aDatabaseWhoseListOfTablesIsNotNamedAnyMoreIsNotBegunAnew() throws IOException {
    for (boolean flushed : new boolean[] {false, true}) {
      Path store = copy(filled(flushed), "unnamed" + flushed);
      Files.delete(store.resolve("rocksdb/db/CURRENT"));
      var before = Fixture.files(store, "");
      assertThatThrownBy(() -> messages(store, Durability.FSYNC))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("is damaged")
          .hasMessageContaining("no file CURRENT");
      assertThatThrownBy(() -> Fixture.check(store)).isInstanceOf(StorageException.class);
      assertThat(Fixture.files(store, "")).isEqualTo(before);
    }
  }

  @Test
  void whatASyncedLogHasLostBeforeALaterOneIsRefused() throws IOException {
    Path whole = filled(false, MESSAGES / 2);
    Path first = Fixture.files(whole, ".log").getFirst();
    assertThat(Fixture.files(whole, ".log")).hasSize(2);
    assertThat(messages(copy(whole, "sound"), Durability.FSYNC)).isEqualTo(MESSAGES);

    Path flipped = copy(whole, "flipped");
    flip(Fixture.files(flipped, ".log").getFirst(), Files.size(first) - 20);
    Path shorter = copy(whole, "shorter");
    truncate(Fixture.files(shorter, ".log").getFirst(), Files.size(first) / 2);
    for (Path damaged : List.of(flipped, shorter)) {
      var before = Fixture.files(damaged, "");
      assertThatThrownBy(() -> messages(damaged, Durability.FSYNC))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("is damaged")
          .hasMessageContaining("begins with change")
          .hasMessageContaining("storage.durability = os");
      assertThat(Fixture.files(damaged, "")).isEqualTo(before);
      assertThat(Fixture.check(damaged)).anyMatch(text -> text.contains("begins with change"));
      assertThat(messages(damaged, Durability.OS)).isBetween(1, MESSAGES / 2);
      assertThat(Fixture.files(damaged, ".log.cut")).hasSize(1);
    }
  }

  private boolean isManifest(Path file) {
    return file.getFileName().toString().startsWith("MANIFEST-");
  }

  @Test
  void aRowThatIsNoRecordIsNamedByTheCheckAndRefused() throws Exception {
    Path whole = filled(false);
    try (Database database =
        Database.open(
            whole.resolve("rocksdb/db"),
            new RocksSettings(
                1, 4 << 20, 0, 0, new UnauthorizedLimits(1, 1, Duration.ofDays(1)), 1, 1 << 20))) {
      database.read(
          open -> {
            open.db().put(open.family(Family.SESSIONS), Keys.client("b"), new byte[] {9});
            open.db().delete(open.family(Family.BODIES), Keys.number(firstShared(open)));
            return true;
          });
    }

    assertThat(Fixture.check(whole))
        .anyMatch(finding -> finding.startsWith("sessions, row 2") && finding.contains("version 1"))
        .anyMatch(
            finding -> finding.startsWith("queue, row ") && finding.contains("body is missing"));
    assertThatThrownBy(() -> messages(whole, Durability.FSYNC))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("sessions, row 2");
  }

  @Test
  void aNewerFormatIsLeftAlone() throws IOException {
    Path whole = filled(false);
    Files.writeString(whole.resolve("rocksdb/FORMAT"), "3\n");
    assertThatThrownBy(() -> Fixture.open(whole))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("has format 3, this version knows up to 2");
    Files.writeString(whole.resolve("rocksdb/FORMAT"), "\u0000\u0000");
    assertThatThrownBy(() -> Fixture.open(whole))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("FORMAT is damaged");
    Files.delete(whole.resolve("rocksdb/FORMAT"));
    assertThatThrownBy(() -> Fixture.open(whole))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("has no file FORMAT");
  }

  @Test
  void anOlderFormatIsTakenUp() throws IOException {
    Path whole = filled(false);
    Path format = whole.resolve("rocksdb/FORMAT");
    Files.writeString(format, "1\n");
    Fixture.open(whole).close();
    assertThat(format).hasContent("2");
    assertThat(Fixture.check(whole)).isEmpty();
  }

  @Test
  void aStoreInUseIsRefused() {
    Path used = folder.resolve("used");
    try (RocksStorage storage = Fixture.open(used)) {
      assertThat(storage.problem()).isEmpty();
      assertThatThrownBy(() -> Fixture.open(used))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("is in use by another process");
    }
  }

  private static long firstShared(Database.Open open) {
    try (Rows rows = new Rows(open, Family.BODIES)) {
      return Keys.first(rows.key());
    }
  }

  /** Each message is a commit of its own; every third is in two queues. */
  private Path filled(boolean flushed) {
    return filled(flushed, -1);
  }

  /** The same, in two logs: the second begins behind so many messages. */
  private Path filled(boolean flushed, int newLogAt) {
    Path filled = folder.resolve("filled" + flushed);
    Path live = folder.resolve("live" + flushed);
    try (RocksStorage storage = Fixture.open(live)) {
      Fixture.restore(storage);
      storage.sessions().put(Fixture.session("a", 0));
      MessageQueue a = storage.queues().create("a");
      MessageQueue other = storage.queues().create("other");
      for (int i = 0; i < MESSAGES; i++) {
        long number = storage.queues().nextNumber();
        a.add(Fixture.queued(number, "message " + i + "x".repeat(100)));
        if (i % 3 == 0) {
          other.add(Fixture.queued(number, "message " + i + "x".repeat(100)));
        }
        Fixture.await(storage);
        if (i == newLogAt) {
          storage.flushTables(Family.SESSIONS);
        }
      }
      if (flushed) {
        storage.flushTables();
      }
      Fixture.copy(live, filled);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return filled;
  }

  private Path copy(Path from, String name) throws IOException {
    Path to = folder.resolve(name);
    Fixture.copy(from, to);
    return to;
  }

  private int messages(Path store, Durability durability) {
    try (RocksStorage storage = Fixture.open(store, durability, Map.of())) {
      StoredSession session = Fixture.restore(storage).get("a");
      int there = session == null ? 0 : Fixture.read(session.queue()).size();
      leftOut = storage.statistics().get("store_left_out_messages");
      return there;
    }
  }

  private static Path log(Path store) throws IOException {
    return Fixture.files(store, ".log").getLast();
  }

  private static void truncate(Path file, long size) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(size);
    }
  }

  private static void flip(Path file, long at) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, at);
      one.put(0, (byte) (one.get(0) ^ 0x10)).flip();
      channel.write(one, at);
    }
  }
}
