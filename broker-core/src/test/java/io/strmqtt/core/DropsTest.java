package io.strmqtt.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.strmqtt.api.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DropsTest {
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final Counters counters = new Counters();
  private final List<String> lines = new ArrayList<>();
  private final Drops drops = new Drops(counters, loop(), lines::add);

  private EventLoop loop() {
    channel.freezeTime();
    return channel.eventLoop();
  }

  private void aMinutePasses() {
    channel.advanceTimeBy(60, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
  }

  private static String line(String clientId, Reason reason, int messages) {
    return "event=messages_dropped client_id=%s reason=%s messages=%d text=\"%s\""
        .formatted(clientId, reason, messages, reason.text());
  }

  @Test
  void theFirstOfASessionIsNamedAndThenOnceAMinuteHowMany() {
    drops.dropped("a", Reason.QUEUE_FULL, 1);
    drops.dropped("a", Reason.QUEUE_FULL, 1);
    drops.dropped("a", Reason.QUEUE_FULL, 5);
    drops.dropped("a", Reason.STORE_FULL, 2);
    assertThat(lines)
        .containsExactly(line("a", Reason.QUEUE_FULL, 1), line("a", Reason.STORE_FULL, 2));

    lines.clear();
    aMinutePasses();
    assertThat(lines).containsExactly(line("a", Reason.QUEUE_FULL, 6));

    lines.clear();
    drops.dropped("a", Reason.STORE_FULL, 1); // Forgotten: it had none for a minute.
    assertThat(lines).containsExactly(line("a", Reason.STORE_FULL, 1));
    aMinutePasses();
    aMinutePasses();
    assertThat(lines).hasSize(1);
    assertThat(counters.get(Reason.QUEUE_FULL)).isEqualTo(7);
    assertThat(counters.get(Reason.STORE_FULL)).isEqualTo(3);
  }

  @Test
  void manySessionsAreSummedUp() {
    for (int i = 0; i < 5_000; i++) {
      drops.dropped("c" + i, Reason.QUEUE_FULL, 1);
    }
    assertThat(lines).hasSize(Drops.MOST_KEYS + 1);
    lines.clear();
    aMinutePasses();
    assertThat(lines).hasSize(1);
    assertThat(lines.getFirst())
        .startsWith("event=messages_dropped_many reason=QUEUE_FULL messages=3999 ");
  }

  @Test
  void whatNobodyMissesIsCountedOnly() {
    drops.dropped("a", Reason.QOS0_OFFLINE, 1);
    drops.dropped("a", Reason.MESSAGE_EXPIRED, 3);
    assertThat(lines).isEmpty();
    assertThat(counters.get(Reason.MESSAGE_EXPIRED)).isEqualTo(3);
  }
}
