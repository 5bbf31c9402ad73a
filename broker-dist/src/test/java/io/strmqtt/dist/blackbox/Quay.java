package io.strmqtt.dist.blackbox;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Where clients of a broker that dies and comes back wait until there is one to connect to. */
final class Quay {
  private final int port;
  private boolean open;
  private boolean abandoned;

  Quay(int port) {
    this.port = port;
  }

  /**
   * A port nobody has. It is none of those the system gives to connections: those could take it
   * while there is no broker.
   */
  static int unusedPort() {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
      try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return free.getLocalPort();
      } catch (IOException e) {
        // Somebody has it; another, then.
      }
    }
  }

  int port() {
    return port;
  }

  synchronized void open() {
    open = true;
    notifyAll();
  }

  synchronized void close() {
    open = false;
  }

  /** Nobody is to wait any more. */
  synchronized void abandon() {
    abandoned = true;
    notifyAll();
  }

  /** Waits for a broker; false if there will be none. */
  synchronized boolean awaitOpen() {
    try {
      while (!open && !abandoned) {
        wait();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return !abandoned;
  }
}
