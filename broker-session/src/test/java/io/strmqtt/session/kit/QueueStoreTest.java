package io.strmqtt.session.kit;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Message;
import io.strmqtt.api.store.MessageQueue;
import io.strmqtt.api.store.QueuePage;
import io.strmqtt.api.store.QueueStore;
import io.strmqtt.api.store.QueuedMessage;
import io.strmqtt.api.store.Storage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("io.strmqtt.session.kit.StorageUnderTest#all")
class QueueStoreTest {
  private final Storage storage;
  private final QueueStore queues;

  QueueStoreTest(StorageUnderTest underTest, @TempDir Path folder) {
    storage = underTest.open(folder);
    storage.sessions().restore(stored -> {});
    queues = storage.queues();
  }

  @AfterEach
  void close() {
    storage.close();
  }

  @Test
  void messagesComeBackInTheOrderOfTheirNumbers() {
    MessageQueue queue = queues.create("a");
    List<QueuedMessage> added = add(queue, "1", "2", "3", "4", "5");

    assertThat(Stored.payloads(read(queue, 0, 10))).containsExactly("1", "2", "3", "4", "5");
    assertThat(Stored.payloads(read(queue, 0, 2))).containsExactly("1", "2");
    assertThat(Stored.payloads(read(queue, added.get(1).number(), 2))).containsExactly("3", "4");
    assertThat(read(queue, added.getLast().number(), 2)).isEmpty();
    assertThat(queues.size()).isEqualTo(5);
  }

  @Test
  void everythingAboutAMessageComesBack() {
    Message message = Stored.messageWithEverything();
    MessageQueue queue = queues.create("a");
    queue.add(
        new QueuedMessage(
            queues.nextNumber(), message, 2, true, new int[] {7, 268_435_455}, "$share/g/t"));
    Stored.await(storage);

    QueuedMessage back = read(queue, 0, 1).getFirst();
    assertThat(back).usingRecursiveComparison().isEqualTo(read(queue, 0, 1).getFirst());
    assertThat(back.message()).usingRecursiveComparison().isEqualTo(message);
    assertThat(back.qos()).isEqualTo(2);
    assertThat(back.retain()).isTrue();
    assertThat(back.identifiers()).containsExactly(7, 268_435_455);
    assertThat(back.shared()).isEqualTo("$share/g/t");
  }

  @Test
  void largeMessagesComeAFewAtATimeAndAllOfThem() {
    MessageQueue queue = queues.create("a");
    List<Long> numbers = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      numbers.add(queues.nextNumber());
      queue.add(Stored.queued(numbers.getLast(), Stored.message("t", "x".repeat(900_000))));
      Stored.await(storage);
    }
    List<Long> found = new ArrayList<>();
    CompletableFuture<QueuePage> next = new CompletableFuture<>();
    queue.read(0, 100, next::complete);
    QueuePage page = next.join();
    while (page.behind() == QueuePage.Behind.MORE) {
      assertThat(page.messages()).isNotEmpty();
      page.messages().forEach(each -> found.add(each.number()));
      CompletableFuture<QueuePage> more = new CompletableFuture<>();
      queue.read(found.getLast(), 100, more::complete);
      page = more.join();
    }
    page.messages().forEach(each -> found.add(each.number()));
    assertThat(found).isEqualTo(numbers);
  }

  @Test
  void numbersAscend() {
    long first = queues.nextNumber();
    assertThat(first).isPositive();
    assertThat(queues.nextNumber()).isGreaterThan(first);
  }

  @Test
  void aRemovedMessageIsGoneAtOnceForItsOwner() {
    MessageQueue queue = queues.create("a");
    List<QueuedMessage> added = add(queue, "1", "2", "3");
    queue.remove(added.get(1).number());
    storage.flush();

    assertThat(Stored.payloads(read(queue, 0, 10))).containsExactly("1", "3");
    assertThat(queues.size()).isEqualTo(2);
  }

  @Test
  void aReleasedMessageIsNotReadAgain() {
    MessageQueue queue = queues.create("a");
    List<QueuedMessage> added = add(queue, "1", "2");
    queue.sending(added.getFirst().number(), 5);
    assertThat(Stored.payloads(sealedRead(queue))).containsExactly("1", "2");

    queue.released(added.getFirst().number(), 5);
    assertThat(Stored.payloads(sealedRead(queue))).containsExactly("2");
    assertThat(queues.size()).isEqualTo(1);
    queue.remove(added.getFirst().number());
    assertThat(queues.size()).isEqualTo(1);
  }

  @Test
  void oneMessageForManyQueuesGoesFromEachByItself() {
    List<MessageQueue> all =
        IntStream.range(0, 5).mapToObj(i -> queues.create("client" + i)).toList();
    long number = queues.nextNumber();
    Message message = Stored.message("t", "for all");
    all.forEach(queue -> queue.add(Stored.queued(number, message)));
    Stored.await(storage);
    assertThat(queues.size()).isEqualTo(5);

    for (MessageQueue queue : all) {
      assertThat(Stored.payloads(read(queue, 0, 2))).containsExactly("for all");
      queue.remove(number);
      storage.flush();
      assertThat(read(queue, 0, 2)).isEmpty();
    }
    assertThat(queues.size()).isZero();
  }

  @Test
  void anEndedQueueIsEmptyAndItsNeighboursAreNot() {
    MessageQueue before = queues.create("a");
    MessageQueue ended = queues.create("b");
    MessageQueue behind = queues.create("c");
    for (int i = 0; i < 20; i++) {
      long number = queues.nextNumber();
      Message message = Stored.message("t", "m" + i);
      List.of(before, ended, behind).forEach(q -> q.add(Stored.queued(number, message)));
    }
    ended.end();
    Stored.await(storage);
    ended.add(Stored.queued(queues.nextNumber(), Stored.message("t", "too late")));
    Stored.await(storage);

    assertThat(queues.size()).isEqualTo(40);
    assertThat(read(before, 0, 100)).hasSize(20);
    assertThat(read(behind, 0, 100)).hasSize(20);
  }

  @Test
  void aNewQueueOfTheSameClientBeginsEmpty() {
    MessageQueue first = queues.create("a");
    add(first, "old");
    first.end();
    MessageQueue second = queues.create("a");
    Stored.await(storage);

    assertThat(read(second, 0, 10)).isEmpty();
    add(second, "new");
    assertThat(Stored.payloads(read(second, 0, 10))).containsExactly("new");
  }

  @Test
  void manyThreadsMayAddToOneQueue() throws Exception {
    MessageQueue queue = queues.create("a");
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> adding = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        String name = "t" + t;
        adding.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 250; i++) {
                    add(queue, name + "-" + i);
                  }
                }));
      }
      for (Future<?> done : adding) {
        done.get();
      }
    }

    List<QueuedMessage> all = read(queue, 0, 2000);
    assertThat(all).extracting(QueuedMessage::number).isSorted();
    Set<String> payloads = new TreeSet<>(Stored.payloads(all));
    assertThat(all).hasSize(1000);
    assertThat(payloads).hasSize(1000);
    assertThat(queues.size()).isEqualTo(1000);
  }

  @Test
  void callbacksOfOneThreadRunInTheirOrder() throws Exception {
    MessageQueue queue = queues.create("a");
    List<Integer> order = new ArrayList<>();
    CountDownLatch done = new CountDownLatch(100);
    for (int i = 0; i < 100; i++) {
      int call = i;
      queue.add(Stored.queued(queues.nextNumber(), Stored.message("t", "m" + i)));
      storage.whenDurable(
          () -> {
            order.add(call);
            done.countDown();
          });
    }
    done.await();

    assertThat(order).isSorted().hasSize(100);
  }

  private List<QueuedMessage> add(MessageQueue queue, String... payloads) {
    List<QueuedMessage> added = new ArrayList<>();
    for (String payload : payloads) {
      QueuedMessage message = Stored.queued(queues.nextNumber(), Stored.message("t", payload));
      queue.add(message);
      added.add(message);
    }
    Stored.await(storage);
    return added;
  }

  private List<QueuedMessage> sealedRead(MessageQueue queue) {
    storage.flush();
    return read(queue, 0, 10);
  }

  private static List<QueuedMessage> read(MessageQueue queue, long behind, int most) {
    return Stored.read(queue, behind, most);
  }
}
