package io.strmqtt.mqtt.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttVersion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Bytes of no sense and of almost sense: a packet, an incomplete one or a refusal, nothing else.
 */
class DecoderFuzzTest {
  private static final int INPUTS = 200_000;

  private final Random random = new Random(20_261_123);
  private final List<byte[]> seeds = new ArrayList<>();
  private int packets;
  private int refusals;

  @Test
  void noInputDoesMoreThanBeRefused() {
    GoodPackets.all().forEach(good -> seeds.add(parse(good.hex())));
    BadPackets.all().forEach(bad -> seeds.add(parse(bad.hex())));
    for (int i = 0; i < INPUTS; i++) {
      byte[] input = i % 4 == 0 ? noise() : mutation();
      try {
        feed(decoder(i), input);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("input " + i + ": " + HexFormat.of().formatHex(input), e);
      }
    }
    assertThat(packets).as("packets").isGreaterThan(INPUTS / 20);
    assertThat(refusals).as("refusals").isGreaterThan(INPUTS / 20);
  }

  private void feed(Supplier<MqttDecoder> decoder, byte[] input) {
    MqttDecoder whole = decoder.get();
    ByteBuf in = Unpooled.wrappedBuffer(input);
    try {
      MqttPacket first = whole.decode(in);
      if (first == null) {
        assertThat(in.readerIndex()).isZero();
        return;
      }
      packets++;
      // a packet does not depend on what stands behind it
      byte[] alone = Arrays.copyOf(input, in.readerIndex());
      assertThat(PacketText.of(decoder.get().decode(Unpooled.wrappedBuffer(alone))))
          .isEqualTo(PacketText.of(first));
      while (in.isReadable() && whole.decode(in) != null) {
        packets++;
      }
    } catch (MalformedPacketException e) {
      refusals++;
      assertThat(e.code().isError()).isTrue();
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  private static Supplier<MqttDecoder> decoder(int input) {
    MqttVersion version = MqttVersion.values()[input % 3];
    return switch (input / 12 % 4) {
      case 0 -> Wire::newServer;
      case 1 -> () -> Wire.client(version);
      default -> () -> Wire.server(version);
    };
  }

  private byte[] noise() {
    byte[] bytes = new byte[random.nextInt(64)];
    random.nextBytes(bytes);
    if (bytes.length > 1 && random.nextBoolean()) {
      bytes[1] = (byte) random.nextInt(bytes.length);
    }
    return bytes;
  }

  private byte[] mutation() {
    byte[] seed = seeds.get(random.nextInt(seeds.size()));
    byte[] bytes = Arrays.copyOf(seed, seed.length + random.nextInt(3));
    for (int i = random.nextInt(3); i > 0; i--) {
      int at = random.nextInt(bytes.length);
      bytes[at] =
          (byte) (random.nextBoolean() ? bytes[at] ^ 1 << random.nextInt(8) : random.nextInt());
    }
    return random.nextInt(8) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)) : bytes;
  }

  private static byte[] parse(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }
}
