package io.strmqtt.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PendingBudgetTest {
  private static InetAddress peer(int n) {
    try {
      return InetAddress.getByAddress(new byte[] {10, 0, (byte) (n >> 8), (byte) n});
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void newLimitsHoldForThoseWhoCome() {
    PendingBudget budget = new PendingBudget(2, 2);
    PendingBudget.Seats seat = budget.enter(peer(1));
    assertThat(seat).isNotNull();

    budget.resize(1, 1);
    assertThat(budget.enter(peer(2))).isNull();
    seat.leave();
    assertThat(budget.enter(peer(1))).isNotNull();
    assertThat(budget.enter(peer(1))).isNull();
    assertThat(budget.pending()).isEqualTo(1);
  }

  @Test
  void onePeerCannotTakeTheSeatsOfOthers() {
    PendingBudget budget = new PendingBudget(3, 2);
    PendingBudget.Seats first = budget.enter(peer(1));
    assertThat(first).isNotNull();
    assertThat(budget.enter(peer(1))).isNotNull();
    assertThat(budget.enter(peer(1))).isNull();
    assertThat(budget.enter(peer(2))).isNotNull();
    assertThat(budget.enter(peer(3))).isNull();
    assertThat(budget.pending()).isEqualTo(3);
    first.leave();
    assertThat(budget.enter(peer(1))).isNotNull();
    assertThat(budget.pending()).isEqualTo(3);
  }

  @Test
  void aFloodOfPeersIsForgotten() {
    PendingBudget budget = new PendingBudget(100_000, 1);
    List<PendingBudget.Seats> taken = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      taken.add(budget.enter(peer(i)));
    }
    assertThat(budget.peers()).isEqualTo(5_000);
    taken.forEach(PendingBudget.Seats::leave);
    assertThat(budget.pending()).isZero();
    assertThat(budget.peers()).isLessThanOrEqualTo(1024);
    assertThat(budget.enter(peer(4_999))).isNotNull();
  }

  @Test
  void loopsThatCompeteNeitherLoseNorInventSeats() throws InterruptedException {
    PendingBudget budget = new PendingBudget(6, 3);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch go = new CountDownLatch(1);
    List<Thread> loops = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      int seed = t;
      loops.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    await(go);
                    for (int i = 0; i < 20_000; i++) {
                      PendingBudget.Seats seat = budget.enter(peer((i + seed) % 2));
                      if (seat != null) {
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        inside.decrementAndGet();
                        seat.leave();
                      }
                    }
                  }));
    }
    go.countDown();
    for (Thread loop : loops) {
      loop.join();
    }
    assertThat(budget.pending()).isZero();
    assertThat(most.get()).isBetween(1, 6);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
