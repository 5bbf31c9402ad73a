package io.strmqtt.mqtt.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttVersion;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds for every packet, and however its bytes are cut. */
class CodecPropertyTest {
  /** What one client sends, CONNECT first, and the sizes of the pieces in which it arrives. */
  record Stream(MqttVersion version, List<MqttPacket> packets, List<Integer> pieces) {
    byte[] bytes() {
      ByteBuf out = Unpooled.buffer();
      packets.forEach(packet -> MqttEncoder.encode(packet, version, out));
      byte[] bytes = new byte[out.readableBytes()];
      out.readBytes(bytes);
      return bytes;
    }
  }

  @Property(tries = 2000, edgeCases = EdgeCasesMode.NONE)
  void decodingUndoesEncoding(@ForAll("samples") Sample sample) {
    byte[] bytes = sample.bytes();
    assertThat(MqttEncoder.size(sample.packet(), sample.version())).isEqualTo(bytes.length);
    ByteBuf in = Unpooled.wrappedBuffer(bytes);
    assertThat(PacketText.of(sample.decoder().decode(in)))
        .isEqualTo(PacketText.of(sample.packet()));
    assertThat(in.isReadable()).isFalse();
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void theSamePacketsComeOutHoweverTheStreamIsCut(@ForAll("streams") Stream stream) {
    byte[] bytes = stream.bytes();
    ByteBuf in = Unpooled.buffer();
    MqttDecoder decoder = Wire.newServer();
    List<String> decoded = new ArrayList<>();
    int sent = 0;
    for (int i = 0; sent < bytes.length; i++) {
      int piece = Math.min(stream.pieces().get(i % stream.pieces().size()), bytes.length - sent);
      in.writeBytes(bytes, sent, piece);
      sent += piece;
      for (MqttPacket p = decoder.decode(in); p != null; p = decoder.decode(in)) {
        decoded.add(PacketText.of(p));
      }
      in.discardReadBytes();
    }
    assertThat(decoded).isEqualTo(stream.packets().stream().map(PacketText::of).toList());
    assertThat(in.isReadable()).isFalse();
  }

  @Provide
  Arbitrary<Sample> samples() {
    return PacketArbitraries.samples();
  }

  @Provide
  Arbitrary<Stream> streams() {
    Arbitrary<List<Integer>> pieces =
        Arbitraries.integers().between(1, 300).list().ofMinSize(1).ofMaxSize(30);
    return Arbitraries.of(MqttVersion.values())
        .flatMap(
            version ->
                Combinators.combine(
                        PacketArbitraries.connects(version),
                        PacketArbitraries.afterConnect(version, PacketType.Sender.CLIENT)
                            .list()
                            .ofMaxSize(8),
                        pieces)
                    .as(
                        (connect, others, cuts) -> {
                          List<MqttPacket> packets = new ArrayList<>(others);
                          packets.addFirst(connect);
                          return new Stream(version, packets, cuts);
                        }));
  }
}
