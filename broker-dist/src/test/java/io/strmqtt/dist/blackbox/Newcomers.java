package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.mqtt.packet.MqttPacket.Puback;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Suback;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One new client after another: connects, subscribes, publishes to itself at QoS 1, gets message
 * and acknowledgement, and leaves. How long each took is kept.
 */
final class Newcomers implements AutoCloseable {
  private final int port;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());
  private volatile int served;
  private final List<Long> nanos = Collections.synchronizedList(new ArrayList<>());
  private volatile @Nullable Throwable failure;

  private Newcomers(int port) {
    this.port = port;
  }

  static Newcomers start(int port) {
    Newcomers newcomers = new Newcomers(port);
    var unused =
        newcomers.timer.scheduleWithFixedDelay(newcomers::visit, 0, 100, TimeUnit.MILLISECONDS);
    return newcomers;
  }

  private void visit() {
    if (failure != null) {
      return;
    }
    long begin = System.nanoTime();
    try {
      String name = "newcomer-" + served;
      try (RawClient client = RawClient.connected(port, MqttVersion.V3_1_1, name)) {
        client.send(
            new Subscribe(
                1, List.of(new Subscribe.Request(name, 0, false, false, 0)), Properties.NONE));
        client.receive(Suback.class);
        client.send(new Publish(name, 1, false, false, 2, new byte[10], Properties.NONE));
        // The acknowledgement and the message itself, in any order.
        if (client.receive() instanceof Puback) {
          client.receive(Publish.class);
        } else {
          client.receive(Puback.class);
        }
      }
      served++;
      nanos.add(System.nanoTime() - begin);
    } catch (Throwable e) {
      failure = e;
    }
  }

  int served() {
    return served;
  }

  /**
   * Fails if one was not served at all, if more than one of twenty took longer, or if one took five
   * times as long: a single pause of a shared machine is not the broker's.
   */
  void insistOnBeingServedWithin(long millis) {
    if (failure != null) {
      throw new AssertionError("newcomer " + served + " was not served", failure);
    }
    List<Long> sorted;
    synchronized (nanos) {
      sorted = nanos.stream().map(TimeUnit.NANOSECONDS::toMillis).sorted().toList();
    }
    assertThat(sorted.get(sorted.size() * 19 / 20)).as("of %s", sorted).isLessThan(millis);
    assertThat(sorted.getLast()).as("of %s", sorted).isLessThan(5 * millis);
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
