package io.strmqtt.core.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.strmqtt.core.engine.SimulatedLoops;
import io.strmqtt.core.session.PendingBytes;
import io.strmqtt.core.session.Shards;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AckOrderTest {
  private final SimulatedLoops loops = new SimulatedLoops(2, 1);
  private final EventLoop loop = loops.loop(0);
  private final List<String> written = new ArrayList<>();
  private int flushes;
  private final AckOrder acks =
      new AckOrder(
          new Shards(loops.group(), loops.time()::nanoTime, new PendingBytes(1)).of(loop),
          true,
          (pending, code) -> {
            assertThat(loop.inEventLoop()).isTrue();
            written.add(pending.packetId + ":" + code);
          },
          () -> flushes++);

  @Test
  void anAnswerWaitsForThoseBeforeIt() {
    AckOrder.Pending one = acks.expect(1, 1);
    AckOrder.Pending two = acks.expect(2, 2);
    AckOrder.Pending three = acks.expect(3, 1);
    assertThat(acks.isPending(2)).isTrue();
    three.done(3);
    loops.settle();
    assertThat(written).isEmpty();
    one.done(1);
    loops.settle();
    assertThat(written).containsExactly("1:SUCCESS");
    two.done(0);
    loops.settle();
    assertThat(written)
        .containsExactly("1:SUCCESS", "2:NO_MATCHING_SUBSCRIBERS", "3:SUCCESS"); // 4.6.0-2, 4.6.0-3
    assertThat(acks.isPending(2)).isFalse();
  }

  @Test
  void whatIsDecidedTogetherLeavesTogether() {
    List<AckOrder.Pending> open = new ArrayList<>();
    for (int i = 1; i <= 100; i++) {
      open.add(acks.expect(i, 1));
    }
    open.forEach(each -> each.done(1));
    loops.settle();
    assertThat(written).hasSize(100);
    assertThat(flushes).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void whateverTheOrderOfCompletionTheOrderOfAnswersIsKept(long seed) {
    Random random = new Random(seed);
    List<AckOrder.Pending> open = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    for (int i = 1; i <= 200; i++) {
      open.add(acks.expect(i, 1 + i % 2));
      expected.add(i + (i % 3 == 0 ? ":QUOTA_EXCEEDED" : ":SUCCESS"));
    }
    Collections.shuffle(open, random);
    for (AckOrder.Pending each : open) {
      Runnable answer =
          each.packetId % 3 == 0
              ? () -> assertThat(each.refuse()).isTrue()
              : () -> each.done(each.packetId);
      if (random.nextBoolean()) {
        loops.loop(random.nextInt(2)).execute(answer);
      } else {
        answer.run();
      }
      if (random.nextInt(5) == 0) {
        loops.settle();
      }
    }
    loops.settle();
    assertThat(written).isEqualTo(expected);
  }
}
