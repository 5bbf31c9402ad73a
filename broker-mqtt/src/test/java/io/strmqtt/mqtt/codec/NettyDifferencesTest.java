package io.strmqtt.mqtt.codec;

import static io.strmqtt.mqtt.packet.MqttVersion.V3_1;
import static io.strmqtt.mqtt.packet.MqttVersion.V3_1_1;
import static io.strmqtt.mqtt.packet.MqttVersion.V5;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.strmqtt.mqtt.codec.PacketType.Sender;
import io.strmqtt.mqtt.packet.MqttPacket.Connect;
import io.strmqtt.mqtt.packet.MqttVersion;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Where Netty's decoder answers otherwise, it is on purpose and for a clause that says so. */
class NettyDifferencesTest {
  private enum Answer {
    ACCEPTS,
    REFUSES,
    WAITS
  }

  /** What a decoder says about the first packet, and why if it refuses it. */
  private record Verdict(Answer answer, String why) {}

  /**
   * A deliberate difference: the clause of MQTT 5.0 (or of the version that it is about), an
   * example, and what our refusal says; an empty text where it is Netty that refuses or waits.
   */
  private enum Difference {
    /** 3.1.0-1: the first packet is CONNECT. */
    FIRST_PACKET(Optional.empty(), Answer.ACCEPTS, "c000", "not that of a CONNECT|HTTP request"),
    /** 3.1.2-11, 3.1.2-13: without a will, its QoS and retain flag are 0. */
    WILL_FLAGS(
        Optional.empty(),
        Answer.ACCEPTS,
        "10 0d 0004 4d515454 04 0a 003c 0001 63",
        "will QoS or will retain without a will"),
    /** 3.1.2-12: no will has QoS 3. */
    WILL_QOS_3(
        Optional.empty(),
        Answer.ACCEPTS,
        "10 12 0004 4d515454 04 1e 003c 0001 63 0001 77 0000",
        "will QoS is 3"),
    /** No version describes it: bridges of 3.x set 0x80 in their level. */
    BRIDGE(Optional.empty(), Answer.REFUSES, "10 0d 0004 4d515454 84 02 003c 0001 63", ""),
    /** 3.1.1, 3.1.2-22: no password without a user name; in 3.1 neither. */
    PASSWORD_ALONE(
        Optional.empty(),
        Answer.ACCEPTS,
        "10 12 0006 4d5149736470 03 42 003c 0001 63 0001 70",
        "password without a user name"),
    /** 3.1.3-11, 3.3.2-2: no topic name has wildcards, that of a will neither. */
    WILL_TOPIC(
        Optional.empty(),
        Answer.ACCEPTS,
        "10 12 0004 4d515454 04 06 003c 0001 63 0001 23 0000",
        "will topic (has wildcards|is empty)"),
    /** 3.1, section 3.1: the remaining length overrules the flags of user name and password. */
    CREDENTIALS_OF_31(
        Optional.empty(), Answer.WAITS, "10 0f 0006 4d5149736470 03 c2 003c 0001 63", ""),
    /** 3.1, sections 2.1 and 3.8: what is not used is not judged. */
    UNUSED_BITS_OF_31(Optional.of(V3_1), Answer.REFUSES, "6a 02 0001", ""),
    /** 3.3.1-2: nothing of QoS 0 is a duplicate. */
    DUPLICATE_OF_QOS_0(Optional.of(V5), Answer.ACCEPTS, "38 04 0001 61 00", "DUP with QoS 0"),
    /** 4.7.3-1: a topic name has a character; in 5.0, or there is an alias. */
    EMPTY_TOPIC(Optional.of(V5), Answer.ACCEPTS, "30 03 0000 00", "topic name is empty"),
    /** 2.4, 3.4.2-1 and its like: a reason code is one of its packet. */
    REASON_CODES(Optional.of(V5), Answer.ACCEPTS, "40 03 0001 8e", "reason code \\d+"),
    /** 2.1.2: packets of a server do not come from a client. */
    DIRECTION(Optional.of(V5), Answer.ACCEPTS, "d0 00", "not for this side to send"),
    /** 3.8.3-5: reserved subscription options are 0; in 3.x all but the QoS. */
    SUBSCRIPTION_OPTIONS(
        Optional.of(V3_1_1),
        Answer.ACCEPTS,
        "82 06 0001 0001 61 04",
        "reserved subscription options are set"),
    /** 3.8.3-2, 3.10.3-2: at least one filter. */
    NO_FILTER(Optional.of(V5), Answer.ACCEPTS, "a2 03 0001 00", "no topic filter"),
    /** 1.5.5-1: the shortest form. */
    SHORTEST_FORM(Optional.of(V5), Answer.ACCEPTS, "c0 8000", "in (its )?shortest form"),
    /** 2.2.2.2: each packet has its own properties. */
    FOREIGN_PROPERTY(
        Optional.of(V5),
        Answer.ACCEPTS,
        "30 09 0001 61 05 11 00000000",
        "is not a property of this packet|from a client"),
    /** 3.1.2.11 and its like: it is a protocol error to include the property more than once. */
    REPEATED_PROPERTY(
        Optional.of(V5), Answer.ACCEPTS, "30 0c 0001 61 08 03 0001 74 03 0001 74", "stands twice"),
    /** 3.1.2.11, 3.3.2.3: the values a property may have. */
    PROPERTY_VALUE(
        Optional.of(V5),
        Answer.ACCEPTS,
        "30 06 0001 61 02 01 02",
        "[A-Z_]+ is \\d+|topic alias is 0|response topic is no topic name"),
    /** 2.2.2: the last property ends where the section does. */
    SECTION_END(
        Optional.of(V5), Answer.ACCEPTS, "e0 07 00 02 11 00000001", "is cut short|too many"),
    /** 3.1.2.11.10, 3.15.2.2.2: no data without a method, and no AUTH without one. */
    NO_METHOD(
        Optional.of(V5),
        Answer.ACCEPTS,
        "f0 02 18 00",
        "no authentication method|authentication data without a method");

    final Optional<MqttVersion> version;
    final Answer nettys;
    final String example;
    final String why;

    /**
     * @param version what the CONNECT before has named; empty if this is the first packet
     */
    Difference(Optional<MqttVersion> version, Answer nettys, String example, String why) {
      this.version = version;
      this.nettys = nettys;
      this.example = example;
      this.why = why;
    }

    byte[] bytes() {
      return HexFormat.of().parseHex(example.replace(" ", ""));
    }

    boolean covers(Optional<MqttVersion> spoken, byte[] packet, Verdict ours, Verdict theirs) {
      return switch (this) {
        case UNUSED_BITS_OF_31 ->
            spoken.equals(Optional.of(V3_1))
                && ours.answer == Answer.ACCEPTS
                && theirs.answer == Answer.REFUSES;
        case BRIDGE ->
            spoken.isEmpty()
                && ours.answer == Answer.ACCEPTS
                && theirs.answer == Answer.REFUSES
                && packet[1 + lengthBytes(packet) + 6] < 0;
        case CREDENTIALS_OF_31 ->
            spoken.isEmpty() && packet.length > 8 && packet[1 + lengthBytes(packet) + 1] == 6;
        default -> theirs.answer == Answer.ACCEPTS && ours.why.matches(".*(" + why + ").*");
      };
    }

    private static int lengthBytes(byte[] packet) {
      int bytes = 1;
      while (packet[bytes] < 0) {
        bytes++;
      }
      return bytes;
    }
  }

  @ParameterizedTest
  @EnumSource
  void theDifferenceIsStillThere(Difference difference) {
    assertThat(netty(difference.version, difference.bytes()).answer).isEqualTo(difference.nettys);
    Verdict ours = ours(difference.version, difference.bytes());
    assertThat(ours.answer).isEqualTo(difference.why.isEmpty() ? Answer.ACCEPTS : Answer.REFUSES);
    assertThat(ours.why).containsPattern(difference.why);
  }

  @Test
  void thereAreNoOthers() {
    Random random = new Random(20_261_126);
    int agreed = 0;
    for (int round = 0; round < 12_000; round++) {
      Optional<MqttVersion> version = Optional.of(MqttVersion.values()[random.nextInt(3)]);
      RandomPackets source = new RandomPackets(random, version.get(), Sender.CLIENT);
      boolean first = random.nextInt(3) == 0;
      byte[] packet = Wire.encode(first ? source.connect() : source.afterConnect(), version.get());
      mutate(random, packet);
      Optional<MqttVersion> before = first ? Optional.empty() : version;
      Verdict ours = ours(before, packet);
      Verdict theirs = netty(before, packet);
      if (ours.answer == theirs.answer) {
        agreed++;
      } else {
        assertThat(isDeliberate(before, packet, ours, theirs))
            .as("Netty %s, here %s: %s %s", theirs, ours, before, ByteBufUtil.hexDump(packet))
            .isTrue();
      }
    }
    assertThat(agreed).isGreaterThan(6_000);
  }

  private static boolean isDeliberate(
      Optional<MqttVersion> before, byte[] packet, Verdict ours, Verdict theirs) {
    // A field beyond the packet's end, or a first byte, is judged here without waiting for more
    // (2.1.4); the rest when the packet is complete, whose size is judged before (3.2.2-15).
    boolean sooner = ours.answer == Answer.REFUSES && theirs.answer == Answer.WAITS;
    boolean later = ours.answer == Answer.WAITS && theirs.answer == Answer.REFUSES;
    return sooner
        || later
        || Arrays.stream(Difference.values())
            .anyMatch(difference -> difference.covers(before, packet, ours, theirs));
  }

  private static void mutate(Random random, byte[] packet) {
    for (int change = random.nextInt(3); change > 0; change--) {
      int at = random.nextInt(Math.min(packet.length, 24));
      packet[at] =
          (byte) (random.nextBoolean() ? packet[at] ^ 1 << random.nextInt(8) : random.nextInt(256));
    }
  }

  /**
   * What is sent is understood there as it was meant: read and written by Netty, it is the same.
   */
  @Test
  void whatIsWrittenHereNettyReadsAndWritesBack() {
    Random random = new Random(20_261_127);
    for (int round = 0; round < 2_000; round++) {
      Sample sample = RandomPackets.sample(random);
      if (sample.packet() instanceof Connect) {
        continue; // Of those we only read; Netty's encoder has rules of its own for what is in
        // them.
      }
      byte[] back = throughNetty(sample);
      assertThat(PacketText.of(sample.decoder().decode(Unpooled.wrappedBuffer(back))))
          .isEqualTo(PacketText.of(sample.packet()));
    }
  }

  private static byte[] throughNetty(Sample sample) {
    EmbeddedChannel channel = nettys(Optional.of(sample.version()));
    try {
      channel.writeInbound(Unpooled.wrappedBuffer(sample.bytes()));
      MqttMessage message = channel.readInbound();
      assertThat(message.decoderResult().isSuccess())
          .as("%s: %s", sample, message.decoderResult())
          .isTrue();
      channel.writeOutbound(message);
      ByteBuf out = channel.readOutbound();
      byte[] bytes = ByteBufUtil.getBytes(out);
      out.release();
      return bytes;
    } finally {
      channel.finishAndReleaseAll();
    }
  }

  private static Verdict ours(Optional<MqttVersion> version, byte[] packet) {
    try {
      MqttDecoder decoder = version.map(Wire::server).orElseGet(Wire::newServer);
      return new Verdict(
          decoder.decode(Unpooled.wrappedBuffer(packet)) == null ? Answer.WAITS : Answer.ACCEPTS,
          "");
    } catch (MalformedPacketException e) {
      return new Verdict(Answer.REFUSES, String.valueOf(e.getMessage()));
    }
  }

  private static Verdict netty(Optional<MqttVersion> version, byte[] packet) {
    EmbeddedChannel channel = nettys(version);
    try {
      channel.writeInbound(Unpooled.wrappedBuffer(packet));
      MqttMessage message = channel.readInbound();
      if (message == null) {
        return new Verdict(Answer.WAITS, "");
      }
      if (message instanceof ByteBufHolder payload) {
        payload.release();
      }
      return message.decoderResult().isSuccess()
          ? new Verdict(Answer.ACCEPTS, "")
          : new Verdict(Answer.REFUSES, String.valueOf(message.decoderResult().cause()));
    } finally {
      channel.finishAndReleaseAll();
    }
  }

  /** A channel that has seen a CONNECT of the version, if one is given. */
  private static EmbeddedChannel nettys(Optional<MqttVersion> version) {
    EmbeddedChannel channel =
        new EmbeddedChannel(
            io.netty.handler.codec.mqtt.MqttEncoder.INSTANCE,
            new io.netty.handler.codec.mqtt.MqttDecoder(Wire.MAX_PACKET, 65_535));
    version.ifPresent(
        spoken -> {
          channel.writeInbound(Unpooled.wrappedBuffer(Wire.encode(Wire.connect(spoken), spoken)));
          channel.readInbound();
        });
    return channel;
  }
}
