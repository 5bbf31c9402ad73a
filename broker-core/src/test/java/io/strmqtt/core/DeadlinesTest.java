package io.strmqtt.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.core.engine.SimulatedLoops;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeadlinesTest {
  private static final long TICK = Duration.ofMillis(250).toNanos();

  /** What one action takes of the simulated time. */
  private static final long COST = Duration.ofNanos(50_000).toNanos();

  private final SimulatedLoops loops = new SimulatedLoops(1, 1);
  private final Deadlines deadlines = new Deadlines(loops.loop(0), loops.time()::nanoTime);
  private final List<String> fired = new ArrayList<>();

  private Deadlines.Entry entry(String name) {
    return new Deadlines.Entry(() -> fired.add(name));
  }

  private void onLoop(Runnable task) {
    loops.loop(0).execute(task);
    loops.settle();
  }

  private void set(Deadlines.Entry entry, Duration in) {
    onLoop(() -> deadlines.set(entry, in.toNanos()));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 249, 250, 251, 1_000, 127_999, 128_000, 128_001, 3_600_000})
  void aDeadlineFiresOnceNeverEarlyAndAtMostTwoTicksLate(long millis) {
    loops.pass(Duration.ofMillis(77));
    long setAt = loops.time().nanoTime();
    long[] firedAt = {-1};
    Deadlines.Entry entry =
        new Deadlines.Entry(
            () -> {
              fired.add("x");
              firedAt[0] = loops.time().nanoTime();
            });
    set(entry, Duration.ofMillis(millis));
    assertThat(entry.isSet()).isTrue();
    loops.pass(Duration.ofMillis(millis).plusHours(1));

    assertThat(fired).containsExactly("x");
    assertThat(firedAt[0] - setAt)
        .isBetween(
            Duration.ofMillis(millis).toNanos(), Duration.ofMillis(millis).toNanos() + 2 * TICK);
    assertThat(entry.isSet()).isFalse();
  }

  @Test
  void aDeadlineIsMovedByBeingSetAgain() {
    Deadlines.Entry entry = entry("x");
    set(entry, Duration.ofSeconds(1));
    for (int i = 0; i < 10; i++) {
      loops.pass(Duration.ofMillis(900));
      set(entry, Duration.ofSeconds(1));
    }
    assertThat(fired).isEmpty();
    loops.pass(Duration.ofSeconds(2));
    assertThat(fired).hasSize(1);
  }

  @Test
  void aCancelledDeadlineDoesNotFireAndMayBeCancelledTwice() {
    Deadlines.Entry entry = entry("x");
    set(entry, Duration.ofSeconds(1));
    onLoop(() -> deadlines.cancel(entry));
    onLoop(() -> deadlines.cancel(entry));
    loops.pass(Duration.ofSeconds(5));
    assertThat(fired).isEmpty();

    set(entry, Duration.ofSeconds(1));
    loops.pass(Duration.ofSeconds(5));
    assertThat(fired).hasSize(1);
  }

  @Test
  void anActionMaySetItselfAndCancelItsNeighbour() {
    Deadlines.Entry neighbour = entry("neighbour");
    Deadlines.Entry[] self = new Deadlines.Entry[1];
    self[0] =
        new Deadlines.Entry(
            () -> {
              fired.add("self");
              deadlines.cancel(neighbour);
              if (fired.size() < 3) {
                deadlines.set(self[0], Duration.ofSeconds(128).toNanos());
              }
            });
    set(self[0], Duration.ofSeconds(1));
    set(neighbour, Duration.ofSeconds(1));
    loops.pass(Duration.ofMinutes(20));
    assertThat(fired).containsExactly("self", "self", "self");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void anyMixOfSettingsAndCancellationsFiresWhatIsDueInTime(long seed) {
    Random random = new Random(seed);
    int n = 200;
    long[] due = new long[n];
    Arrays.fill(due, -1);
    boolean[] wrong = {false};
    Deadlines.Entry[] entries = new Deadlines.Entry[n];
    for (int i = 0; i < n; i++) {
      int at = i;
      entries[i] =
          new Deadlines.Entry(
              () -> {
                long late = loops.time().nanoTime() - due[at];
                wrong[0] |= due[at] < 0 || late < 0 || late > 2 * TICK;
                due[at] = -1;
              });
    }
    for (int step = 0; step < 3000; step++) {
      int at = random.nextInt(n);
      if (random.nextInt(4) == 0) {
        onLoop(() -> deadlines.cancel(entries[at]));
        due[at] = -1;
      } else {
        Duration in = Duration.ofMillis(random.nextInt(300_000));
        set(entries[at], in);
        due[at] = loops.time().nanoTime() + in.toNanos();
      }
      loops.pass(Duration.ofMillis(random.nextInt(600)));
    }
    loops.pass(Duration.ofSeconds(400));
    assertThat(wrong[0]).isFalse();
    assertThat(due).containsOnly(-1);
  }

  @Test
  void thousandsThatFallDueTogetherLetOthersHaveTheirTurnBetween() {
    int n = 10_000;
    List<Integer> order = new ArrayList<>();
    List<Integer> firedBefore = new ArrayList<>();
    long begun = loops.time().nanoTime();
    for (int i = 0; i < n; i++) {
      int number = i;
      set(
          new Deadlines.Entry(
              () -> {
                order.add(number);
                loops.time().advanceTo(loops.time().nanoTime() + COST);
                if (number % 100 == 0) {
                  loops.loop(0).execute(() -> firedBefore.add(order.size()));
                }
              }),
          Duration.ofSeconds(1));
    }
    loops.pass(Duration.ofSeconds(10));

    assertThat(order).hasSize(n).isSorted();
    assertThat(loops.time().nanoTime() - begun).isGreaterThan(TICK);
    for (int i = 0; i < firedBefore.size(); i++) {
      // Asked for in the middle of a turn: at most what a millisecond allows has fired before.
      assertThat(firedBefore.get(i) - i * 100).isBetween(1, 21);
    }
  }

  @Test
  void nobodyIsLookedAtTwiceAlthoughManyAreDueAndManyAreNot() {
    long[] asked = {0};
    Deadlines counted =
        new Deadlines(
            loops.loop(0),
            () -> {
              asked[0]++;
              return loops.time().nanoTime();
            });
    int n = 20_000;
    for (int i = 0; i < n; i++) {
      // Both fall into the same slot of the wheel, which has 512.
      Duration in = i % 2 == 0 ? Duration.ofSeconds(1) : Duration.ofSeconds(1 + 128);
      onLoop(() -> counted.set(entry("x"), in.toNanos()));
    }
    asked[0] = 0;
    loops.pass(Duration.ofSeconds(2));

    assertThat(fired).hasSize(n / 2);
    assertThat(asked[0])
        .as("looks at the clock, one for each that fires or 64 that do not")
        .isLessThan(n);
  }

  @Test
  void whatIsCancelledOrMovedWhileTurnsGoOnDoesNotFire() {
    Deadlines.Entry[] entries = new Deadlines.Entry[1000];
    for (int i = 0; i < entries.length; i++) {
      int number = i;
      entries[i] =
          new Deadlines.Entry(
              () -> {
                fired.add("" + number);
                loops.time().advanceTo(loops.time().nanoTime() + COST);
                if (number == 50) {
                  loops
                      .loop(0)
                      .execute(
                          () -> {
                            for (int later = 500; later < 750; later++) {
                              deadlines.cancel(entries[later]);
                            }
                            for (int later = 750; later < 1000; later++) {
                              deadlines.set(entries[later], Duration.ofHours(1).toNanos());
                            }
                          });
                }
              });
      set(entries[i], Duration.ofSeconds(1));
    }
    loops.pass(Duration.ofMinutes(1));
    assertThat(fired).hasSize(500);
    loops.pass(Duration.ofHours(2));
    assertThat(fired).hasSize(750);
  }
}
