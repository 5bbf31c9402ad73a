package io.strmqtt.core.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.Reason;
import io.strmqtt.core.Connection;
import io.strmqtt.core.ConnectionHandler;
import io.strmqtt.core.Engine;
import io.strmqtt.mqtt.codec.MalformedPacketException;
import io.strmqtt.mqtt.codec.MqttDecoder;
import io.strmqtt.mqtt.packet.MqttPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A connection without a socket: what a client sends is decoded as a transport does it, what the
 * engine writes is handed to the client when it is flushed. On its loop.
 */
final class TestConnection implements Connection {
  private final Engine engine;
  private final EventLoop loop;
  private final ByteBufAllocator allocator;
  private final ClientEndpoint endpoint;
  private final Consumer<byte[]> toClient;
  private final Consumer<Reason> onClose;
  private final MqttDecoder decoder;
  private final ByteBuf inbound = Unpooled.buffer();
  private final ByteBuf unflushed = Unpooled.buffer();
  private @Nullable ConnectionHandler handler;
  private volatile boolean open = true;
  private boolean lost;
  private boolean decoding;
  private boolean reading = true;

  /** Netty's. */
  private static final int HIGH_WATER_MARK = 64 * 1024;

  private boolean writable = true;

  /** What is flushed while the socket takes nothing. */
  private final ByteBuf stuck = Unpooled.buffer();

  private final List<Runnable> whenSent = new ArrayList<>();
  private boolean stalled;

  /**
   * @param toClient given what is flushed, on the loop
   * @param onClose told when the connection is closed by the engine, on the loop
   */
  TestConnection(
      Engine engine,
      EventLoop loop,
      ByteBufAllocator allocator,
      int port,
      Consumer<byte[]> toClient,
      Consumer<Reason> onClose) {
    this.engine = engine;
    this.loop = loop;
    this.allocator = allocator;
    this.toClient = toClient;
    this.onClose = onClose;
    this.endpoint =
        ClientEndpoint.direct(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 1883),
            "test");
    this.decoder =
        new MqttDecoder(
            engine.limits().maxConnectSize(),
            engine.limits().maxPacketSize(),
            engine.limits().maxUserProperties(),
            engine.limits().maxFiltersPerPacket());
  }

  void accept() {
    handler = engine.accept(this);
  }

  /** The bytes of one read from the socket. */
  void arrive(byte[] bytes) {
    if (!open) {
      return;
    }
    inbound.writeBytes(bytes);
    decode();
    engineSide().readComplete();
  }

  private void decode() {
    decoding = true;
    try {
      while (reading && open) {
        if (decoder.isNextSubscribing(inbound, 4_096) && !engineSide().takesManyFilters()) {
          break;
        }
        MqttPacket packet = decoder.decode(inbound);
        if (packet == null) {
          break;
        }
        engineSide().packet(packet);
      }
    } catch (MalformedPacketException e) {
      engineSide().malformed(e, Optional.ofNullable(decoder.version()));
    } finally {
      decoding = false;
    }
  }

  void setWritable(boolean now) {
    writable = now;
    engineSide().writabilityChanged();
  }

  boolean isReading() {
    return reading;
  }

  /** The socket is gone. */
  void lose() {
    open = false;
    runSent();
    if (!lost) {
      lost = true;
      engineSide().lost(Optional.empty());
    }
  }

  private ConnectionHandler engineSide() {
    ConnectionHandler now = handler;
    if (now == null) {
      throw new IllegalStateException("not accepted yet");
    }
    return now;
  }

  private void insistOnLoop() {
    if (!loop.inEventLoop()) {
      throw new AssertionError("not on the connection's loop");
    }
  }

  @Override
  public EventLoop loop() {
    return loop;
  }

  @Override
  public ClientEndpoint endpoint() {
    return endpoint;
  }

  @Override
  public ByteBufAllocator alloc() {
    return allocator;
  }

  @Override
  public void write(ByteBuf bytes) {
    insistOnLoop();
    watching(() -> unflushed.writeBytes(bytes));
    bytes.release();
  }

  @Override
  public long unsent() {
    return stuck.readableBytes();
  }

  @Override
  public void whenSent(Runnable then) {
    whenSent.add(then);
    runSent();
  }

  /** Whether the socket takes nothing, and how much it holds then. */
  void stall(boolean now) {
    stalled = now;
    if (!now) {
      watching(() -> toClient.accept(bytesOf(stuck)));
      runSent();
    }
  }

  private void runSent() {
    if (!stuck.isReadable() || !open) {
      List<Runnable> due = List.copyOf(whenSent);
      whenSent.clear();
      due.forEach(loop::execute);
    }
  }

  private static byte[] bytesOf(ByteBuf from) {
    byte[] bytes = new byte[from.readableBytes()];
    from.readBytes(bytes).clear();
    return bytes;
  }

  @Override
  public boolean sendsWithoutCopy() {
    return true;
  }

  @Override
  public void flush() {
    insistOnLoop();
    watching(
        () -> {
          byte[] bytes = bytesOf(unflushed);
          if (stalled) {
            stuck.writeBytes(bytes);
          } else {
            toClient.accept(bytes);
          }
        });
  }

  /** Says at once when the socket takes no more, or takes more again; as Netty does. */
  private void watching(Runnable change) {
    boolean before = isWritable();
    change.run();
    if (isWritable() != before) {
      engineSide().writabilityChanged();
    }
  }

  @Override
  public boolean isWritable() {
    return writable && unflushed.readableBytes() + stuck.readableBytes() < HIGH_WATER_MARK;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public int partialBytes() {
    return inbound.readableBytes();
  }

  @Override
  public void accepted() {
    decoder.accepted();
  }

  @Override
  public void autoRead(boolean on) {
    insistOnLoop();
    reading = on;
    if (on && !decoding && inbound.isReadable()) {
      decode();
      engineSide().readComplete();
    }
  }

  @Override
  public void close(Reason reason) {
    insistOnLoop();
    if (open) {
      open = false;
      flush();
      onClose.accept(reason);
      loop.execute(this::lose);
    }
  }

  @Override
  public void abort() {
    insistOnLoop();
    if (open) {
      open = false;
      onClose.accept(Reason.CONNECTION_LOST);
      loop.execute(this::lose);
    }
  }
}
