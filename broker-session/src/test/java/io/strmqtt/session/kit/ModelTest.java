package io.strmqtt.session.kit;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Message;
import io.strmqtt.api.store.MessageQueue;
import io.strmqtt.api.store.Storage;
import io.strmqtt.api.store.StoredSession;
import io.strmqtt.api.store.StoredSession.Handshake;
import io.strmqtt.api.store.StoredWill;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any history of changes, restarts and crashes leaves what the same history leaves in plain maps. A
 * crash is a copy of the files while the store is open, as the kernel has them when a process dies.
 */
@ParameterizedClass
@MethodSource("io.strmqtt.session.kit.StorageUnderTest#durable")
class ModelTest {
  private static final int SEEDS = 4;
  private static final int RUNS = 8;
  private static final int CHANGES = 250;

  private final StorageUnderTest underTest;
  private final Path folder;
  private Random random = new Random(0);
  private Map<String, Kept> sessions = new TreeMap<>();
  private Map<String, String> retained = new TreeMap<>();
  private Map<String, MessageQueue> queues = new HashMap<>();

  ModelTest(StorageUnderTest underTest, @TempDir Path folder) {
    this.underTest = underTest;
    this.folder = folder;
  }

  @Test
  void anyHistoryOfChangesRestartsAndCrashesLeavesWhatItShould() throws IOException {
    for (int seed = 0; seed < SEEDS; seed++) {
      random = new Random(seed);
      sessions = new TreeMap<>();
      retained = new TreeMap<>();
      Path store = folder.resolve("seed" + seed);
      for (int run = 0; run < RUNS; run++) {
        Path next = folder.resolve("seed" + seed + "-" + run);
        try (Storage storage = underTest.open(store)) {
          verify(storage);
          for (int i = 0; i < CHANGES; i++) {
            change(storage);
            if (random.nextInt(4) == 0) {
              storage.flush();
            }
          }
          // Something to wait for: what was flushed may be on its way, and is written before it.
          retained.put("r/end", "run " + run);
          storage.retained().put(Stored.message("r/end", "run " + run));
          Stored.await(storage);
          if (random.nextBoolean()) {
            copy(store, next);
            store = next;
          }
        }
      }
    }
  }

  private void change(Storage storage) {
    String clientId = "client" + random.nextInt(6);
    Kept kept = sessions.get(clientId);
    if (kept == null) {
      storage.sessions().put(Stored.session(clientId, 60));
      queues.put(clientId, storage.queues().create(clientId));
      sessions.put(clientId, new Kept());
      return;
    }
    MessageQueue queue = queues.get(clientId);
    switch (random.nextInt(14)) {
      case 0 -> {
        kept.expiry = 1 + random.nextInt(100);
        storage.sessions().put(Stored.session(clientId, kept.expiry));
      }
      case 1 -> {
        String filter = "f/" + random.nextInt(4);
        kept.subscriptions.put(filter, random.nextInt(3));
        storage
            .sessions()
            .putSubscription(clientId, Stored.subscription(filter, kept.subscriptions.get(filter)));
      }
      case 2 -> {
        String filter = "f/" + random.nextInt(4);
        kept.subscriptions.remove(filter);
        storage.sessions().removeSubscription(clientId, filter);
      }
      case 3 -> {
        kept.will = Optional.of("will " + random.nextInt());
        storage
            .sessions()
            .putWill(clientId, new StoredWill(Stored.message("w", kept.will.get()), 7));
      }
      case 4 -> {
        kept.will = Optional.empty();
        storage.sessions().removeWill(clientId);
      }
      case 5, 6, 7 -> publish(storage);
      case 8, 9 -> {
        if (!kept.messages.isEmpty()) {
          // as the engine: what is taken out has been stored
          Stored.await(storage);
          long number = pick(kept.messages);
          if (kept.inFlight.containsKey(number)) {
            kept.inFlight.put(number, new Handshake(number, 9, true));
            kept.messages.remove(number);
            queue.released(number, 9);
          } else if (random.nextBoolean()) {
            kept.inFlight.put(number, new Handshake(number, 8, false));
            queue.sending(number, 8);
          } else {
            kept.messages.remove(number);
            queue.remove(number);
          }
        }
      }
      case 10 -> {
        if (!kept.inFlight.isEmpty()) {
          long number = pick(kept.inFlight);
          kept.inFlight.remove(number);
          kept.messages.remove(number);
          queue.remove(number);
        }
      }
      case 11 -> {
        int packetId = 1 + random.nextInt(5);
        if (kept.received.add(packetId)) {
          queue.received(packetId);
        } else {
          kept.received.remove(packetId);
          queue.forget(packetId);
        }
      }
      case 12 -> {
        String topic = "r/" + random.nextInt(5);
        if (random.nextInt(3) == 0) {
          retained.remove(topic);
          storage.retained().remove(topic);
        } else {
          String payload = "retained " + random.nextInt();
          retained.put(topic, payload);
          storage.retained().put(Stored.message(topic, payload));
        }
      }
      default -> {
        if (random.nextInt(5) == 0) {
          sessions.remove(clientId);
          storage.sessions().remove(clientId);
          queue.end();
        }
      }
    }
  }

  /** To some of the sessions, by one number. */
  private void publish(Storage storage) {
    long number = storage.queues().nextNumber();
    String payload = "message " + number;
    Message message = Stored.message("t", payload);
    sessions.forEach(
        (clientId, kept) -> {
          if (random.nextInt(3) > 0) {
            kept.messages.put(number, payload);
            queues.get(clientId).add(Stored.queued(number, message));
          }
        });
  }

  private long pick(Map<Long, ?> from) {
    List<Long> numbers = new ArrayList<>(from.keySet());
    return numbers.get(random.nextInt(numbers.size()));
  }

  private void verify(Storage storage) {
    Map<String, StoredSession> restored = new HashMap<>();
    storage.sessions().restore(s -> restored.put(s.session().clientId(), s));
    assertThat(restored.keySet()).isEqualTo(sessions.keySet());
    queues = new HashMap<>();
    sessions.forEach((clientId, kept) -> verify(clientId, kept, restored.get(clientId)));
    assertThat(storage.queues().size())
        .isEqualTo(sessions.values().stream().mapToLong(k -> k.messages.size()).sum());
    Map<String, String> found = new TreeMap<>();
    Walks.all(storage.retained(), "#", message -> found.put(message.topic(), text(message)));
    assertThat(found).isEqualTo(retained);
  }

  private void verify(String clientId, Kept kept, StoredSession stored) {
    queues.put(clientId, stored.queue());
    assertThat(stored.session()).isEqualTo(Stored.session(clientId, kept.expiry));
    Map<String, Integer> subscriptions = new TreeMap<>();
    stored.subscriptions().forEach(s -> subscriptions.put(s.filter(), s.qos()));
    assertThat(subscriptions).isEqualTo(kept.subscriptions);
    assertThat(stored.will().map(will -> text(will.message()))).isEqualTo(kept.will);
    assertThat(stored.inFlight()).isEqualTo(List.copyOf(kept.inFlight.values()));
    assertThat(new TreeSet<>(stored.received())).isEqualTo(kept.received);
    assertThat(stored.messages()).isEqualTo(kept.messages.size());
    assertThat(Stored.payloads(Stored.read(stored.queue(), 0, 10_000)))
        .isEqualTo(List.copyOf(kept.messages.values()));
  }

  private static String text(Message message) {
    return new String(message.payload(), StandardCharsets.UTF_8);
  }

  /** Again if files came or went meanwhile: a crash is one moment. */
  private static void copy(Path from, Path to) throws IOException {
    List<Path> before;
    do {
      before = files(from);
      for (Path file : files(to)) {
        Files.delete(file);
      }
      for (Path file : before) {
        Path target = to.resolve(from.relativize(file).toString());
        Files.createDirectories(target.getParent());
        try {
          Files.copy(file, target);
        } catch (NoSuchFileException e) {
          break; // The list has changed.
        }
      }
    } while (!files(from).equals(before));
  }

  private static List<Path> files(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    } catch (UncheckedIOException e) {
      return files(folder);
    }
  }

  /** What a session should have. */
  private static final class Kept {
    long expiry = 60;
    final Map<String, Integer> subscriptions = new TreeMap<>();
    Optional<String> will = Optional.empty();
    final Map<Long, String> messages = new TreeMap<>();
    final Map<Long, Handshake> inFlight = new TreeMap<>();
    final TreeSet<Integer> received = new TreeSet<>();
  }
}
