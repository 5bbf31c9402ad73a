package io.strmqtt.dist.cli.proxy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * A connected socket that counts what it receives, keeps the first bytes, has one deadline for all
 * its reads, and remembers how it ended, whatever TLS above it makes of that.
 */
final class Wire extends Socket {
  private static final int KEPT = 64;

  private final Socket socket;
  private final LongSupplier nanoTime;
  private final long deadline;
  private final ByteArrayOutputStream first = new ByteArrayOutputStream();
  private long received;
  private boolean timedOut;
  private boolean closedByPeer;
  private boolean reset;

  private Wire(Socket socket, LongSupplier nanoTime, long deadline) {
    this.socket = socket;
    this.nanoTime = nanoTime;
    this.deadline = deadline;
  }

  static Wire connect(InetSocketAddress to, Duration timeout, LongSupplier nanoTime)
      throws IOException {
    long deadline = nanoTime.getAsLong() + timeout.toNanos();
    Socket socket = new Socket();
    try {
      socket.connect(to, Math.toIntExact(timeout.toMillis()));
      socket.setTcpNoDelay(true);
      return new Wire(socket, nanoTime, deadline);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  long received() {
    return received;
  }

  byte[] firstBytes() {
    return first.toByteArray();
  }

  boolean timedOut() {
    return timedOut;
  }

  boolean closedByPeer() {
    return closedByPeer;
  }

  boolean reset() {
    return reset;
  }

  @Override
  public InputStream getInputStream() throws IOException {
    InputStream in = socket.getInputStream();
    return new InputStream() {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        return receive(in, bytes, offset, length);
      }

      @Override
      public int available() throws IOException {
        return in.available();
      }
    };
  }

  private int receive(InputStream in, byte[] bytes, int offset, int length) throws IOException {
    long left = (deadline - nanoTime.getAsLong()) / 1_000_000;
    try {
      if (left <= 0) {
        throw new SocketTimeoutException("Read timed out");
      }
      socket.setSoTimeout(Math.toIntExact(left));
      int n = in.read(bytes, offset, length);
      if (n < 0) {
        closedByPeer = true;
      } else {
        received += n;
        first.write(bytes, offset, Math.min(n, KEPT - Math.min(KEPT, first.size())));
      }
      return n;
    } catch (SocketTimeoutException e) {
      timedOut = true;
      throw e;
    } catch (SocketException e) {
      reset = true;
      throw e;
    }
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    OutputStream out = socket.getOutputStream();
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
          out.write(bytes, offset, length);
        } catch (SocketException e) {
          reset = true;
          throw e;
        }
      }
    };
  }

  @Override
  public boolean isConnected() {
    return socket.isConnected();
  }

  @Override
  public boolean isClosed() {
    return socket.isClosed();
  }

  @Override
  public InetAddress getInetAddress() {
    return socket.getInetAddress();
  }

  @Override
  public int getPort() {
    return socket.getPort();
  }

  @Override
  public InetAddress getLocalAddress() {
    return socket.getLocalAddress();
  }

  @Override
  public int getLocalPort() {
    return socket.getLocalPort();
  }

  /** Ours to set, for each read. */
  @Override
  public void setSoTimeout(int millis) {}

  @Override
  public int getSoTimeout() {
    return 0;
  }

  @Override
  public void shutdownInput() throws IOException {
    socket.shutdownInput();
  }

  @Override
  public void shutdownOutput() throws IOException {
    socket.shutdownOutput();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
