package io.strmqtt.bench.load;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Disconnect;
import io.strmqtt.mqtt.packet.MqttPacket.Puback;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Suback;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Measures the store of a running broker, which needs {@code mqtt.max_queued_messages} and {@code
 * max_queued_bytes} large enough for what is to wait:
 *
 * <ul>
 *   <li>{@code publish PORT PUBLISHERS WINDOW SECONDS}: messages of 100 bytes for one session that
 *       is away, acknowledged when they are stored
 *   <li>{@code fill PORT MESSAGES}: so many for the same session
 *   <li>{@code drain PORT MESSAGES}: takes them out
 *   <li>{@code sessions PORT COUNT}: sessions with one subscription each, all away
 *   <li>{@code commands PORT COUNT}: a message for each of so many of those sessions
 * </ul>
 */
public final class StoreLoad {
  private static final long NEVER = 0xFFFF_FFFFL;
  private static final int PAYLOAD = 100;
  private static final int AT_A_TIME = 200;
  private static final int WARM_UP_SECONDS = 3;

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final int port;

  private StoreLoad(int port) {
    this.port = port;
  }

  public static void main(String[] args) throws Exception {
    if (args.length < 3) {
      System.err.println("usage: publish PORT PUBLISHERS WINDOW SECONDS");
      System.err.println("       fill|drain PORT MESSAGES | sessions|commands PORT COUNT");
      System.exit(2);
    }
    StoreLoad load = new StoreLoad(Integer.parseInt(args[1]));
    int count = Integer.parseInt(args[2]);
    switch (args[0]) {
      case "publish" -> load.publish(count, Integer.parseInt(args[3]), Integer.parseInt(args[4]));
      case "fill" -> load.fill(count);
      case "drain" -> load.drain(count);
      case "sessions" -> load.sessions(count);
      case "commands" -> load.commands(count);
      default -> throw new IllegalArgumentException(args[0]);
    }
    System.exit(0); // Clients may still be connected.
  }

  static void fail(Throwable cause) {
    System.err.println("The load ended: " + cause);
    System.exit(1);
  }

  private void publish(int publishers, int window, int seconds) throws Exception {
    leaveSession("load-sink", "load/#");
    Publishers all = new Publishers(publishers, window, PAYLOAD);
    for (int n = 0; n < publishers; n++) {
      Client.open(group, port, "load-" + n, all.newRole("load/" + n));
    }
    all.awaitConnected();
    TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
    onLoop(all::begin);
    long begun = System.nanoTime();
    TimeUnit.SECONDS.sleep(seconds);
    onLoop(all::end);
    double took = (System.nanoTime() - begun) / 1e9;
    onLoop(
        () ->
            System.out.printf(
                Locale.ROOT,
                "publishers=%d window=%d acknowledged_per_s=%.0f p50_us=%d p99_us=%d%n",
                publishers,
                window,
                all.acknowledged() / took,
                all.micros(0.5),
                all.micros(0.99)));
  }

  private void fill(int messages) throws Exception {
    leaveSession("load-sink", "load/#");
    int publishers = 10;
    Publishers all = new Publishers(publishers, 500, PAYLOAD);
    all.atMost(messages);
    long begun = System.nanoTime();
    for (int n = 0; n < publishers; n++) {
      Client.open(group, port, "load-" + n, all.newRole("load/" + n));
    }
    awaitAcknowledged(all, messages);
    report("filled", messages, begun);
  }

  private void commands(int sessions) throws Exception {
    Publishers all = new Publishers(1, 500, PAYLOAD);
    all.atMost(sessions);
    long begun = System.nanoTime();
    Client.open(group, port, "load-0", all.newRole(StoreLoad::commandsOf));
    awaitAcknowledged(all, sessions);
    report("commands", sessions, begun);
  }

  private static String commandsOf(long device) {
    return "devices/" + device + "/commands";
  }

  private void awaitAcknowledged(Publishers all, int messages) throws Exception {
    AtomicLong acknowledged = new AtomicLong();
    while (acknowledged.get() < messages) {
      TimeUnit.MILLISECONDS.sleep(10);
      onLoop(() -> acknowledged.set(all.acknowledged()));
    }
  }

  private void drain(int messages) throws Exception {
    CountDownLatch left = new CountDownLatch(messages);
    long begun = System.nanoTime();
    Client.open(
        group,
        port,
        "load-sink",
        new Client.Role() {
          @Override
          public void connected(Client client) {
            client.connect(false, NEVER);
          }

          @Override
          public void received(Client client, MqttPacket packet) {
            switch (packet) {
              case Connack connack when connack.sessionPresent() -> {}
              case Publish publish -> {
                client.send(new Puback(publish.packetId(), ReasonCode.SUCCESS, Properties.NONE));
                left.countDown();
              }
              default -> throw new IllegalStateException("unexpected " + packet);
            }
          }
        });
    left.await();
    report("drained", messages, begun);
    TimeUnit.SECONDS.sleep(1); // The last acknowledgements are on their way.
  }

  private void sessions(int count) throws Exception {
    long begun = System.nanoTime();
    AtomicLong next = new AtomicLong();
    CountDownLatch left = new CountDownLatch(count);
    for (int n = 0; n < AT_A_TIME; n++) {
      openNext(next, count, left);
    }
    left.await();
    report("sessions", count, begun);
  }

  private void openNext(AtomicLong next, int count, CountDownLatch left) {
    long n = next.getAndIncrement();
    if (n < count) {
      Client.open(
          group,
          port,
          "device-" + n,
          new Leaving(
              commandsOf(n),
              () -> {
                left.countDown();
                openNext(next, count, left);
              }));
    }
  }

  private void leaveSession(String id, String filter) throws Exception {
    CountDownLatch left = new CountDownLatch(1);
    Client.open(group, port, id, new Leaving(filter, left::countDown));
    left.await();
  }

  private void onLoop(Runnable task) throws Exception {
    CompletableFuture.runAsync(task, group.next()).get();
  }

  private static void report(String what, int count, long begun) {
    double took = (System.nanoTime() - begun) / 1e9;
    System.out.printf(
        Locale.ROOT, "%s=%d seconds=%.2f per_s=%.0f%n", what, count, took, count / took);
  }

  /** Makes a session that never expires, subscribes, and leaves. */
  private record Leaving(String filter, Runnable then) implements Client.Role {
    @Override
    public void connected(Client client) {
      client.connect(true, NEVER);
      client.send(
          new Subscribe(
              1, List.of(new Subscribe.Request(filter, 1, false, false, 0)), Properties.NONE));
    }

    @Override
    public void received(Client client, MqttPacket packet) {
      switch (packet) {
        case Connack connack when !connack.code().isError() -> {}
        case Suback suback when !suback.codes().getFirst().isError() ->
            client.send(new Disconnect(ReasonCode.SUCCESS, Properties.NONE));
        default -> throw new IllegalStateException("unexpected " + packet);
      }
    }

    @Override
    public void closed(Client client) {
      then.run();
    }
  }
}
