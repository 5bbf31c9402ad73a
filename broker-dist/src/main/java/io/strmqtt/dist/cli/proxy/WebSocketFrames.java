package io.strmqtt.dist.cli.proxy;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.random.RandomGenerator;

/** As much of WebSocket (RFC 6455) as one MQTT packet each way needs. */
final class WebSocketFrames {
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int MOST = 1 << 16;

  private WebSocketFrames() {}

  /**
   * Writes one masked binary frame.
   *
   * @param payload at most 125 bytes
   */
  static void write(OutputStream out, byte[] payload, RandomGenerator random) throws IOException {
    byte[] mask = new byte[4];
    random.nextBytes(mask);
    byte[] frame = new byte[6 + payload.length];
    frame[0] = (byte) (0x80 | BINARY);
    frame[1] = (byte) (0x80 | payload.length);
    System.arraycopy(mask, 0, frame, 2, mask.length);
    for (int i = 0; i < payload.length; i++) {
      frame[6 + i] = (byte) (payload[i] ^ mask[i % mask.length]);
    }
    out.write(frame);
  }

  /** What the data frames that come hold, as a stream that a close frame ends. */
  static InputStream payload(InputStream in) {
    return new Payload(new DataInputStream(in));
  }

  private static final class Payload extends InputStream {
    private final DataInputStream in;
    private byte[] frame = new byte[0];
    private int at;

    private Payload(DataInputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      while (at == frame.length) {
        int first = in.read();
        if (first < 0 || (first & 0xf) == CLOSE) {
          return -1;
        }
        int length = in.readUnsignedByte();
        long real = length == 126 ? in.readUnsignedShort() : length == 127 ? in.readLong() : length;
        if (real < 0 || real > MOST) {
          throw new IOException("a WebSocket frame of " + real + " bytes");
        }
        byte[] content = new byte[(int) real];
        in.readFully(content);
        boolean data = (first & 0xf) <= BINARY;
        frame = data ? content : new byte[0];
        at = 0;
      }
      return frame[at++] & 0xff;
    }
  }
}
