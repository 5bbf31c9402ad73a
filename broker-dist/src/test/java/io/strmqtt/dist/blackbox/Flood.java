package io.strmqtt.dist.blackbox;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.strmqtt.mqtt.codec.MqttEncoder;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Clients that publish at QoS 0 as fast as their sockets take it; all on one thread. */
final class Flood implements AutoCloseable {
  private static final int CHUNK = 32 * 1024;
  private static final int SOCKET_BUFFER = 64 * 1024;

  private final Selector selector;
  private final List<Client> clients = new ArrayList<>();
  private final Thread thread;
  private volatile boolean stopping;

  private static final class Client {
    final SocketChannel channel;
    final ByteBuffer packets;
    final int size;
    volatile long written;

    Client(SocketChannel channel, byte[] packet) {
      this.channel = channel;
      this.size = packet.length;
      this.packets = ByteBuffer.allocateDirect(Math.max(1, CHUNK / size) * size);
      while (packets.hasRemaining()) {
        packets.put(packet);
      }
      packets.flip();
    }
  }

  private Flood(Selector selector) {
    this.selector = selector;
    this.thread = Thread.ofPlatform().daemon().name("flood").unstarted(this::run);
  }

  /**
   * Connects one client for each topic, and begins.
   *
   * @param payload bytes of each message
   */
  static Flood start(int port, List<String> topics, int payload) {
    try {
      Flood flood = new Flood(Selector.open());
      for (String topic : topics) {
        flood.add(port, topic, payload);
      }
      flood.thread.start();
      return flood;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void add(int port, String topic, int payload) throws IOException {
    SocketChannel channel = SocketChannel.open();
    channel.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER);
    channel.connect(new InetSocketAddress("127.0.0.1", port));
    RawClient.over(channel.socket(), MqttVersion.V3_1_1)
        .connect("publisher-" + clients.size(), true, Properties.NONE);
    channel.configureBlocking(false);
    Client client = new Client(channel, packet(topic, payload));
    clients.add(client);
    channel.register(selector, SelectionKey.OP_WRITE, client);
  }

  /** A PUBLISH at QoS 0, as its subscribers will get it, too. */
  static byte[] packet(String topic, int payload) {
    ByteBuf out = Unpooled.buffer();
    MqttEncoder.encode(
        new Publish(topic, 0, false, false, 0, new byte[payload], Properties.NONE),
        MqttVersion.V3_1_1,
        out);
    byte[] bytes = new byte[out.readableBytes()];
    out.readBytes(bytes);
    return bytes;
  }

  private void run() {
    try {
      int busy = clients.size();
      while (busy > 0) {
        selector.select(50);
        for (SelectionKey key : selector.keys()) {
          if (key.isValid() && (key.isWritable() || stopping)) {
            Client client = (Client) key.attachment();
            if (write(client)) {
              key.cancel();
              busy--;
            }
          }
        }
        selector.selectedKeys().clear();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether it is done: the last packet it began is out. */
  private boolean write(Client client) throws IOException {
    ByteBuffer packets = client.packets;
    boolean last = stopping;
    if (last) {
      packets.limit((packets.position() + client.size - 1) / client.size * client.size);
    }
    if (packets.hasRemaining()) {
      client.written += client.channel.write(packets);
    }
    if (packets.hasRemaining()) {
      return false;
    }
    packets.clear();
    return last;
  }

  /** Whole messages the sockets have taken so far, exact behind {@link #stop}. */
  long published() {
    return clients.stream().mapToLong(c -> c.written / c.size).sum();
  }

  /** Bytes the sockets have taken so far. */
  long writtenBytes() {
    return clients.stream().mapToLong(c -> c.written).sum();
  }

  /** No more messages, but those begun are completed: waits until the broker has let them in. */
  void stop() {
    stopping = true;
    selector.wakeup();
    try {
      thread.join(60_000);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    if (thread.isAlive()) {
      throw new AssertionError("the broker reads no more");
    }
  }

  @Override
  public void close() {
    for (Client client : clients) {
      try {
        client.channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
