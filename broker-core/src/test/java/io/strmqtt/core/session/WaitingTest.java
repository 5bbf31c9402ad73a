package io.strmqtt.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Message;
import io.strmqtt.core.Limits;
import io.strmqtt.core.routing.Delivery;
import io.strmqtt.core.routing.Publication;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class WaitingTest {
  private long now = 1_000_000;
  private final Clock clock = Clock.fixed(Instant.ofEpochMilli(1_000), ZoneOffset.UTC);
  private final PendingBytes all = new PendingBytes(10_000);

  private Waiting waiting(int messages, long bytes) {
    Duration second = Duration.ofSeconds(1);
    Limits limits =
        new Limits(
            1, 1, 1, second, 128, 128, 2, 1, 1, messages, bytes, 10_000, 0, 1, 1, 0, 0, true, true,
            true, second, 1, true, true, 0, false, "", false, 128, 1024, 1024);
    return new Waiting(limits, all, () -> now, clock);
  }

  private static Delivery delivery(int payload) {
    return new Delivery(
        new Publication(
            new Message("t", new byte[payload], 1, false, Message.Properties.NONE, 0, "p")),
        1,
        false,
        new int[0],
        null);
  }

  @Test
  void nothingEntersAboveTheBoundOfMessages() {
    Waiting waiting = waiting(3, 1 << 20);
    Delivery each = delivery(10);
    for (int i = 0; i < 3; i++) {
      assertThat(waiting.enter(each)).isTrue();
    }
    assertThat(waiting.enter(each)).isFalse();
    assertThat(waiting.messages()).isEqualTo(3);
    assertThat(waiting.refused()).isEqualTo(1);
    waiting.leave(each);
    assertThat(waiting.enter(each)).isTrue();
  }

  @Test
  void nothingEntersAboveTheBoundOfBytesButOneLargeMessageAlone() {
    Waiting waiting = waiting(100, 1000);
    Delivery large = delivery(5000);
    assertThat(waiting.enter(large)).isTrue();
    assertThat(waiting.enter(delivery(1))).isFalse();
    waiting.leave(large);
    assertThat(waiting.enter(delivery(400))).isTrue();
    assertThat(waiting.enter(delivery(600))).isFalse();
  }

  @Test
  void retainedMessagesAreInNoBound() {
    Waiting waiting = waiting(1, 1000);
    for (int i = 0; i < 5; i++) {
      waiting.enterRetained(5000);
    }
    assertThat(waiting.messages()).isEqualTo(5);
    Delivery live = delivery(10);
    assertThat(waiting.asksToSlowDown()).isFalse();
    assertThat(waiting.enter(live)).isTrue();
    assertThat(waiting.enter(live)).isFalse();
    waiting.leaveRetained(5000);
    assertThat(waiting.enter(live)).isFalse();
    waiting.leave(live);
    assertThat(waiting.enter(live)).isTrue();
  }

  @Test
  void publishersAreHeldBackFromHalfOfTheBoundUntilAQuarterIsLeft() {
    Waiting waiting = waiting(8, 1 << 20);
    Delivery each = delivery(10);
    for (int i = 0; i < 4; i++) {
      waiting.enter(each);
      assertThat(waiting.asksToSlowDown()).isFalse();
    }
    waiting.enter(each);
    assertThat(waiting.asksToSlowDown()).isTrue();
    waiting.leave(each);
    waiting.leave(each);
    waiting.relax();
    assertThat(waiting.isHoldingBack()).as("three of eight are left").isTrue();
    waiting.leave(each);
    waiting.relax();
    assertThat(waiting.isHoldingBack()).isFalse();
  }

  @Test
  void aSessionThatStaysSlowHoldsNobodyBackAfterTenSeconds() {
    Waiting waiting = waiting(8, 1 << 20);
    Delivery each = delivery(10);
    for (int i = 0; i < 5; i++) {
      waiting.enter(each);
    }
    assertThat(waiting.asksToSlowDown()).isTrue();
    now += Duration.ofSeconds(9).toNanos();
    assertThat(waiting.isHoldingBack()).isTrue();
    now += Duration.ofSeconds(1).toNanos();
    assertThat(waiting.isHoldingBack()).isFalse();
    assertThat(waiting.asksToSlowDown()).isFalse();
    waiting.leave(each);
    waiting.leave(each);
    waiting.leave(each);
    waiting.relax();
    for (int i = 0; i < 3; i++) {
      waiting.enter(each);
    }
    assertThat(waiting.asksToSlowDown()).as("a new start once it has caught up").isTrue();
  }

  @Test
  void oneThatHasTakenNothingForTenSecondsHoldsNobodyBackWhenItComesToTheLevel() {
    Waiting waiting = waiting(10, 1 << 20);
    Delivery each = delivery(10);
    waiting.lag(true, 0);
    now += Duration.ofSeconds(11).toNanos();
    for (int i = 0; i < 7; i++) {
      waiting.enter(each);
    }
    assertThat(waiting.asksToSlowDown()).isFalse();

    Waiting taking = waiting(10, 1 << 20);
    taking.lag(true, 0);
    now += Duration.ofSeconds(11).toNanos();
    taking.lag(true, 1 << 20);
    for (int i = 0; i < 7; i++) {
      taking.enter(each);
    }
    assertThat(taking.asksToSlowDown()).isTrue();
  }

  @Test
  void aBodyThatWaitsForSeveralSessionsIsInTheSumOnce() {
    Delivery large = delivery(5_000);
    Held one = new Held(all);
    Held two = new Held(all);
    one.take(large);
    two.take(large);
    one.report(0);
    two.report(0);
    assertThat(all.sum()).isBetween(5_000L, 5_500L);
    one.letGo(large);
    one.report(0);
    assertThat(all.sum()).isBetween(5_000L, 5_300L);
    two.letGo(large);
    two.report(7);
    assertThat(all.sum()).isEqualTo(7);
    two.report(0);
    assertThat(all.sum()).isZero();
  }

  @Test
  void whileTooMuchWaitsForAllOnlyOneThatLagsHoldsItsPublishersBack() {
    Waiting slow = waiting(100, 1 << 20);
    Waiting fast = waiting(100, 1 << 20);
    slow.lag(true, 0);
    assertThat(slow.asksToSlowDown()).isFalse();
    all.add(10_001, 0);
    all.evaluate();
    assertThat(slow.asksToSlowDown()).isTrue();
    assertThat(slow.isHoldingBack()).isTrue();
    assertThat(fast.asksToSlowDown()).isFalse();
    assertThat(slow.hasNoRoomForQos0()).as("not before memory is short").isFalse();
    all.add(5_000, 0);
    all.evaluate();
    assertThat(slow.hasNoRoomForQos0()).isTrue();
    assertThat(fast.hasNoRoomForQos0()).isFalse();
    slow.lag(false, 0);
    assertThat(slow.isHoldingBack()).isFalse();
  }

  @Test
  void oneThatLagsHoldsItsPublishersBackForTenSecondsUnlessItTakesSomething() {
    all.add(10_001, 0);
    all.evaluate();
    Waiting trickle = waiting(100, 1 << 20);
    Waiting steady = waiting(100, 1 << 20);
    for (int second = 0; second <= 12; second++) {
      trickle.lag(true, second * 100L);
      steady.lag(true, second * 100_000L);
      assertThat(trickle.isHoldingBack()).as("second " + second).isEqualTo(second < 10);
      assertThat(steady.isHoldingBack()).isTrue();
      now += Duration.ofSeconds(1).toNanos();
    }
  }

  @Test
  void theBrokerIsFullAboveTheMarkUntilAQuarterHasDrained() {
    all.add(5_001, 5_000);
    all.evaluate();
    assertThat(all.isOver()).isTrue();
    all.add(-2_000, 0);
    all.evaluate();
    assertThat(all.isOver()).isTrue();
    all.add(0, -600);
    all.evaluate();
    assertThat(all.isOver()).isFalse();
    all.add(2_000, 0);
    all.evaluate();
    assertThat(all.isOver()).isFalse();
  }
}
