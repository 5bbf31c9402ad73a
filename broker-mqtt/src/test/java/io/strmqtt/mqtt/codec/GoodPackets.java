package io.strmqtt.mqtt.codec;

import static io.strmqtt.mqtt.packet.MqttVersion.V3_1;
import static io.strmqtt.mqtt.packet.MqttVersion.V3_1_1;
import static io.strmqtt.mqtt.packet.MqttVersion.V5;

import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttPacket.Auth;
import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Connect;
import io.strmqtt.mqtt.packet.MqttPacket.Disconnect;
import io.strmqtt.mqtt.packet.MqttPacket.Pingreq;
import io.strmqtt.mqtt.packet.MqttPacket.Pingresp;
import io.strmqtt.mqtt.packet.MqttPacket.Puback;
import io.strmqtt.mqtt.packet.MqttPacket.Pubcomp;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrec;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrel;
import io.strmqtt.mqtt.packet.MqttPacket.Suback;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttPacket.Unsuback;
import io.strmqtt.mqtt.packet.MqttPacket.Unsubscribe;
import io.strmqtt.mqtt.packet.MqttPacket.Will;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Every packet in every form that a version knows. */
final class GoodPackets {
  private final List<PacketCase.Good> cases = new ArrayList<>();

  private GoodPackets() {}

  static List<PacketCase.Good> all() {
    GoodPackets table = new GoodPackets();
    table.connects();
    table.connacks();
    table.publishes();
    table.acknowledgements();
    table.subscriptions();
    table.rest();
    return table.cases;
  }

  private void connects() {
    first("bare", V3_1_1, "10 0d 0004 4d515454 04 02 003c 0001 63", connect(V3_1_1, "c"));
    first("bare", V3_1, "10 0f 0006 4d5149736470 03 02 003c 0001 63", connect(V3_1, "c"));
    first("bare", V5, "10 0e 0004 4d515454 05 02 003c 00 0001 63", connect(V5, "c"));
    first("empty client id", V3_1_1, "10 0c 0004 4d515454 04 02 003c 0000", connect(V3_1_1, ""));
    first("empty client id", V5, "10 0d 0004 4d515454 05 02 003c 00 0000", connect(V5, ""));
    first(
        "byte order mark in the client id",
        V5,
        "10 10 0004 4d515454 05 02 003c 00 0003 efbbbf",
        connect(V5, "\uFEFF"));
    first(
        "will and credentials",
        V3_1_1,
        "10 1a 0004 4d515454 04 ec 000a 0001 63 0001 77 0002 0102 0001 75 0001 70",
        new Connect(
            V3_1_1,
            "c",
            false,
            10,
            Optional.of(new Will("w", new byte[] {1, 2}, 1, true, Properties.NONE)),
            Optional.of("u"),
            Optional.of(utf8("p")),
            Properties.NONE));
    first(
        "will with all its properties",
        V5,
        "10 32 0004 4d515454 05 14 0000 05 11 ffffffff 0001 63"
            + " 19 18 00000005 01 01 02 0000000a 03 0001 74 08 0001 72 09 0002 0102"
            + " 0001 77 0000",
        new Connect(
            V5,
            "c",
            false,
            0,
            Optional.of(
                new Will(
                    "w",
                    new byte[0],
                    2,
                    false,
                    Properties.builder()
                        .add(Property.WILL_DELAY_INTERVAL, 5)
                        .add(Property.PAYLOAD_FORMAT_INDICATOR, 1)
                        .add(Property.MESSAGE_EXPIRY_INTERVAL, 10)
                        .add(Property.CONTENT_TYPE, "t")
                        .add(Property.RESPONSE_TOPIC, "r")
                        .add(Property.CORRELATION_DATA, new byte[] {1, 2})
                        .build())),
            Optional.empty(),
            Optional.empty(),
            Properties.builder().add(Property.SESSION_EXPIRY_INTERVAL, 0xFFFFFFFFL).build()));
    first(
        "password without user name",
        V5,
        "10 11 0004 4d515454 05 40 003c 00 0001 63 0001 70",
        new Connect(
            V5,
            "c",
            false,
            60,
            Optional.empty(),
            Optional.empty(),
            Optional.of(utf8("p")),
            Properties.NONE));
    first(
        "all properties",
        V5,
        "10 31 0004 4d515454 05 02 003c 23 21 0001 27 00000100 22 0005 19 01 17 00"
            + " 26 0001 61 0001 62 15 0001 6d 16 0001 64 11 00000001 0001 63",
        new Connect(
            V5,
            "c",
            true,
            60,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Properties.builder()
                .add(Property.RECEIVE_MAXIMUM, 1)
                .add(Property.MAXIMUM_PACKET_SIZE, 256)
                .add(Property.TOPIC_ALIAS_MAXIMUM, 5)
                .add(Property.REQUEST_RESPONSE_INFORMATION, 1)
                .add(Property.REQUEST_PROBLEM_INFORMATION, 0)
                .addUser("a", "b")
                .add(Property.AUTHENTICATION_METHOD, "m")
                .add(Property.AUTHENTICATION_DATA, utf8("d"))
                .add(Property.SESSION_EXPIRY_INTERVAL, 1)
                .build()));
    // the remaining length overrules the flags
    other(
        "flags of credentials that are missing",
        V3_1,
        "10 0f 0006 4d5149736470 03 c2 003c 0001 63",
        connect(V3_1, "c"));
    other(
        "remaining length in two bytes",
        V3_1_1,
        "10 8d00 0004 4d515454 04 02 003c 0001 63",
        connect(V3_1_1, "c"));
  }

  private void connacks() {
    toClient("accepted", V3_1, "20 02 00 00", connack(false, ReasonCode.SUCCESS));
    toClient("accepted", V3_1_1, "20 02 01 00", connack(true, ReasonCode.SUCCESS));
    toClient("accepted", V5, "20 03 01 00 00", connack(true, ReasonCode.SUCCESS));
    ReasonCode[] codes = {
      ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
      ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
      ReasonCode.SERVER_UNAVAILABLE,
      ReasonCode.BAD_USER_NAME_OR_PASSWORD,
      ReasonCode.NOT_AUTHORIZED
    };
    for (int i = 0; i < codes.length; i++) {
      toClient("return code " + (i + 1), V3_1_1, "20 02 00 0" + (i + 1), connack(false, codes[i]));
    }
    toClient("banned", V5, "20 03 00 8a 00", connack(false, ReasonCode.BANNED));
    toClient(
        "all properties",
        V5,
        "20 37 00 00 34 11 00000001 21 0002 24 01 25 01 27 00000100 12 0001 63 22 0003"
            + " 1f 0001 72 28 01 29 01 2a 01 13 0009 1a 0001 69 1c 0001 73 15 0001 6d 16 0000",
        new Connack(
            false,
            ReasonCode.SUCCESS,
            Properties.builder()
                .add(Property.SESSION_EXPIRY_INTERVAL, 1)
                .add(Property.RECEIVE_MAXIMUM, 2)
                .add(Property.MAXIMUM_QOS, 1)
                .add(Property.RETAIN_AVAILABLE, 1)
                .add(Property.MAXIMUM_PACKET_SIZE, 256)
                .add(Property.ASSIGNED_CLIENT_IDENTIFIER, "c")
                .add(Property.TOPIC_ALIAS_MAXIMUM, 3)
                .add(Property.REASON_STRING, "r")
                .add(Property.WILDCARD_SUBSCRIPTION_AVAILABLE, 1)
                .add(Property.SUBSCRIPTION_IDENTIFIER_AVAILABLE, 1)
                .add(Property.SHARED_SUBSCRIPTION_AVAILABLE, 1)
                .add(Property.SERVER_KEEP_ALIVE, 9)
                .add(Property.RESPONSE_INFORMATION, "i")
                .add(Property.SERVER_REFERENCE, "s")
                .add(Property.AUTHENTICATION_METHOD, "m")
                .add(Property.AUTHENTICATION_DATA, new byte[0])
                .build()));
  }

  private void publishes() {
    for (MqttVersion version : List.of(V3_1, V3_1_1)) {
      toServer("QoS 0", version, "30 05 0003 612f62", publish("a/b", 0, false, false, 0, ""));
      toServer("QoS 1", version, "3b 06 0001 61 0001 78", publish("a", 1, true, true, 1, "x"));
      toServer(
          "QoS 2", version, "34 06 0001 61 ffff 78", publish("a", 2, false, false, 65535, "x"));
    }
    toServer("QoS 0", V5, "31 05 0001 61 00 78", publish("a", 0, true, false, 0, "x"));
    toServer("QoS 2", V5, "3c 06 0001 61 0100 00", publish("a", 2, false, true, 256, ""));
    toServer(
        "topic beyond ASCII",
        V5,
        "30 0e 000b c3a4 e282ac f09f9880 2f78 00",
        publish("ä€😀/x", 0, false, false, 0, ""));
    toServer(
        "alias without a topic",
        V5,
        "30 07 0000 03 23 0007 78",
        new Publish(
            "",
            0,
            false,
            false,
            0,
            utf8("x"),
            Properties.builder().add(Property.TOPIC_ALIAS, 7).build()));
    toClient(
        "two subscription identifiers",
        V5,
        "30 09 0001 61 05 0b 01 0b 8001",
        new Publish(
            "a",
            0,
            false,
            false,
            0,
            new byte[0],
            Properties.builder()
                .add(Property.SUBSCRIPTION_IDENTIFIER, 1)
                .add(Property.SUBSCRIPTION_IDENTIFIER, 128)
                .build()));
    toServer(
        "user properties of one name",
        V5,
        "30 12 0001 61 0e 26 0001 6b 0001 31 26 0001 6b 0001 32",
        new Publish(
            "a",
            0,
            false,
            false,
            0,
            new byte[0],
            Properties.builder().addUser("k", "1").addUser("k", "2").build()));
  }

  private void acknowledgements() {
    Properties why = Properties.builder().add(Property.REASON_STRING, "r").build();
    for (MqttVersion version : MqttVersion.values()) {
      toServer(
          "PUBACK", version, "40 02 0102", new Puback(258, ReasonCode.SUCCESS, Properties.NONE));
      toServer("PUBREC", version, "50 02 0001", new Pubrec(1, ReasonCode.SUCCESS, Properties.NONE));
      toServer("PUBREL", version, "62 02 0001", new Pubrel(1, ReasonCode.SUCCESS, Properties.NONE));
      toServer(
          "PUBCOMP", version, "70 02 0001", new Pubcomp(1, ReasonCode.SUCCESS, Properties.NONE));
    }
    toServer(
        "PUBACK with a code",
        V5,
        "40 03 0001 87",
        new Puback(1, ReasonCode.NOT_AUTHORIZED, Properties.NONE));
    toClient(
        "PUBREC with a reason",
        V5,
        "50 08 0001 97 04 1f 0001 72",
        new Pubrec(1, ReasonCode.QUOTA_EXCEEDED, why));
    toServer(
        "PUBREL for nothing",
        V5,
        "62 03 0001 92",
        new Pubrel(1, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, Properties.NONE));
    toServer(
        "PUBCOMP with a reason",
        V5,
        "70 08 0001 00 04 1f 0001 72",
        new Pubcomp(1, ReasonCode.SUCCESS, why));
    other(
        "PUBACK with success spelled out",
        V5,
        "40 03 0001 00",
        new Puback(1, ReasonCode.SUCCESS, Properties.NONE));
    other(
        "PUBACK with no properties spelled out",
        V5,
        "40 04 0001 10 00",
        new Puback(1, ReasonCode.NO_MATCHING_SUBSCRIBERS, Properties.NONE));
    other(
        "PUBREL sent again",
        V3_1,
        "6a 02 0001",
        new Pubrel(1, ReasonCode.SUCCESS, Properties.NONE));
  }

  private void subscriptions() {
    Subscribe two =
        new Subscribe(
            10,
            List.of(request("a/#", 1, false, false, 0), request("+", 2, false, false, 0)),
            Properties.NONE);
    toServer("SUBSCRIBE", V3_1_1, "82 0c 000a 0003 612f23 01 0001 2b 02", two);
    toServer("SUBSCRIBE", V5, "82 0d 000a 00 0003 612f23 01 0001 2b 02", two);
    other("SUBSCRIBE sent again", V3_1, "8a 0c 000a 0003 612f23 01 0001 2b 02", two);
    toServer(
        "SUBSCRIBE with all options",
        V5,
        "82 09 0001 02 0b 05 0001 61 2e",
        new Subscribe(
            1,
            List.of(request("a", 2, true, true, 2)),
            Properties.builder().add(Property.SUBSCRIPTION_IDENTIFIER, 5).build()));
    toClient(
        "SUBACK",
        V3_1_1,
        "90 06 0001 00 01 02 80",
        new Suback(
            1,
            List.of(
                ReasonCode.SUCCESS,
                ReasonCode.GRANTED_QOS_1,
                ReasonCode.GRANTED_QOS_2,
                ReasonCode.UNSPECIFIED_ERROR),
            Properties.NONE));
    toClient(
        "SUBACK",
        V5,
        "90 05 0001 00 02 87",
        new Suback(
            1, List.of(ReasonCode.GRANTED_QOS_2, ReasonCode.NOT_AUTHORIZED), Properties.NONE));
    toServer(
        "UNSUBSCRIBE",
        V3_1_1,
        "a2 05 0001 0001 61",
        new Unsubscribe(1, List.of("a"), Properties.NONE));
    toServer(
        "UNSUBSCRIBE",
        V5,
        "a2 09 0001 00 0001 61 0001 62",
        new Unsubscribe(1, List.of("a", "b"), Properties.NONE));
    toClient("UNSUBACK", V3_1_1, "b0 02 0001", new Unsuback(1, List.of(), Properties.NONE));
    toClient(
        "UNSUBACK",
        V5,
        "b0 04 0001 00 11",
        new Unsuback(1, List.of(ReasonCode.NO_SUBSCRIPTION_EXISTED), Properties.NONE));
  }

  private void rest() {
    for (MqttVersion version : MqttVersion.values()) {
      toServer("PINGREQ", version, "c0 00", new Pingreq());
      toClient("PINGRESP", version, "d0 00", new Pingresp());
      toServer("DISCONNECT", version, "e0 00", new Disconnect(ReasonCode.SUCCESS, Properties.NONE));
    }
    toServer(
        "DISCONNECT with will",
        V5,
        "e0 01 04",
        new Disconnect(ReasonCode.DISCONNECT_WITH_WILL, Properties.NONE));
    toServer(
        "DISCONNECT with expiry",
        V5,
        "e0 07 00 05 11 00000000",
        new Disconnect(
            ReasonCode.SUCCESS,
            Properties.builder().add(Property.SESSION_EXPIRY_INTERVAL, 0).build()));
    toClient(
        "DISCONNECT with another server",
        V5,
        "e0 06 9c 04 1c 0001 73",
        new Disconnect(
            ReasonCode.USE_ANOTHER_SERVER,
            Properties.builder().add(Property.SERVER_REFERENCE, "s").build()));
    other(
        "DISCONNECT spelled out",
        V5,
        "e0 02 00 00",
        new Disconnect(ReasonCode.SUCCESS, Properties.NONE));
    toClient("AUTH", V5, "f0 00", new Auth(ReasonCode.SUCCESS, Properties.NONE));
    toServer(
        "AUTH with data",
        V5,
        "f0 0a 18 08 15 0001 6d 16 0001 64",
        new Auth(
            ReasonCode.CONTINUE_AUTHENTICATION,
            Properties.builder()
                .add(Property.AUTHENTICATION_METHOD, "m")
                .add(Property.AUTHENTICATION_DATA, utf8("d"))
                .build()));
  }

  private static Connect connect(MqttVersion version, String clientId) {
    return new Connect(
        version,
        clientId,
        true,
        60,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Properties.NONE);
  }

  private static Connack connack(boolean sessionPresent, ReasonCode code) {
    return new Connack(sessionPresent, code, Properties.NONE);
  }

  private static Publish publish(
      String topic, int qos, boolean retain, boolean dup, int packetId, String payload) {
    return new Publish(topic, qos, retain, dup, packetId, utf8(payload), Properties.NONE);
  }

  private static Subscribe.Request request(
      String filter, int qos, boolean noLocal, boolean retainAsPublished, int retainHandling) {
    return new Subscribe.Request(filter, qos, noLocal, retainAsPublished, retainHandling);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void first(String name, MqttVersion version, String hex, MqttPacket packet) {
    cases.add(new PacketCase.Good("CONNECT, " + name, version, Wire::newServer, hex, true, packet));
  }

  private void toServer(String name, MqttVersion version, String hex, MqttPacket packet) {
    cases.add(new PacketCase.Good(name, version, () -> Wire.server(version), hex, true, packet));
  }

  private void toClient(String name, MqttVersion version, String hex, MqttPacket packet) {
    cases.add(new PacketCase.Good(name, version, () -> Wire.client(version), hex, true, packet));
  }

  /** A form that is accepted but never written. */
  private void other(String name, MqttVersion version, String hex, MqttPacket packet) {
    boolean first = packet instanceof Connect;
    cases.add(
        new PacketCase.Good(
            name,
            version,
            first ? Wire::newServer : () -> Wire.server(version),
            hex,
            false,
            packet));
  }
}
