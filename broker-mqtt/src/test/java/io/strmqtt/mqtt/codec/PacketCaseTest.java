package io.strmqtt.mqtt.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netty.buffer.ByteBuf;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of packets, read and written. */
class PacketCaseTest {
  static List<PacketCase.Good> good() {
    return GoodPackets.all();
  }

  static List<PacketCase.Good> canonical() {
    return good().stream().filter(PacketCase.Good::canonical).toList();
  }

  static List<PacketCase.Bad> bad() {
    return BadPackets.all();
  }

  @ParameterizedTest
  @MethodSource("good")
  void theBytesDecodeToThePacketAndNothingIsLeft(PacketCase.Good given) {
    ByteBuf in = Wire.buffer(given.hex());
    assertThat(PacketText.of(given.decoder().get().decode(in)))
        .isEqualTo(PacketText.of(given.packet()));
    assertThat(in.readableBytes()).isZero();
  }

  @ParameterizedTest
  @MethodSource("canonical")
  void thePacketEncodesToTheBytes(PacketCase.Good given) {
    byte[] written = Wire.encode(given.packet(), given.version());
    assertThat(Wire.hex(written)).isEqualTo(given.hex().replace(" ", ""));
    assertThat(MqttEncoder.size(given.packet(), given.version())).isEqualTo(written.length);
  }

  @ParameterizedTest
  @MethodSource("good")
  void everyShorterPieceIsIncompleteAndStaysUnread(PacketCase.Good given) {
    ByteBuf in = Wire.buffer(given.hex());
    MqttDecoder decoder = given.decoder().get();
    for (int length = 0; length < in.readableBytes(); length++) {
      ByteBuf piece = in.slice(0, length);
      assertThat(decoder.decode(piece)).isNull();
      assertThat(piece.readerIndex()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("bad")
  void theBytesAreRefusedWithTheReason(PacketCase.Bad given) {
    MalformedPacketException refusal =
        catchThrowableOfType(
            MalformedPacketException.class,
            () -> given.decoder().get().decode(Wire.buffer(given.hex())));
    assertThat(refusal).isNotNull();
    assertThat(refusal.code()).as(refusal.getMessage()).isEqualTo(given.code());
    assertThat(refusal.getStackTrace()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("bad")
  void theReasonIsTheSameWhenTheBytesComeOneByOne(PacketCase.Bad given) {
    ByteBuf bytes = Wire.buffer(given.hex());
    MqttDecoder decoder = given.decoder().get();
    MalformedPacketException refusal =
        catchThrowableOfType(
            MalformedPacketException.class,
            () -> {
              for (int length = 1; length <= bytes.readableBytes(); length++) {
                assertThat(decoder.decode(bytes.slice(0, length))).isNull();
              }
            });
    assertThat(refusal).isNotNull();
    assertThat(refusal.code()).isEqualTo(given.code());
  }
}
