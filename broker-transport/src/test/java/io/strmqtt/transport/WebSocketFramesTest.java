package io.strmqtt.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What leaves: whole packets in frames, and control frames in between. */
class WebSocketFramesTest {
  private static final byte[] PING = {(byte) 0x89, (byte) 0x81, 0, 0, 0, 0, 'p'};

  private final EmbeddedChannel channel = new EmbeddedChannel(new WebSocketFrames());

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  private static byte[] packet(int length, Random random) {
    ByteArrayOutputStream packet = new ByteArrayOutputStream();
    packet.write(0x30);
    int rest = length;
    do {
      packet.write(rest & 0x7F | (rest > 0x7F ? 0x80 : 0));
      rest >>= 7;
    } while (rest > 0);
    byte[] body = new byte[length];
    random.nextBytes(body);
    packet.writeBytes(body);
    return packet.toByteArray();
  }

  private byte[] outbound() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (ByteBuf each = channel.readOutbound(); each != null; each = channel.readOutbound()) {
      all.writeBytes(ByteBufUtil.getBytes(each));
      each.release();
    }
    return all.toByteArray();
  }

  private static List<byte[]> frames(byte[] bytes) {
    List<byte[]> frames = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    while (in.hasRemaining()) {
      assertThat(in.get()).isEqualTo((byte) 0x82);
      int length = in.get();
      long real = length == 126 ? in.getShort() & 0xFFFF : length == 127 ? in.getLong() : length;
      byte[] payload = new byte[(int) real];
      in.get(payload);
      frames.add(payload);
    }
    return frames;
  }

  @Test
  void noPacketIsSpreadOverTwoFramesHoweverItIsWritten() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      List<Integer> borders = new ArrayList<>(List.of(0));
      for (int i = 0; i < 10; i++) {
        all.writeBytes(packet(random.nextInt(random.nextInt(6) == 0 ? 100_000 : 200), random));
        borders.add(all.size());
      }
      byte[] bytes = all.toByteArray();
      for (int at = 0; at < bytes.length; ) {
        int size = Math.min(bytes.length - at, 1 + random.nextInt(seed % 2 == 0 ? 5 : 40_000));
        channel.write(Unpooled.copiedBuffer(bytes, at, size));
        if (random.nextBoolean()) {
          channel.flush();
        }
        at += size;
      }
      channel.flush();
      ByteArrayOutputStream payload = new ByteArrayOutputStream();
      for (byte[] frame : frames(outbound())) {
        payload.writeBytes(frame);
        assertThat(borders).as("seed %d", seed).contains(payload.size());
      }
      assertThat(payload.toByteArray()).isEqualTo(bytes);
    }
  }

  @Test
  void aBatchAndTheHeadOfALargePacketAreOneFrameWithItsBody() {
    Random random = new Random(1);
    byte[] small = packet(10, random);
    byte[] large = packet(50_000, random);
    channel.write(Unpooled.wrappedBuffer(small, java.util.Arrays.copyOf(large, 20)));
    channel.writeOutbound(Unpooled.copiedBuffer(large, 20, large.length - 20));
    assertThat(frames(outbound())).hasSize(1);
  }

  @Test
  void aPongWaitsForTheEndOfTheFrame() {
    byte[] large = packet(5_000, new Random(1));
    channel.writeOutbound(Unpooled.copiedBuffer(large, 0, 3_000));
    channel.writeInbound(Unpooled.copiedBuffer(PING));
    assertThat(outbound()).hasSize(3_004);
    channel.writeOutbound(Unpooled.copiedBuffer(large, 3_000, large.length - 3_000));
    assertThat(outbound()).endsWith((byte) 0x8A, (byte) 1, (byte) 'p');
  }

  @Test
  void ofManyPingsThatComeTogetherOneIsAnswered() {
    channel.writeInbound(Unpooled.wrappedBuffer(PING, PING.clone(), PING.clone()));
    assertThat(outbound()).containsExactly(0x8A, 1, 'p');
  }

  @Test
  void aCloseInTheMiddleOfAFrameIsNotSaid() {
    channel.writeOutbound(Unpooled.copiedBuffer(packet(5_000, new Random(1)), 0, 100));
    outbound();
    assertThat(channel.writeOutbound(new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE)))
        .isFalse();
  }

  @Test
  void aCloseIsAnsweredAndWhatFollowsIsNotRead() {
    byte[] close = {(byte) 0x88, (byte) 0x82, 0, 0, 0, 0, 0x03, (byte) 0xE9};
    byte[] data = {(byte) 0x82, (byte) 0x81, 0, 0, 0, 0, 1};
    channel.writeInbound(Unpooled.wrappedBuffer(data, close, data.clone()));
    ByteBuf before = channel.readInbound();
    assertThat(before.readableBytes()).isEqualTo(1);
    before.release();
    assertThat((Object) channel.readInbound()).isNull();
    assertThat(ByteBuffer.wrap(outbound(), 0, 4).getInt()).isEqualTo(0x8802_03E9);
    assertThat(channel.isOpen()).isFalse();
  }
}
