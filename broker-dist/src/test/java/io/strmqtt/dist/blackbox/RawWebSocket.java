package io.strmqtt.dist.blackbox;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A WebSocket (RFC 6455) over a connected socket, seen as a socket: each write is one masked binary
 * frame, reading gives the payload of the frames that come; a close frame is the end.
 */
final class RawWebSocket extends Socket {
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final byte[] MASK = {0x21, 0x43, 0x65, 0x07};

  private final Socket socket;
  private final DataInputStream in;

  private RawWebSocket(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(socket.getInputStream());
  }

  /**
   * Asks for the upgrade at {@code /mqtt}, and insists on getting it.
   *
   * @param lines further lines of the request, such as {@code X-Forwarded-For: 192.0.2.1}
   */
  static RawWebSocket over(Socket socket, String... lines) throws IOException {
    RawWebSocket webSocket = new RawWebSocket(socket);
    String key = Base64.getEncoder().encodeToString(new byte[16]);
    String request =
        """
        GET /mqtt HTTP/1.1
        Host: localhost
        Connection: Upgrade
        Upgrade: websocket
        Sec-WebSocket-Version: 13
        Sec-WebSocket-Protocol: mqtt
        Sec-WebSocket-Key: %s
        %s
        """
            .formatted(key, Stream.of(lines).map(line -> line + "\n").collect(Collectors.joining()))
            .replace("\n", "\r\n");
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    String answer = webSocket.answer();
    if (!answer.startsWith("HTTP/1.1 101 ")
        || !answer.toLowerCase(Locale.ROOT).contains("sec-websocket-protocol: mqtt\r\n")) {
      throw new AssertionError(answer);
    }
    return webSocket;
  }

  private String answer() throws IOException {
    StringBuilder answer = new StringBuilder();
    while (!answer.toString().endsWith("\r\n\r\n")) {
      answer.append((char) in.readUnsignedByte());
    }
    return answer.toString();
  }

  /** What it runs over. */
  Socket socket() {
    return socket;
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
        sendFrame(BINARY, bytes, offset, length);
      }
    };
  }

  private void sendFrame(int opcode, byte[] bytes, int offset, int length) throws IOException {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.write(0x80 | opcode);
    if (length < 126) {
      frame.write(0x80 | length);
    } else if (length < 65_536) {
      frame.write(0x80 | 126);
      frame.write(length >> 8);
      frame.write(length);
    } else {
      frame.write(0x80 | 127);
      frame.writeBytes(ByteBuffer.allocate(8).putLong(length).array());
    }
    frame.writeBytes(MASK);
    for (int i = 0; i < length; i++) {
      frame.write(bytes[offset + i] ^ MASK[i % MASK.length]);
    }
    socket.getOutputStream().write(frame.toByteArray());
  }

  @Override
  public InputStream getInputStream() {
    return new InputStream() {
      private byte[] payload = new byte[0];
      private int position;

      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        while (position == payload.length) {
          try {
            int opcode = in.readUnsignedByte() & 0xf;
            payload = readPayload();
            position = 0;
            if (opcode == CLOSE) {
              return -1;
            }
          } catch (EOFException e) {
            return -1;
          }
        }
        int n = Math.min(length, payload.length - position);
        System.arraycopy(payload, position, bytes, offset, n);
        position += n;
        return n;
      }
    };
  }

  private byte[] readPayload() throws IOException {
    int length = in.readUnsignedByte();
    long real = length == 126 ? in.readUnsignedShort() : length == 127 ? in.readLong() : length;
    byte[] payload = new byte[Math.toIntExact(real)];
    in.readFully(payload);
    return payload;
  }

  @Override
  public int getLocalPort() {
    return socket.getLocalPort();
  }

  @Override
  public void setTcpNoDelay(boolean on) throws SocketException {
    socket.setTcpNoDelay(on);
  }

  @Override
  public void setSoTimeout(int millis) throws SocketException {
    socket.setSoTimeout(millis);
  }

  /** Like a client that goes away: no close frame. */
  @Override
  public void close() throws IOException {
    socket.close();
  }
}
