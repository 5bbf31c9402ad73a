package io.strmqtt.mqtt.codec;

import io.strmqtt.mqtt.packet.MqttPacket.Suback;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttPacket.Unsuback;
import io.strmqtt.mqtt.packet.MqttPacket.Unsubscribe;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property.Carrier;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.util.ArrayList;
import java.util.List;

/** Reads SUBSCRIBE, SUBACK, UNSUBSCRIBE and UNSUBACK (sections 3.8 to 3.11). */
final class SubscriptionReader {
  private static final String SHARE = "$share/";
  private static final int NO_LOCAL = 1 << 2;

  private SubscriptionReader() {}

  static Subscribe readSubscribe(PacketReader in, MqttVersion version) {
    int packetId = in.packetId();
    Properties properties = properties(in, version, Carrier.SUBSCRIBE, PacketType.Sender.CLIENT);
    List<Subscribe.Request> requests = new ArrayList<>(2);
    while (in.remaining() > 0 && requests.size() < in.maxFilters()) {
      requests.add(readRequest(in, version));
    }
    int beyond = 0;
    for (; in.remaining() > 0; beyond++) {
      skipRequest(in, version);
    }
    if (requests.isEmpty()) { // MQTT-3.8.3-2
      throw in.protocolError("no topic filter");
    }
    return new Subscribe(packetId, requests, beyond, properties);
  }

  private static Subscribe.Request readRequest(PacketReader in, MqttVersion version) {
    String filter = in.string("topic filter");
    int options = readOptions(in, version);
    judgeNoLocal(in, filter.startsWith(SHARE), options);
    return new Subscribe.Request(
        filter, options & 3, (options & NO_LOCAL) != 0, (options & 1 << 3) != 0, options >> 4);
  }

  /** One that is refused as one too many must be well-formed all the same. */
  private static void skipRequest(PacketReader in, MqttVersion version) {
    boolean shared = in.skipString("topic filter", SHARE);
    judgeNoLocal(in, shared, readOptions(in, version));
  }

  private static void judgeNoLocal(PacketReader in, boolean shared, int options) {
    if (shared && (options & NO_LOCAL) != 0) { // MQTT-3.8.3-4
      throw in.protocolError("no local on a shared subscription");
    }
  }

  private static int readOptions(PacketReader in, MqttVersion version) {
    int options = in.oneByte("subscription options");
    int known = version == MqttVersion.V5 ? 0b0011_1111 : 0b0000_0011;
    if (version == MqttVersion.V3_1) {
      options &= known; // Its section 3.8: the others are not used.
    }
    if ((options & ~known) != 0) { // MQTT-3.8.3-5
      throw in.malformed("reserved subscription options are set");
    }
    if ((options & 3) == 3) {
      throw in.protocolError("maximum QoS is 3");
    }
    if (options >> 4 == 3) {
      throw in.protocolError("retain handling is 3");
    }
    return options;
  }

  static Suback readSuback(PacketReader in, MqttVersion version) {
    int packetId = in.packetId();
    Properties properties = properties(in, version, Carrier.ACKS, PacketType.Sender.SERVER);
    List<ReasonCode> codes = codes(in);
    if (version != MqttVersion.V5) {
      for (ReasonCode code : codes) {
        if (code.value() > ReasonCode.UNSPECIFIED_ERROR.value()) { // MQTT-3.9.3-2 of 3.1.1
          throw in.malformed("return code " + code.value());
        }
      }
    }
    return new Suback(packetId, codes, properties);
  }

  static Unsubscribe readUnsubscribe(PacketReader in, MqttVersion version) {
    int packetId = in.packetId();
    Properties properties = properties(in, version, Carrier.UNSUBSCRIBE, PacketType.Sender.CLIENT);
    List<String> filters = new ArrayList<>(2);
    while (in.remaining() > 0 && filters.size() < in.maxFilters()) {
      filters.add(in.string("topic filter"));
    }
    int beyond = 0;
    for (; in.remaining() > 0; beyond++) {
      in.skipString("topic filter", SHARE);
    }
    if (filters.isEmpty()) { // MQTT-3.10.3-2
      throw in.protocolError("no topic filter");
    }
    return new Unsubscribe(packetId, filters, beyond, properties);
  }

  static Unsuback readUnsuback(PacketReader in, MqttVersion version) {
    int packetId = in.packetId();
    if (version != MqttVersion.V5) {
      return new Unsuback(packetId, List.of(), Properties.NONE);
    }
    Properties properties = properties(in, version, Carrier.ACKS, PacketType.Sender.SERVER);
    return new Unsuback(packetId, codes(in), properties);
  }

  private static List<ReasonCode> codes(PacketReader in) {
    List<ReasonCode> codes = new ArrayList<>(2);
    while (in.remaining() > 0) {
      codes.add(ResponseReader.reasonCode(in));
    }
    if (codes.isEmpty()) {
      throw in.malformed("no reason code");
    }
    return codes;
  }

  private static Properties properties(
      PacketReader in, MqttVersion version, int carrier, PacketType.Sender sender) {
    return version == MqttVersion.V5 ? PropertyReader.read(in, carrier, sender) : Properties.NONE;
  }
}
