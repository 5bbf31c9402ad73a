package io.strmqtt.session.rocks;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Message;
import io.strmqtt.api.store.MessageQueue;
import io.strmqtt.api.store.StoredSession;
import io.strmqtt.session.kit.Walks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The power goes at any moment: what the log got after its last completed sync is lost, in part or
 * wholly, or is garbage. A publisher keeps storing; between two syncs its files are copied, and the
 * copy's log is cut somewhere behind the sync.
 *
 * <p>Each of the publisher's units says the same number in a session, two queues and a retained
 * message, so that a unit that is there in part shows.
 */
class PowerCutTest {
  private static final int CUTS = 25;

  @TempDir Path folder;

  private final Random random = new Random(11);

  @Test
  void whatWasAcknowledgedIsThereAndNoUnitIsThereInPart() throws Exception {
    Path live = folder.resolve("live");
    try (RocksStorage storage = Fixture.open(live)) {
      Fixture.restore(storage);
      storage.sessions().put(Fixture.session("a", 0));
      storage.sessions().put(Fixture.session("b", 0));
      MessageQueue a = storage.queues().create("a");
      MessageQueue b = storage.queues().create("b");
      Fixture.await(storage);
      int stored = 0;
      for (int cut = 0; cut < CUTS; cut++) {
        int acknowledged = stored + 20 + random.nextInt(20);
        CountDownLatch last = new CountDownLatch(1);
        Map<String, Long> synced = new HashMap<>();
        Path copy = folder.resolve("cut" + cut);
        while (stored < acknowledged) {
          stored++;
          store(storage, a, b, stored);
          boolean isLast = stored == acknowledged;
          storage.whenDurable(
              () -> {
                if (isLast) {
                  // the log does not grow while the committer is in here
                  synced.putAll(sizes(live));
                  last.countDown();
                }
              });
        }
        // what follows is on its way while the files are copied
        int inFlight = random.nextInt(30);
        for (int i = 0; i < inFlight; i++) {
          stored++;
          store(storage, a, b, stored);
          storage.flush();
        }
        last.await();
        Fixture.copy(live, copy);
        cutLog(copy, synced);
        verify(copy, acknowledged, stored);
      }
    }
  }

  private static void store(RocksStorage storage, MessageQueue a, MessageQueue b, int i) {
    long number = storage.queues().nextNumber();
    String payload = "message " + i + " ".repeat(i % 500);
    a.add(Fixture.queued(number, payload));
    b.add(Fixture.queued(number, payload));
    storage.sessions().put(Fixture.session("a", i));
    storage.retained().put(Fixture.message("" + i));
  }

  private static Map<String, Long> sizes(Path live) {
    try {
      Map<String, Long> sizes = new HashMap<>();
      for (Path log : Fixture.files(live, ".log")) {
        sizes.put(log.getFileName().toString(), Files.size(log));
      }
      return sizes;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void cutLog(Path copy, Map<String, Long> synced) throws IOException {
    for (Path log : Fixture.files(copy, ".log")) {
      long least = synced.getOrDefault(log.getFileName().toString(), 0L);
      long more = Files.size(log) - least;
      try (FileChannel channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
        channel.truncate(least + (more <= 0 ? 0 : random.nextLong(more + 1)));
        if (random.nextInt(3) == 0) {
          byte[] garbage = new byte[random.nextInt(100)];
          random.nextBytes(garbage);
          channel.write(ByteBuffer.wrap(garbage), channel.size());
        }
      }
    }
  }

  private static void verify(Path copy, int acknowledged, int stored) {
    try (RocksStorage storage = Fixture.open(copy)) {
      Map<String, StoredSession> sessions = Fixture.restore(storage);
      int there = sessions.get("a").session().keepAlive();
      assertThat(there).isBetween(acknowledged, stored);
      List<String> expected =
          LongStream.rangeClosed(1, there).mapToObj(i -> "message " + i).toList();
      for (StoredSession session : sessions.values()) {
        assertThat(session.messages()).isEqualTo(there);
        assertThat(Fixture.read(session.queue()))
            .extracting(m -> Fixture.payload(m).strip())
            .isEqualTo(expected);
      }
      List<Message> retained = new ArrayList<>();
      Walks.all(storage.retained(), "t", retained::add);
      assertThat(new String(retained.getFirst().payload())).isEqualTo("" + there);
    }
    assertThat(Fixture.check(copy)).isEmpty();
  }
}
