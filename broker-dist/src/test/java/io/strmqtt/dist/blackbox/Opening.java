package io.strmqtt.dist.blackbox;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.Arrays;

/**
 * A connected socket that sends a PROXY header with the first thing that is written: the CONNECT,
 * the ClientHello or the upgrade. What follows passes through.
 */
final class Opening extends Socket {
  /** How the header and what follows it are cut. */
  enum Cut {
    /** The header, or the first byte if there is none; then the rest. */
    HEADER_FIRST,
    ONE_SEGMENT,
    BYTE_BY_BYTE
  }

  private final Socket socket;
  private final byte[] header;
  private final Cut cut;
  private boolean opened;

  Opening(Socket socket, byte[] header, Cut cut) throws SocketException {
    this.socket = socket;
    this.header = header;
    this.cut = cut;
    socket.setTcpNoDelay(true);
  }

  private void open(byte[] first) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(header);
    all.writeBytes(first);
    OutputStream out = socket.getOutputStream();
    int at = 0;
    for (int length : lengths(all.size())) {
      out.write(all.toByteArray(), at, length);
      at += length;
    }
  }

  private int[] lengths(int size) {
    return switch (cut) {
      case ONE_SEGMENT -> new int[] {size};
      case HEADER_FIRST -> {
        int head = Math.max(1, header.length);
        yield new int[] {head, size - head};
      }
      case BYTE_BY_BYTE -> {
        int[] ones = new int[size];
        Arrays.fill(ones, 1);
        yield ones;
      }
    };
  }

  @Override
  public OutputStream getOutputStream() {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        if (opened) {
          socket.getOutputStream().write(bytes, offset, length);
        } else {
          opened = true;
          open(Arrays.copyOfRange(bytes, offset, offset + length));
        }
      }
    };
  }

  @Override
  public InputStream getInputStream() throws IOException {
    return socket.getInputStream();
  }

  @Override
  public boolean isConnected() {
    return socket.isConnected();
  }

  @Override
  public boolean isBound() {
    return socket.isBound();
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
  public int getLocalPort() {
    return socket.getLocalPort();
  }

  @Override
  public SocketAddress getRemoteSocketAddress() {
    return socket.getRemoteSocketAddress();
  }

  @Override
  public void setTcpNoDelay(boolean on) throws SocketException {
    socket.setTcpNoDelay(on);
  }

  @Override
  public void setSoTimeout(int millis) throws SocketException {
    socket.setSoTimeout(millis);
  }

  @Override
  public int getSoTimeout() throws SocketException {
    return socket.getSoTimeout();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
