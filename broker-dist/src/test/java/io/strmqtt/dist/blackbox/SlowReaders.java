package io.strmqtt.dist.blackbox;

import io.strmqtt.mqtt.packet.MqttPacket.Suback;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Subscribers at QoS 0 that read so many bytes in each slice of time; all on one thread. */
final class SlowReaders implements AutoCloseable {
  private static final int SLICE_MILLIS = 20;
  private static final int SOCKET_BUFFER = 64 * 1024;

  private final List<Client> clients = new ArrayList<>();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(256 * 1024);
  private final ScheduledExecutorService slices =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());
  private volatile int bytesPerSlice;

  private static final class Client {
    final SocketChannel channel;
    volatile long bytes;
    volatile boolean ended;

    Client(SocketChannel channel) {
      this.channel = channel;
    }
  }

  /**
   * Connects one subscriber for each filter, and begins.
   *
   * @param name what client ids begin with
   * @param bytesPerSecond what each of them reads
   */
  static SlowReaders start(int port, String name, List<String> filters, int bytesPerSecond) {
    SlowReaders readers = new SlowReaders();
    readers.pace(bytesPerSecond);
    try {
      for (String filter : filters) {
        readers.add(port, name, filter);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var unused =
        readers.slices.scheduleAtFixedRate(
            readers::slice, SLICE_MILLIS, SLICE_MILLIS, TimeUnit.MILLISECONDS);
    return readers;
  }

  private void add(int port, String name, String filter) throws IOException {
    SocketChannel channel = SocketChannel.open();
    channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER);
    channel.connect(new InetSocketAddress("127.0.0.1", port));
    RawClient client = RawClient.over(channel.socket(), MqttVersion.V3_1_1);
    client.connect(name + "-" + clients.size(), true, Properties.NONE);
    client.send(
        new Subscribe(
            1, List.of(new Subscribe.Request(filter, 0, false, false, 0)), Properties.NONE));
    client.receive(Suback.class);
    channel.configureBlocking(false);
    clients.add(new Client(channel));
  }

  /** Changes how much each reads; 0 for nothing at all. */
  void pace(int bytesPerSecond) {
    bytesPerSlice = (int) ((long) bytesPerSecond * SLICE_MILLIS / 1000);
  }

  /** Reads on as fast as it goes. */
  void hurry() {
    bytesPerSlice = Integer.MAX_VALUE;
  }

  private void slice() {
    for (Client client : clients) {
      int budget = bytesPerSlice;
      try {
        int n = 1;
        while (budget > 0 && n > 0 && !client.ended) {
          buffer.clear().limit(Math.min(budget, buffer.capacity()));
          n = client.channel.read(buffer);
          if (n > 0) {
            client.bytes += n;
            budget -= n;
          } else if (n < 0) {
            client.ended = true;
          }
        }
      } catch (IOException e) {
        client.ended = true;
      }
    }
  }

  /** All that came behind SUBACK. */
  long bytes() {
    return clients.stream().mapToLong(c -> c.bytes).sum();
  }

  /** Whether all connections have ended. */
  boolean ended() {
    return clients.stream().allMatch(c -> c.ended);
  }

  @Override
  public void close() {
    slices.shutdownNow();
    for (Client client : clients) {
      try {
        client.channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
