package io.strmqtt.session.rocks;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.Message;
import io.strmqtt.api.ProtocolVersion;
import io.strmqtt.api.Reason;
import io.strmqtt.api.Settings;
import io.strmqtt.api.store.Durability;
import io.strmqtt.api.store.MessageQueue;
import io.strmqtt.api.store.QueuePage;
import io.strmqtt.api.store.QueuedMessage;
import io.strmqtt.api.store.SessionRecord;
import io.strmqtt.api.store.Storage;
import io.strmqtt.api.store.StorageTerms;
import io.strmqtt.api.store.StoredSession;
import io.strmqtt.api.store.UnauthorizedAttempt;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** Stores for tests of this provider alone, and what is put into them. */
final class Fixture {
  private Fixture() {}

  static RocksStorage open(Path folder) {
    return open(folder, Durability.FSYNC, Map.of());
  }

  static RocksStorage open(Path folder, Durability durability, Map<String, Object> settings) {
    Settings section = new Settings(settings, folder);
    return (RocksStorage) new RocksStorageProvider().open(terms(folder, durability), section);
  }

  /** With another clock for all that is measured in nanoseconds. */
  static RocksStorage open(Path folder, LongSupplier nanoTime) {
    RocksSettings settings = RocksSettings.from(new Settings(Map.of(), folder));
    return RocksStorage.open(terms(folder, Durability.OS), settings, nanoTime);
  }

  static StorageTerms terms(Path folder, Durability durability) {
    return new StorageTerms(folder, durability, Duration.ZERO, Clock.systemUTC());
  }

  static List<String> check(Path folder) {
    List<String> findings = new ArrayList<>();
    new RocksStorageProvider()
        .check(terms(folder, Durability.FSYNC), new Settings(Map.of(), folder), findings::add);
    return findings;
  }

  static Map<String, StoredSession> restore(Storage storage) {
    Map<String, StoredSession> restored = new HashMap<>();
    storage.sessions().restore(s -> restored.put(s.session().clientId(), s));
    return restored;
  }

  static Message message(String payload) {
    return new Message(
        "t",
        payload.getBytes(StandardCharsets.UTF_8),
        1,
        false,
        Message.Properties.NONE,
        1_000,
        "publisher");
  }

  static QueuedMessage queued(long number, String payload) {
    return new QueuedMessage(number, message(payload), 1, false, new int[0], "");
  }

  static String payload(QueuedMessage message) {
    return new String(message.message().payload(), StandardCharsets.UTF_8);
  }

  static SessionRecord session(String clientId, int keepAlive) {
    InetSocketAddress address = new InetSocketAddress("192.0.2.7", 1883);
    return new SessionRecord(
        clientId,
        "",
        ProtocolVersion.MQTT_5,
        false,
        ClientEndpoint.direct(address, address, "tcp"),
        false,
        keepAlive,
        SessionRecord.NEVER,
        Instant.EPOCH,
        Optional.empty(),
        Optional.empty());
  }

  static UnauthorizedAttempt attempt(String clientId) {
    return new UnauthorizedAttempt(
        Optional.of(clientId),
        session(clientId, 0).endpoint(),
        Optional.empty(),
        false,
        false,
        Reason.BAD_CREDENTIALS,
        Instant.now());
  }

  static CompletableFuture<Void> durable(Storage storage) {
    CompletableFuture<Void> durable = new CompletableFuture<>();
    storage.whenDurable(() -> durable.complete(null));
    return durable;
  }

  static void await(Storage storage) {
    durable(storage).orTimeout(60, TimeUnit.SECONDS).join();
  }

  static List<QueuedMessage> read(MessageQueue queue) {
    List<QueuedMessage> all = new ArrayList<>();
    QueuePage page = page(queue, 0, Integer.MAX_VALUE);
    all.addAll(page.messages());
    while (page.behind() == QueuePage.Behind.MORE) {
      page = page(queue, all.getLast().number(), Integer.MAX_VALUE);
      all.addAll(page.messages());
    }
    return all;
  }

  static QueuePage page(MessageQueue queue, long behind, int most) {
    CompletableFuture<QueuePage> read = new CompletableFuture<>();
    queue.read(behind, most, read::complete);
    return read.orTimeout(60, TimeUnit.SECONDS).join();
  }

  /** The database's files that end so, in the order of their names. */
  static List<Path> files(Path folder, String suffix) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("rocksdb/db"))) {
      return files.filter(f -> f.toString().endsWith(suffix)).sorted().toList();
    }
  }

  /** Copies the store as it is at one moment: again if files came or went meanwhile. */
  static void copy(Path from, Path to) throws IOException {
    Path database = Files.createDirectories(to.resolve("rocksdb/db"));
    Files.copy(from.resolve("rocksdb/FORMAT"), to.resolve("rocksdb/FORMAT"));
    List<Path> before;
    do {
      for (Path file : files(to, "")) {
        Files.delete(file);
      }
      before = files(from, "");
      for (Path file : before) {
        try {
          Files.copy(file, database.resolve(file.getFileName()));
        } catch (NoSuchFileException e) {
          break; // The list has changed.
        }
      }
    } while (!files(from, "").equals(before));
  }
}
