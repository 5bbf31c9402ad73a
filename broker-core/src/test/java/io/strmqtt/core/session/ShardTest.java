package io.strmqtt.core.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.strmqtt.core.engine.SimulatedLoops;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShardTest {
  private static final int PAUSED = 10_000;

  private final SimulatedLoops loops = new SimulatedLoops(1, 1);
  private final EventLoop loop = loops.loop(0);
  private final Shard shard =
      new Shard(loop, loops.time()::nanoTime, new PendingBytes(1024 * 1024));

  private void take(Duration time) {
    loops.time().advanceTo(loops.time().nanoTime() + time.toNanos());
  }

  @Test
  void whatOtherThreadsBringAfterTheLoopsEndIsNobodys() {
    EventLoop ended = new DefaultEventLoop();
    Shard late = new Shard(ended, System::nanoTime, new PendingBytes(1024 * 1024));
    List<String> ran = new ArrayList<>();
    late.close();
    ended.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();

    late.execute(() -> ran.add("callback"));

    assertThat(ran).isEmpty();
  }

  @Test
  void aLoopThatEndsByItselfIsAnErrorThatIsSeen() {
    EventLoop ended = new DefaultEventLoop();
    Shard open = new Shard(ended, System::nanoTime, new PendingBytes(1024 * 1024));
    ended.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();

    assertThatThrownBy(() -> open.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
  }

  @Test
  void thousandsThatReadOnTogetherDoSoInOrderAndInTurnsThatLetOthersIn() {
    List<Integer> resumed = new ArrayList<>();
    boolean[] may = {false};
    List<Integer> atTurn = new ArrayList<>();
    loop.execute(
        () -> {
          for (int i = 0; i < PAUSED; i++) {
            int number = i;
            shard.pause(
                () -> may[0],
                () -> {
                  resumed.add(number);
                  take(Duration.ofNanos(50_000));
                  if (number % 1000 == 0) {
                    loop.execute(() -> atTurn.add(resumed.size()));
                  }
                });
          }
        });
    loops.pass(Duration.ofMillis(100));
    assertThat(resumed).isEmpty();

    may[0] = true;
    loops.pass(Duration.ofSeconds(5));

    assertThat(resumed).containsExactlyElementsOf(IntStream.range(0, PAUSED).boxed().toList());
    for (int i = 0; i < atTurn.size(); i++) {
      assertThat(atTurn.get(i) - i * 1000).as("resumed before others had a turn").isBetween(1, 21);
    }
  }

  @Test
  void oneThatPausesAgainWhileItReadsOnWaitsForTheNextRound() {
    List<String> resumed = new ArrayList<>();
    Runnable[] again = new Runnable[1];
    again[0] =
        () -> {
          resumed.add("again");
          if (resumed.size() < 4) {
            shard.pause(() -> true, again[0]);
          }
        };
    loop.execute(() -> shard.pause(() -> true, again[0]));
    loop.execute(() -> shard.pause(() -> true, () -> resumed.add("other")));
    loops.pass(Duration.ofSeconds(1));
    assertThat(resumed).containsExactly("again", "other", "again", "again");
  }

  @Test
  void oneThatCannotBeAskedDoesNotKeepTheOthersWaiting() {
    List<String> resumed = new ArrayList<>();
    loop.execute(
        () -> {
          shard.pause(
              () -> {
                throw new IllegalStateException("cannot say");
              },
              () -> {});
          shard.pause(() -> true, () -> resumed.add("other"));
        });
    loops.pass(Duration.ofSeconds(1));
    assertThat(resumed).containsExactly("other");
  }
}
