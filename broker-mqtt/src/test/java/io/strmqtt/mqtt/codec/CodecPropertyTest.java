package io.strmqtt.mqtt.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.strmqtt.mqtt.codec.PacketType.Sender;
import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds for every packet, and however its bytes are cut; seeded, so it can be repeated. */
class CodecPropertyTest {
  private final Random random = new Random(20_261_124);

  @Test
  void decodingUndoesEncoding() {
    for (int round = 0; round < 6_000; round++) {
      Sample sample = RandomPackets.sample(random);
      byte[] bytes = sample.bytes();
      assertThat(MqttEncoder.size(sample.packet(), sample.version()))
          .as("%s", sample)
          .isEqualTo(bytes.length);
      ByteBuf in = Unpooled.wrappedBuffer(bytes);
      assertThat(PacketText.of(sample.decoder().decode(in)))
          .isEqualTo(PacketText.of(sample.packet()));
      assertThat(in.isReadable()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(MqttVersion.class)
  void theSamePacketsComeOutHoweverTheStreamIsCut(MqttVersion version) {
    RandomPackets source = new RandomPackets(random, version, Sender.CLIENT);
    for (int round = 0; round < 200; round++) {
      List<MqttPacket> packets = new ArrayList<>();
      packets.add(source.connect());
      for (int left = random.nextInt(9); left > 0; left--) {
        packets.add(source.afterConnect());
      }
      assertThat(decodedInPieces(packets, version))
          .isEqualTo(packets.stream().map(PacketText::of).toList());
    }
  }

  private List<String> decodedInPieces(List<MqttPacket> packets, MqttVersion version) {
    ByteBuf stream = Unpooled.buffer();
    packets.forEach(packet -> MqttEncoder.encode(packet, version, stream));
    ByteBuf in = Unpooled.buffer();
    MqttDecoder decoder = Wire.newServer();
    List<String> decoded = new ArrayList<>();
    int most = 1 + random.nextInt(300);
    while (stream.isReadable()) {
      in.writeBytes(stream, Math.min(stream.readableBytes(), 1 + random.nextInt(most)));
      for (MqttPacket p = decoder.decode(in); p != null; p = decoder.decode(in)) {
        decoded.add(PacketText.of(p));
      }
      in.discardReadBytes();
    }
    assertThat(in.isReadable()).isFalse();
    return decoded;
  }
}
