package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.mqtt.packet.MqttPacket.Puback;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Suback;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Two clients who have nothing to do with what happens around them: one publishes at QoS 1, the
 * other gets every message, in order; the longest way of one is kept.
 */
final class Bystanders implements AutoCloseable {
  private final RawClient publisher;
  private final RawClient subscriber;
  private final Thread thread;
  private volatile boolean stopping;
  private volatile int delivered;
  private final List<Long> nanos = Collections.synchronizedList(new ArrayList<>());
  private volatile @Nullable Throwable failure;

  private Bystanders(RawClient publisher, RawClient subscriber) {
    this.publisher = publisher;
    this.subscriber = subscriber;
    this.thread = Thread.ofPlatform().daemon().name("bystanders").unstarted(this::run);
  }

  static Bystanders start(int port) {
    RawClient subscriber = RawClient.connected(port, MqttVersion.V5, "bystander-subscriber");
    subscriber.send(
        new Subscribe(
            1, List.of(new Subscribe.Request("bystander", 1, false, false, 0)), Properties.NONE));
    subscriber.receive(Suback.class);
    Bystanders bystanders =
        new Bystanders(
            RawClient.connected(port, MqttVersion.V5, "bystander-publisher"), subscriber);
    bystanders.thread.start();
    return bystanders;
  }

  private void run() {
    try {
      for (int i = 0; !stopping; i++) {
        long begin = System.nanoTime();
        byte[] number = ByteBuffer.allocate(4).putInt(i).array();
        int id = i % 1000 + 1;
        publisher.send(new Publish("bystander", 1, false, false, id, number, Properties.NONE));
        Publish got = subscriber.receive(Publish.class);
        if (ByteBuffer.wrap(got.payload()).getInt() != i) {
          throw new AssertionError("not message " + i + ": " + got);
        }
        subscriber.send(new Puback(got.packetId(), ReasonCode.SUCCESS, Properties.NONE));
        publisher.receive(Puback.class);
        delivered = i + 1;
        nanos.add(System.nanoTime() - begin);
      }
    } catch (Throwable e) {
      failure = e;
    }
  }

  int delivered() {
    return delivered;
  }

  boolean hasFailed() {
    return failure != null;
  }

  /**
   * Fails if one was not served at all, if more than one of twenty took longer, or if one took five
   * times as long: a single pause of a shared machine is not the broker's.
   */
  void insistOnBeingServedWithin(long millis) {
    if (failure != null) {
      throw new AssertionError("bystanders were disturbed at message " + delivered, failure);
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
    stopping = true;
    try {
      thread.join(20_000);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    publisher.close();
    subscriber.close();
  }
}
