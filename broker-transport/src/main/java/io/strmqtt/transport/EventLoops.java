package io.strmqtt.transport;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * The threads that carry all connections: one loop that accepts, and one for each processor that
 * reads and writes. Native epoll where it loads, else the JDK's selector.
 */
public final class EventLoops implements AutoCloseable {
  private final String kind;
  private final Class<? extends ServerChannel> serverChannel;
  private final EventLoopGroup acceptors;
  private final EventLoopGroup workers;

  private EventLoops(
      String kind, Class<? extends ServerChannel> serverChannel, IoHandlerFactory io, int threads) {
    this.kind = kind;
    this.serverChannel = serverChannel;
    this.acceptors =
        new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("accept", true), io);
    this.workers =
        new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory("loop", true), io);
  }

  /**
   * Starts the loops.
   *
   * @param threads how many loops carry connections, at least 1
   */
  public static EventLoops start(int threads) {
    return Epoll.isAvailable()
        ? new EventLoops(
            "epoll", EpollServerSocketChannel.class, EpollIoHandler.newFactory(), threads)
        : new EventLoops("nio", NioServerSocketChannel.class, NioIoHandler.newFactory(), threads);
  }

  /** {@code epoll} or {@code nio}, for people. */
  public String kind() {
    return kind;
  }

  public EventLoopGroup workers() {
    return workers;
  }

  EventLoopGroup acceptors() {
    return acceptors;
  }

  Class<? extends ServerChannel> serverChannel() {
    return serverChannel;
  }

  /** Ends the loops; what is still open is closed. Waits up to five seconds. */
  @Override
  public void close() {
    acceptors.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    workers.shutdownGracefully(0, 3, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
  }
}
