package io.strmqtt.mqtt.codec;

import static io.strmqtt.mqtt.packet.MqttVersion.V3_1;
import static io.strmqtt.mqtt.packet.MqttVersion.V3_1_1;
import static io.strmqtt.mqtt.packet.MqttVersion.V5;
import static io.strmqtt.mqtt.packet.ReasonCode.CLIENT_IDENTIFIER_NOT_VALID;
import static io.strmqtt.mqtt.packet.ReasonCode.MALFORMED_PACKET;
import static io.strmqtt.mqtt.packet.ReasonCode.PACKET_TOO_LARGE;
import static io.strmqtt.mqtt.packet.ReasonCode.PROTOCOL_ERROR;
import static io.strmqtt.mqtt.packet.ReasonCode.TOPIC_ALIAS_INVALID;
import static io.strmqtt.mqtt.packet.ReasonCode.TOPIC_NAME_INVALID;
import static io.strmqtt.mqtt.packet.ReasonCode.UNSUPPORTED_PROTOCOL_VERSION;

import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.util.ArrayList;
import java.util.List;

/** What no connection survives, each for one fault alone. */
final class BadPackets {
  private final List<PacketCase.Bad> cases = new ArrayList<>();

  private BadPackets() {}

  static List<PacketCase.Bad> all() {
    BadPackets table = new BadPackets();
    table.fixedHeaders();
    table.connects();
    table.publishes();
    table.properties();
    table.subscriptions();
    table.acknowledgements();
    return table.cases;
  }

  private void fixedHeaders() {
    first("first packet PINGREQ", "c0", PROTOCOL_ERROR);
    first("first packet of type 0", "00", PROTOCOL_ERROR);
    first("first byte of an HTTP request", "47", PROTOCOL_ERROR);
    first("first bytes of a TLS handshake", "16 03 01", MALFORMED_PACKET);
    first("CONNECT in 3.1.1 or 5.0 with flags", "14 0d 0004", MALFORMED_PACKET);
    first("MQIsdp at level 5 with flags", "12 0f 0006 4d5149736470 05", MALFORMED_PACKET);
    first(
        "5.0 with the mark of a bridge",
        "10 0e 0004 4d515454 85 02 003c 00 0001 63",
        UNSUPPORTED_PROTOCOL_VERSION);
    first("first packet too large", "10 bf9a0c", PACKET_TOO_LARGE);
    first("remaining length of five bytes", "10 ffffffff", MALFORMED_PACKET);
    first(
        "CONNECT in 5.0 with an overlong length",
        "10 8e00 0004 4d515454 05 02 003c 00 0001 63",
        MALFORMED_PACKET);
    for (MqttVersion version : MqttVersion.values()) {
      server(version, "second CONNECT", "10", PROTOCOL_ERROR);
      server(version, "packet type 0", "00", MALFORMED_PACKET);
      server(version, "CONNACK from a client", "20", PROTOCOL_ERROR);
      server(version, "SUBACK from a client", "90", PROTOCOL_ERROR);
      server(version, "UNSUBACK from a client", "b0", PROTOCOL_ERROR);
      server(version, "PINGRESP from a client", "d0", PROTOCOL_ERROR);
      server(version, "QoS 3", "36", MALFORMED_PACKET);
      server(version, "PINGREQ with a body", "c0 01 00", MALFORMED_PACKET);
      server(version, "packet too large", "30 c0843d", PACKET_TOO_LARGE);
      client(version, "SUBSCRIBE from a server", "82", PROTOCOL_ERROR);
      client(version, "PINGREQ from a server", "c0", PROTOCOL_ERROR);
    }
    for (MqttVersion version : List.of(V3_1_1, V5)) {
      server(version, "DUP with QoS 0", "38", MALFORMED_PACKET);
      server(version, "PUBACK with flags", "41", MALFORMED_PACKET);
      server(version, "PUBREL without its flags", "60", MALFORMED_PACKET);
      server(version, "SUBSCRIBE without its flags", "80", MALFORMED_PACKET);
      server(version, "UNSUBSCRIBE with other flags", "a3", MALFORMED_PACKET);
      server(version, "PINGREQ with flags", "c2", MALFORMED_PACKET);
      server(version, "DISCONNECT with flags", "e8", MALFORMED_PACKET);
    }
    server(V3_1_1, "PUBREL with DUP", "6a", MALFORMED_PACKET);
    server(V3_1_1, "AUTH", "f0", MALFORMED_PACKET);
    server(V3_1, "AUTH", "f0", MALFORMED_PACKET);
    server(V5, "AUTH with flags", "f1", MALFORMED_PACKET);
    server(V5, "overlong remaining length", "c0 8000", MALFORMED_PACKET);
    server(V3_1_1, "DISCONNECT with a body", "e0 01 00", MALFORMED_PACKET);
    client(V3_1_1, "DISCONNECT from a server", "e0", PROTOCOL_ERROR);
  }

  private void connects() {
    first(
        "protocol level 6", "10 0d 0004 4d515454 06 02 003c 0001 63", UNSUPPORTED_PROTOCOL_VERSION);
    first(
        "MQTT at level 3", "10 0d 0004 4d515454 03 02 003c 0001 63", UNSUPPORTED_PROTOCOL_VERSION);
    first(
        "other protocol name",
        "10 0d 0004 4d515455 04 02 003c 0001 63",
        UNSUPPORTED_PROTOCOL_VERSION);
    first("protocol name beyond the packet", "10 03 0004 4d", MALFORMED_PACKET);
    first("empty CONNECT", "10 00", MALFORMED_PACKET);
    first("reserved connect flag", "10 0d 0004 4d515454 04 03 003c 0001 63", MALFORMED_PACKET);
    first("will QoS without a will", "10 0d 0004 4d515454 04 0a 003c 0001 63", MALFORMED_PACKET);
    first("will retain without a will", "10 0d 0004 4d515454 04 22 003c 0001 63", MALFORMED_PACKET);
    first("will QoS 3", "10 12 0004 4d515454 04 1e 003c 0001 63 0001 77 0000", MALFORMED_PACKET);
    first("will that is missing", "10 0d 0004 4d515454 04 06 003c 0001 63", MALFORMED_PACKET);
    first(
        "will topic with wildcard",
        "10 12 0004 4d515454 04 06 003c 0001 63 0001 23 0000",
        TOPIC_NAME_INVALID);
    first(
        "will topic empty", "10 11 0004 4d515454 04 06 003c 0001 63 0000 0000", TOPIC_NAME_INVALID);
    first(
        "password without user name",
        "10 10 0004 4d515454 04 42 003c 0001 63 0001 70",
        MALFORMED_PACKET);
    first("user name that is missing", "10 0d 0004 4d515454 04 82 003c 0001 63", MALFORMED_PACKET);
    first(
        "bytes behind the payload", "10 0e 0004 4d515454 04 02 003c 0001 63 00", MALFORMED_PACKET);
    first(
        "empty id without clean session",
        "10 0c 0004 4d515454 04 00 003c 0000",
        CLIENT_IDENTIFIER_NOT_VALID);
    first(
        "empty id in 3.1", "10 0e 0006 4d5149736470 03 02 003c 0000", CLIENT_IDENTIFIER_NOT_VALID);
    first("client id with U+0000", "10 0d 0004 4d515454 04 02 003c 0001 00", MALFORMED_PACKET);
    first(
        "client id with a surrogate",
        "10 0f 0004 4d515454 04 02 003c 0003 eda080",
        MALFORMED_PACKET);
    first(
        "client id with an overlong form",
        "10 0e 0004 4d515454 04 02 003c 0002 c0af",
        MALFORMED_PACKET);
    first(
        "client id above U+10FFFF",
        "10 10 0004 4d515454 04 02 003c 0004 f4908080",
        MALFORMED_PACKET);
    first(
        "client id cut inside a character",
        "10 0e 0004 4d515454 04 02 003c 0002 e282",
        MALFORMED_PACKET);
    first(
        "CONNECT with authentication data only",
        "10 12 0004 4d515454 05 02 003c 04 16 0001 64 0001 63",
        PROTOCOL_ERROR);
  }

  private void publishes() {
    for (MqttVersion version : List.of(V3_1, V3_1_1)) {
      server(version, "packet id 0", "32 05 0001 61 0000", PROTOCOL_ERROR);
      server(version, "empty topic", "30 02 0000", PROTOCOL_ERROR);
      server(version, "topic with #", "30 05 0003 612f23", TOPIC_NAME_INVALID);
      server(version, "topic beyond the packet", "30 03 0002 61", MALFORMED_PACKET);
      server(version, "no packet id", "32 03 0001 61", MALFORMED_PACKET);
    }
    server(V5, "packet id 0", "32 06 0001 61 0000 00", PROTOCOL_ERROR);
    server(V5, "empty topic without alias", "30 03 0000 00", PROTOCOL_ERROR);
    server(V5, "topic with +", "30 04 0001 2b 00", TOPIC_NAME_INVALID);
    server(V5, "topic with U+0000", "30 05 0002 6100 00", MALFORMED_PACKET);
    server(V5, "topic alias 0", "30 07 0001 61 03 23 0000", TOPIC_ALIAS_INVALID);
    server(V5, "subscription identifier from a client", "30 06 0001 61 02 0b 01", PROTOCOL_ERROR);
    server(V5, "response topic with wildcard", "30 08 0001 61 04 08 0001 2b", PROTOCOL_ERROR);
    server(V5, "no property length", "30 03 0001 61", MALFORMED_PACKET);
  }

  private void properties() {
    server(V5, "unknown property", "30 06 0001 61 02 7f 00", MALFORMED_PACKET);
    server(V5, "property of another packet", "30 09 0001 61 05 11 00000000", MALFORMED_PACKET);
    server(V5, "will delay outside a will", "30 09 0001 61 05 18 00000000", MALFORMED_PACKET);
    server(V5, "section beyond the packet", "30 05 0001 61 05 01", MALFORMED_PACKET);
    server(V5, "value beyond the section", "30 07 0001 61 02 02 0000", MALFORMED_PACKET);
    server(V5, "overlong section length", "30 06 0001 61 8000 00", MALFORMED_PACKET);
    server(V5, "section length of five bytes", "30 08 0001 61 8080808001", MALFORMED_PACKET);
    server(V5, "payload format indicator 2", "30 06 0001 61 02 01 02", PROTOCOL_ERROR);
    server(V5, "content type twice", "30 0c 0001 61 08 03 0001 74 03 0001 74", PROTOCOL_ERROR);
    server(
        V5,
        "user property with a broken value",
        "30 0b 0001 61 07 26 0001 6b 0001 ff",
        MALFORMED_PACKET);
    connect5("receive maximum 0", "21 0000", PROTOCOL_ERROR);
    connect5("maximum packet size 0", "27 00000000", PROTOCOL_ERROR);
    connect5("request problem information 2", "17 02", PROTOCOL_ERROR);
    connect5("request response information 2", "19 02", PROTOCOL_ERROR);
    connect5("session expiry twice", "11 00000001 11 00000001", PROTOCOL_ERROR);
    connect5("a CONNACK's property", "24 01", MALFORMED_PACKET);
    client(V5, "maximum QoS 2", "20 05 00 00 02 24 02", PROTOCOL_ERROR);
    client(V5, "session expiry from a server", "e0 07 00 05 11 00000000", PROTOCOL_ERROR);
    server(V5, "server reference from a client", "e0 06 00 04 1c 0001 73", PROTOCOL_ERROR);
  }

  private void subscriptions() {
    server(V3_1_1, "SUBSCRIBE without filters", "82 02 0001", PROTOCOL_ERROR);
    server(V5, "SUBSCRIBE without filters", "82 03 0001 00", PROTOCOL_ERROR);
    server(V5, "SUBSCRIBE with packet id 0", "82 07 0000 00 0001 61 00", PROTOCOL_ERROR);
    server(V5, "filter without options", "82 06 0001 00 0001 61", MALFORMED_PACKET);
    server(V5, "reserved options", "82 07 0001 00 0001 61 40", MALFORMED_PACKET);
    server(V3_1_1, "options of 5.0", "82 06 0001 0001 61 04", MALFORMED_PACKET);
    server(V5, "maximum QoS 3", "82 07 0001 00 0001 61 03", PROTOCOL_ERROR);
    server(V3_1_1, "requested QoS 3", "82 06 0001 0001 61 03", PROTOCOL_ERROR);
    server(V5, "retain handling 3", "82 07 0001 00 0001 61 30", PROTOCOL_ERROR);
    server(V5, "no local on a share", "82 0f 0001 00 0009 2473686172652f672f 04", PROTOCOL_ERROR);
    server(V5, "subscription identifier 0", "82 09 0001 02 0b 00 0001 61 00", PROTOCOL_ERROR);
    server(
        V5, "two subscription identifiers", "82 0b 0001 04 0b 01 0b 02 0001 61 00", PROTOCOL_ERROR);
    server(V3_1_1, "UNSUBSCRIBE without filters", "a2 02 0001", PROTOCOL_ERROR);
    server(V5, "UNSUBSCRIBE without filters", "a2 03 0001 00", PROTOCOL_ERROR);
    client(V3_1_1, "SUBACK with a code of 5.0", "90 03 0001 87", MALFORMED_PACKET);
    client(V5, "SUBACK with another packet's code", "90 04 0001 00 10", MALFORMED_PACKET);
  }

  private void acknowledgements() {
    for (String type : List.of("40", "50", "62", "70")) {
      server(V3_1_1, type + " with a reason code", type + " 03 0001 00", MALFORMED_PACKET);
      server(V5, type + " with packet id 0", type + " 02 0000", PROTOCOL_ERROR);
      server(V5, type + " with one byte", type + " 01 00", MALFORMED_PACKET);
      server(V5, type + " with an undefined code", type + " 03 0001 7f", MALFORMED_PACKET);
      server(V5, type + " with another packet's code", type + " 03 0001 8e", MALFORMED_PACKET);
      server(V5, type + " with bytes behind", type + " 05 0001 00 00 00", MALFORMED_PACKET);
    }
    server(V5, "PUBREL with a PUBACK's code", "62 03 0001 10", MALFORMED_PACKET);
    server(V5, "DISCONNECT with another packet's code", "e0 01 01", MALFORMED_PACKET);
    server(V5, "AUTH without a method", "f0 02 18 00", PROTOCOL_ERROR);
    server(V5, "AUTH without properties", "f0 01 18", MALFORMED_PACKET);
    server(V5, "AUTH with another packet's code", "f0 06 80 04 15 0001 6d", MALFORMED_PACKET);
    client(V3_1_1, "CONNACK with return code 6", "20 02 00 06", MALFORMED_PACKET);
    client(V3_1_1, "CONNACK with reserved flags", "20 02 02 00", MALFORMED_PACKET);
  }

  private void first(String name, String hex, ReasonCode code) {
    cases.add(new PacketCase.Bad(name, Wire::newServer, hex, code));
  }

  private void connect5(String name, String properties, ReasonCode code) {
    int length = properties.replace(" ", "").length() / 2;
    String hex =
        "10%02x 0004 4d515454 05 02 003c %02x %s 0001 63"
            .formatted(14 + length, length, properties);
    first("CONNECT with " + name, hex, code);
  }

  private void server(MqttVersion version, String name, String hex, ReasonCode code) {
    cases.add(new PacketCase.Bad(name + " in " + version, () -> Wire.server(version), hex, code));
  }

  private void client(MqttVersion version, String name, String hex, ReasonCode code) {
    cases.add(new PacketCase.Bad(name + " in " + version, () -> Wire.client(version), hex, code));
  }
}
