package io.strmqtt.core.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.strmqtt.mqtt.codec.MqttEncoder;
import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttPacket.Auth;
import io.strmqtt.mqtt.packet.MqttPacket.Disconnect;
import io.strmqtt.mqtt.packet.MqttPacket.Pingreq;
import io.strmqtt.mqtt.packet.MqttPacket.Puback;
import io.strmqtt.mqtt.packet.MqttPacket.Pubcomp;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrec;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrel;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttPacket.Unsubscribe;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What a client may send that means no good, or knows no better: a CONNECT as a rule, packets that
 * a client sends at the right and at the wrong time, and then some bytes changed, added and lost.
 */
final class HostileStream {
  private static final String[] TOPICS = {"t", "t/1", "t/2/3", "$SYS/x", "$share/g/t", "", "/"};
  private static final String[] FILTERS = {
    "t", "t/#", "#", "+/1", "$share/g/t", "$share/g/#", "$share//t", "t#", "", "$SYS/#"
  };

  private final Random random;
  private final MqttVersion version;

  HostileStream(Random random) {
    this.random = random;
    this.version = MqttVersion.values()[random.nextInt(3)];
  }

  byte[] bytes() {
    ByteBuf out = Unpooled.buffer();
    if (random.nextInt(10) > 0) {
      MqttEncoder.encode(connect().packet(), version, out);
    }
    for (int left = random.nextInt(12); left > 0; left--) {
      MqttEncoder.encode(packet(), version, out);
    }
    byte[] bytes = new byte[out.readableBytes()];
    out.readBytes(bytes);
    return random.nextInt(4) == 0 ? bytes : mutated(bytes);
  }

  private ConnectOptions connect() {
    ConnectOptions options = new ConnectOptions("c" + random.nextInt(3)).version(version);
    if (random.nextBoolean()) {
      options.resume();
    }
    if (random.nextBoolean()) {
      options.will("t/1", "will", random.nextInt(3), random.nextBoolean(), Properties.NONE);
    }
    if (random.nextInt(4) == 0) {
      options.keepAlive(1 + random.nextInt(20));
    }
    if (version == MqttVersion.V5) {
      if (random.nextBoolean()) {
        options.expiry(random.nextInt(100));
      }
      if (random.nextInt(4) == 0) {
        options.property(Property.RECEIVE_MAXIMUM, 1 + random.nextInt(3));
      }
      if (random.nextInt(8) == 0) {
        options.property(Property.MAXIMUM_PACKET_SIZE, 1 + random.nextInt(60));
      }
    }
    return options;
  }

  private MqttPacket packet() {
    return switch (random.nextInt(14)) {
      case 0, 1, 2, 3 -> publish();
      case 4, 5 -> subscribe();
      case 6 -> new Unsubscribe(id(), List.of(FILTERS[random.nextInt(FILTERS.length)]), none());
      case 7 -> new Puback(id(), ReasonCode.SUCCESS, none());
      case 8 -> new Pubrec(id(), ReasonCode.SUCCESS, none());
      case 9 -> new Pubrel(id(), ReasonCode.SUCCESS, none());
      case 10 -> new Pubcomp(id(), ReasonCode.SUCCESS, none());
      case 11 -> new Pingreq();
      case 12 ->
          version == MqttVersion.V5 && random.nextBoolean()
              ? new Auth(ReasonCode.SUCCESS, none())
              : connect().packet();
      default -> new Disconnect(ReasonCode.SUCCESS, none());
    };
  }

  private Publish publish() {
    int qos = random.nextInt(3);
    Properties.Builder properties = Properties.builder();
    if (version == MqttVersion.V5 && random.nextInt(3) == 0) {
      properties.add(Property.TOPIC_ALIAS, 1 + random.nextInt(4));
    }
    if (version == MqttVersion.V5 && random.nextInt(3) == 0) {
      properties.add(Property.MESSAGE_EXPIRY_INTERVAL, random.nextInt(5));
    }
    return new Publish(
        TOPICS[random.nextInt(TOPICS.length)],
        qos,
        random.nextInt(4) == 0,
        qos > 0 && random.nextBoolean(),
        qos == 0 ? 0 : id(),
        new byte[random.nextInt(40)],
        properties.build());
  }

  private Subscribe subscribe() {
    List<Subscribe.Request> requests = new ArrayList<>();
    for (int left = 1 + random.nextInt(4); left > 0; left--) {
      boolean v5 = version == MqttVersion.V5;
      requests.add(
          new Subscribe.Request(
              FILTERS[random.nextInt(FILTERS.length)],
              random.nextInt(3),
              v5 && random.nextInt(4) == 0,
              v5 && random.nextBoolean(),
              v5 ? random.nextInt(3) : 0));
    }
    return new Subscribe(id(), requests, none());
  }

  private int id() {
    return 1 + random.nextInt(4);
  }

  private static Properties none() {
    return Properties.NONE;
  }

  private byte[] mutated(byte[] bytes) {
    ByteBuf out = Unpooled.buffer();
    double rate = random.nextDouble() * random.nextDouble() * 0.1;
    for (byte b : bytes) {
      if (random.nextDouble() >= rate) {
        out.writeByte(b);
        continue;
      }
      switch (random.nextInt(4)) {
        case 0 -> out.writeByte(random.nextInt(256));
        case 1 -> out.writeByte(b ^ 1 << random.nextInt(8));
        case 2 -> out.writeByte(b).writeByte(b);
        default -> {}
      }
    }
    byte[] result = new byte[out.readableBytes()];
    out.readBytes(result);
    return result;
  }
}
