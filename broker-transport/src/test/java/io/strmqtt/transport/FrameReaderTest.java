package io.strmqtt.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Frames of clients, well-formed and not, however they are cut. */
class FrameReaderTest {
  private final FrameReader reader = new FrameReader();

  /**
   * @param form bytes of the length behind the second byte: 0, 2 or 8
   */
  private static byte[] frame(int first, byte[] payload, int form, int mask) {
    ByteBuffer frame = ByteBuffer.allocate(6 + form + payload.length);
    frame.put((byte) first);
    frame.put((byte) (0x80 | (form == 0 ? payload.length : form == 2 ? 126 : 127)));
    if (form == 2) {
      frame.putShort((short) payload.length);
    } else if (form == 8) {
      frame.putLong(payload.length);
    }
    frame.putInt(mask);
    for (int i = 0; i < payload.length; i++) {
      frame.put((byte) (payload[i] ^ mask >>> 24 - 8 * (i & 3)));
    }
    return frame.array();
  }

  private static byte[] frame(int first, byte[] payload) {
    int form = payload.length < 126 ? 0 : payload.length < 65536 ? 2 : 8;
    return frame(first, payload, form, 0x9ABC_DEF1);
  }

  private FrameReader.Result read(byte[] bytes, ByteArrayOutputStream payload) {
    ByteBuf in = Unpooled.copiedBuffer(bytes);
    FrameReader.Result result = reader.read(in);
    payload.writeBytes(ByteBufUtil.getBytes(in));
    in.release();
    return result;
  }

  private int status(byte[] bytes) {
    return switch (read(bytes, new ByteArrayOutputStream())) {
      case FrameReader.Result.More _ -> 0;
      case FrameReader.Result.Closed closed -> closed.status().code();
      case FrameReader.Result.Broken broken -> broken.status().code();
    };
  }

  @Test
  void payloadIsTheSameHoweverTheFramesAreCut() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      FrameReader cut = new FrameReader();
      ByteArrayOutputStream wire = new ByteArrayOutputStream();
      ByteArrayOutputStream sent = new ByteArrayOutputStream();
      boolean begun = false;
      for (int i = 0; i < 12; i++) {
        int most = random.nextInt(10) == 0 ? 70_000 : random.nextInt(300);
        byte[] payload = new byte[random.nextInt(most + 1)];
        random.nextBytes(payload);
        if (random.nextInt(4) == 0) {
          wire.writeBytes(frame(0x89 + random.nextInt(2), Arrays.copyOf(payload, 100)));
        }
        boolean last = random.nextBoolean();
        wire.writeBytes(frame((last ? 0x80 : 0) | (begun ? 0 : 2), payload));
        sent.writeBytes(payload);
        begun = !last;
      }
      ByteArrayOutputStream received = new ByteArrayOutputStream();
      byte[] bytes = wire.toByteArray();
      for (int at = 0; at < bytes.length; ) {
        int size = Math.min(bytes.length - at, 1 + random.nextInt(seed % 2 == 0 ? 7 : 5000));
        ByteBuf piece = Unpooled.copiedBuffer(bytes, at, size);
        assertThat(cut.read(piece)).isEqualTo(FrameReader.Result.More.MORE);
        received.writeBytes(ByteBufUtil.getBytes(piece));
        piece.release();
        at += size;
      }
      assertThat(received.toByteArray()).as("seed %d", seed).isEqualTo(sent.toByteArray());
    }
  }

  @Test
  void aFrameThatAnnouncesExbytesIsReadAsItComes() {
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    ByteBuffer head = ByteBuffer.allocate(14);
    head.put((byte) 0x82).put((byte) 0xFF).putLong(1L << 62).putInt(0);
    assertThat(read(head.array(), payload)).isEqualTo(FrameReader.Result.More.MORE);
    assertThat(read(new byte[] {1, 2, 3}, payload)).isEqualTo(FrameReader.Result.More.MORE);
    assertThat(payload.toByteArray()).containsExactly(1, 2, 3);
  }

  @Test
  void whatBreaksTheProtocolIsRefusedAsSoonAsItIsSeen() {
    assertThat(status(frame(0x80, new byte[1]))).as("nothing to continue").isEqualTo(1002);
    for (int first : new int[] {0xC2, 0xA2, 0x92, 0x83, 0x87, 0x8B, 0x8F, 0x08, 0x09, 0x0A}) {
      assertThat(fresh().status(new byte[] {(byte) first})).isEqualTo(1002);
    }
    assertThat(fresh().status(new byte[] {(byte) 0x82, 0x05})).as("no mask").isEqualTo(1002);
    assertThat(fresh().status(new byte[] {(byte) 0x89, (byte) 0xFE})).isEqualTo(1002);
    assertThat(fresh().status(frame(0x82, new byte[125], 2, 1))).isEqualTo(1002);
    assertThat(fresh().status(frame(0x82, new byte[65535], 8, 1))).isEqualTo(1002);
    assertThat(fresh().status(frame(0x82, new byte[126], 2, 1))).isZero();
    ByteBuffer negative = ByteBuffer.allocate(14);
    negative.put((byte) 0x82).put((byte) 0xFF).putLong(Long.MIN_VALUE);
    assertThat(fresh().status(negative.array())).isEqualTo(1002);
    FrameReaderTest open = fresh();
    assertThat(open.status(frame(0x02, new byte[1]))).isZero();
    assertThat(open.status(frame(0x8A, new byte[1]))).as("in between").isZero();
    assertThat(open.status(frame(0x82, new byte[1]))).as("another message").isEqualTo(1002);
  }

  private static FrameReaderTest fresh() {
    return new FrameReaderTest();
  }

  @ParameterizedTest
  @CsvSource({"0x81", "0x01"})
  void textIsRefused(String first) {
    assertThat(status(frame(Integer.decode(first), new byte[3]))).isEqualTo(1003);
  }

  @Test
  void aCloseIsAnsweredWithItsOwnStatusIfThatIsOne() {
    assertThat(status(frame(0x88, new byte[0]))).isEqualTo(1000);
    assertThat(fresh().status(frame(0x88, new byte[] {0x03, (byte) 0xE9, 'x'}))).isEqualTo(1001);
    assertThat(fresh().status(frame(0x88, new byte[] {0x03, (byte) 0xED}))).isEqualTo(1002);
    assertThat(fresh().status(frame(0x88, new byte[1]))).isEqualTo(1002);
    byte[] noText = {0x03, (byte) 0xE8, (byte) 0xC3};
    assertThat(fresh().status(frame(0x88, noText))).isEqualTo(1007);
  }

  @Test
  void ofManyPingsTheLastIsKept() {
    ByteArrayOutputStream pings = new ByteArrayOutputStream();
    for (int i = 0; i < 100; i++) {
      pings.writeBytes(frame(0x89, new byte[] {(byte) i}));
    }
    assertThat(status(pings.toByteArray())).isZero();
    assertThat(reader.takePing()).containsExactly(99);
    assertThat(reader.takePing()).isNull();
  }
}
