package io.strmqtt.transport;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.channels.spi.SelectorProvider;
import java.util.concurrent.TimeUnit;

/**
 * The threads that carry all connections: one loop that accepts, and one for each processor that
 * reads and writes. Native epoll where it loads, else the JDK's selector.
 */
public final class EventLoops implements AutoCloseable {
  /**
   * What is read from one socket before the next one has its turn, in so many reads: with many
   * sockets that are never empty, others would wait for seconds otherwise.
   */
  private static final int READ_BYTES = 16 * 1024;

  private static final int READS_PER_TURN = 4;

  /**
   * What the kernel keeps for a peer whose window is closed. By default it takes megabytes: memory
   * nobody counts, and so long a silence until a slow reader has made room that it could not be
   * told from a dead one.
   */
  private static final long UNSENT_BYTES = 128 * 1024L;

  private final boolean epoll;
  private final EventLoopGroup acceptors;
  private final EventLoopGroup workers;

  private EventLoops(boolean epoll, int threads) {
    IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    this.epoll = epoll;
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
    return new EventLoops(Epoll.isAvailable(), threads);
  }

  /** {@code epoll} or {@code nio}, for people. */
  public String kind() {
    return epoll ? "epoll" : "nio";
  }

  public EventLoopGroup workers() {
    return workers;
  }

  /**
   * What a listener is made with: who accepts and who carries, and how much of one connection's
   * bytes may be on their way at a time.
   *
   * @param address of the listener: an IPv4 one, 0.0.0.0 too, takes no IPv6 clients
   */
  ServerBootstrap bootstrap(InetAddress address) {
    SocketProtocolFamily family =
        address instanceof Inet4Address ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(acceptors, workers)
            .channelFactory(() -> serverChannel(family))
            .childOption(
                ChannelOption.RECVBUF_ALLOCATOR,
                new AdaptiveRecvByteBufAllocator(64, 2048, READ_BYTES)
                    .maxMessagesPerRead(READS_PER_TURN));
    if (epoll) {
      bootstrap.childOption(EpollChannelOption.TCP_NOTSENT_LOWAT, UNSENT_BYTES);
    }
    return bootstrap;
  }

  private ServerChannel serverChannel(SocketProtocolFamily family) {
    return epoll
        ? new EpollServerSocketChannel(family)
        : new NioServerSocketChannel(SelectorProvider.provider(), family);
  }

  /** Ends the loops; what is still open is closed. Waits up to five seconds. */
  @Override
  public void close() {
    acceptors.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    workers.shutdownGracefully(0, 3, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
  }
}
