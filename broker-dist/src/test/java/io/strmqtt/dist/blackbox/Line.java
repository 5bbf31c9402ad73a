package io.strmqtt.dist.blackbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A line to the broker that can be cut: no library ends a connection rudely by itself. */
final class Line implements AutoCloseable {
  private final int brokerPort;
  private final ServerSocket entrance;
  private final Queue<Socket> ends = new ConcurrentLinkedQueue<>();

  private Line(int brokerPort, ServerSocket entrance) {
    this.brokerPort = brokerPort;
    this.entrance = entrance;
  }

  static Line to(int brokerPort) {
    try {
      Line line = new Line(brokerPort, new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1")));
      Thread.ofVirtual().start(line::accept);
      return line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return entrance.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = entrance.accept();
        ends.add(client);
        Socket broker = new Socket("127.0.0.1", brokerPort);
        ends.add(broker);
        Thread.ofVirtual().start(() -> pump(client, broker));
        Thread.ofVirtual().start(() -> pump(broker, client));
      }
    } catch (IOException e) {
      // Cut.
    }
  }

  private static void pump(Socket from, Socket to) {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // Cut, or one end has closed: the other is closed as well.
    }
  }

  /** Ends every connection of the line where it is. */
  @Override
  public void close() {
    try {
      entrance.close();
      for (Socket end : ends) {
        end.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
