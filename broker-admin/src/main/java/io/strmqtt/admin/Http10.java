package io.strmqtt.admin;

import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/**
 * A connection whose first request may be HTTP/1.0, which the web server refuses: its request line
 * is given on as that of HTTP/1.1, with the header that lets the connection end behind the answer.
 * Health checks of HAProxy are such requests. Everything behind the first line is given on as it
 * came.
 *
 * @param as the connection as the web server has made it
 * @param dataReader the same bytes, as HTTP/1.1
 */
record Http10(ConnectionContext as, DataReader dataReader) implements ConnectionContext {
  private static final byte[] OLD = " HTTP/1.0\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NEW =
      " HTTP/1.1\r\nConnection: close\r\n".getBytes(StandardCharsets.US_ASCII);

  /**
   * @param maxRequestLine bytes; a line that does not end before is given on as it is, and refused
   */
  static ConnectionContext accept(ConnectionContext as, int maxRequestLine) {
    FirstLine line = new FirstLine(as.dataReader(), maxRequestLine);
    return new Http10(as, DataReader.create(line::next));
  }

  /**
   * The bytes of a connection. Owned by its thread, which waits here for the first line as it would
   * in the web server: one that never comes ends with the connection's idle time-out.
   */
  private static final class FirstLine {
    private final DataReader bytes;
    private final int most;
    private boolean read;

    FirstLine(DataReader bytes, int most) {
      this.bytes = bytes;
      this.most = most;
    }

    byte[] next() {
      if (read) {
        return available();
      }
      ByteArrayOutputStream begun = new ByteArrayOutputStream();
      while (true) {
        byte[] more = available();
        begun.writeBytes(more);
        int end = indexOf(more, '\n');
        if (end >= 0) {
          read = true;
          return modern(begun.toByteArray(), begun.size() - more.length + end + 1);
        }
        if (begun.size() > most) {
          read = true;
          return begun.toByteArray();
        }
      }
    }

    private byte[] available() {
      bytes.ensureAvailable();
      return bytes.readBytes(bytes.available());
    }

    private static int indexOf(byte[] bytes, char wanted) {
      for (int i = 0; i < bytes.length; i++) {
        if (bytes[i] == wanted) {
          return i;
        }
      }
      return -1;
    }

    /**
     * @param end of the first line, behind its line feed
     */
    private static byte[] modern(byte[] request, int end) {
      int version = end - OLD.length;
      if (version < 0 || !Arrays.equals(request, version, end, OLD, 0, OLD.length)) {
        return request;
      }
      ByteArrayOutputStream modern = new ByteArrayOutputStream(request.length + NEW.length);
      modern.write(request, 0, version);
      modern.writeBytes(NEW);
      modern.write(request, end, request.length - end);
      return modern.toByteArray();
    }
  }

  @Override
  public ListenerContext listenerContext() {
    return as.listenerContext();
  }

  @Override
  public ExecutorService executor() {
    return as.executor();
  }

  @Override
  public DataWriter dataWriter() {
    return as.dataWriter();
  }

  @Override
  public Router router() {
    return as.router();
  }

  @Override
  public Optional<ProxyProtocolData> proxyProtocolData() {
    return as.proxyProtocolData();
  }

  @Override
  public HelidonSocket serverSocket() {
    return as.serverSocket();
  }

  @Override
  public PeerInfo remotePeer() {
    return as.remotePeer();
  }

  @Override
  public PeerInfo localPeer() {
    return as.localPeer();
  }

  @Override
  public boolean isSecure() {
    return as.isSecure();
  }

  @Override
  public String socketId() {
    return as.socketId();
  }

  @Override
  public String childSocketId() {
    return as.childSocketId();
  }
}
