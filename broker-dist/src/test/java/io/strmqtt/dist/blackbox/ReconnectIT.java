package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Puback;
import io.strmqtt.mqtt.packet.MqttPacket.Pubcomp;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrec;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrel;
import io.strmqtt.mqtt.packet.MqttPacket.Suback;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The QoS 1 and 2 handshakes in both directions on raw sockets, with the connection lost at each
 * step. That nothing comes twice is seen by what comes next: a message published behind it.
 */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReconnectIT {
  private static final Properties HOUR =
      Properties.builder().add(Property.SESSION_EXPIRY_INTERVAL, 3600).build();

  private final BrokerProcess broker = BrokerProcess.start("");
  private int messages;

  @AfterAll
  void stop() {
    broker.close();
  }

  private RawClient connect(MqttVersion version, String clientId, boolean present) {
    RawClient client = RawClient.open(broker.port("tcp"), version);
    Connack connack =
        client.connect(clientId, false, version == MqttVersion.V5 ? HOUR : Properties.NONE);
    assertThat(connack.code()).isEqualTo(ReasonCode.SUCCESS);
    assertThat(connack.sessionPresent()).isEqualTo(present);
    return client;
  }

  private RawClient again(RawClient lost, MqttVersion version, String clientId) {
    lost.close();
    return connect(version, clientId, true);
  }

  private RawClient subscriber(MqttVersion version, String clientId, String topic) {
    RawClient client = connect(version, clientId, false);
    client.send(
        new Subscribe(
            1, List.of(new Subscribe.Request(topic, 2, false, false, 0)), Properties.NONE));
    client.receive(Suback.class);
    return client;
  }

  private static Publish message(String topic, String payload, int qos, int id, boolean dup) {
    byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
    return new Publish(topic, qos, false, dup, id, bytes, Properties.NONE);
  }

  private void publish(String topic, String payload, int qos) {
    try (RawClient publisher =
        RawClient.connected(broker.port("tcp"), MqttVersion.V5, "publisher-" + ++messages)) {
      publisher.send(message(topic, payload, qos, 1, false));
      if (qos == 1) {
        publisher.receive(Puback.class);
      } else {
        publisher.receive(Pubrec.class);
        publisher.send(new Pubrel(1, ReasonCode.SUCCESS, Properties.NONE));
        publisher.receive(Pubcomp.class);
      }
    }
  }

  private static Publish receive(RawClient client, String payload) {
    Publish publish = client.receive(Publish.class);
    assertThat(new String(publish.payload(), StandardCharsets.UTF_8)).isEqualTo(payload);
    return publish;
  }

  /** The next message is one that is published now. */
  private void nothingBefore(RawClient client, String topic) {
    publish(topic, "next", 1);
    receive(client, "next");
    client.close();
  }

  private static Pubrec pubrec(int id, ReasonCode code) {
    return new Pubrec(id, code, Properties.NONE);
  }

  private static Pubrel pubrel(int id) {
    return new Pubrel(id, ReasonCode.SUCCESS, Properties.NONE);
  }

  @ParameterizedTest
  @EnumSource(
      value = MqttVersion.class,
      names = {"V3_1_1", "V5"})
  void aQos2PublicationOfAClientIsTakenOnceWhereverItsConnectionBreaks(MqttVersion version) {
    String id = "in2-" + version;
    RawClient subscriber = subscriber(version, id + "-s", id);
    RawClient client = connect(version, id, false);
    client.send(message(id, "one", 2, 5, false));
    assertThat(client.receive(Pubrec.class).packetId()).isEqualTo(5);

    client = again(client, version, id);
    client.send(message(id, "one", 2, 5, true)); // PUBREC was lost.
    assertThat(client.receive(Pubrec.class).code()).isEqualTo(ReasonCode.SUCCESS);
    client.send(pubrel(5));
    assertThat(client.receive(Pubcomp.class).code()).isEqualTo(ReasonCode.SUCCESS);

    client = again(client, version, id);
    client.send(pubrel(5)); // PUBCOMP was lost.
    assertThat(client.receive(Pubcomp.class).packetId()).isEqualTo(5);
    client.send(message(id, "two", 2, 5, false)); // The identifier is free.
    client.receive(Pubrec.class);
    client.close();

    receive(subscriber, "one");
    receive(subscriber, "two");
    nothingBefore(subscriber, id);
  }

  @ParameterizedTest
  @EnumSource(
      value = MqttVersion.class,
      names = {"V3_1_1", "V5"})
  void aQos1PublicationThatIsRepeatedIsAcknowledgedAgain(MqttVersion version) {
    String id = "in1-" + version;
    RawClient client = subscriber(version, id, "elsewhere");
    client.send(message(id, "one", 1, 5, false));
    assertThat(client.receive(Puback.class).packetId()).isEqualTo(5);
    client = again(client, version, id);
    client.send(message(id, "one", 1, 5, true)); // PUBACK was lost.
    assertThat(client.receive(Puback.class).packetId()).isEqualTo(5);
    client.close();
  }

  @ParameterizedTest
  @EnumSource(
      value = MqttVersion.class,
      names = {"V3_1_1", "V5"})
  void aQos1MessageComesUntilItIsAcknowledged(MqttVersion version) {
    String id = "out1-" + version;
    RawClient client = subscriber(version, id, id);
    publish(id, "one", 1);
    Publish first = receive(client, "one");
    assertThat(first.dup()).isFalse();

    client = again(client, version, id);
    Publish second = receive(client, "one");
    assertThat(second.dup()).isTrue(); // 3.3.1-1
    assertThat(second.packetId()).isEqualTo(first.packetId()); // 4.4.0-1
    client.send(new Puback(second.packetId(), ReasonCode.SUCCESS, Properties.NONE));
    publish(id, "behind", 1); // Its arrival shows that PUBACK has been read.
    Publish behind = receive(client, "behind");
    client.send(new Puback(behind.packetId(), ReasonCode.SUCCESS, Properties.NONE));
    publish(id, "last", 1);
    receive(client, "last");

    client = again(client, version, id);
    assertThat(receive(client, "last").dup()).isTrue();
    nothingBefore(client, id);
  }

  @ParameterizedTest
  @EnumSource(
      value = MqttVersion.class,
      names = {"V3_1_1", "V5"})
  void aQos2MessageIsSentOnceWhereverTheConnectionBreaks(MqttVersion version) {
    String id = "out2-" + version;
    RawClient client = subscriber(version, id, id);
    publish(id, "one", 2);
    int packetId = receive(client, "one").packetId();

    client = again(client, version, id);
    Publish repeated = receive(client, "one"); // PUBREC did not come.
    assertThat(repeated.dup()).isTrue();
    assertThat(repeated.packetId()).isEqualTo(packetId);
    client.send(pubrec(packetId, ReasonCode.SUCCESS));
    assertThat(client.receive(Pubrel.class).packetId()).isEqualTo(packetId);

    client = again(client, version, id);
    assertThat(client.receive(Pubrel.class).packetId()).isEqualTo(packetId); // nor PUBCOMP
    client.send(pubrec(packetId, ReasonCode.SUCCESS)); // A repeated PUBREC is released again.
    assertThat(client.receive(Pubrel.class).packetId()).isEqualTo(packetId);
    client.send(new Pubcomp(packetId, ReasonCode.SUCCESS, Properties.NONE));
    publish(id, "last", 1);
    receive(client, "last"); // PUBCOMP has been read.

    client = again(client, version, id);
    receive(client, "last");
    nothingBefore(client, id);
  }

  @Test
  void aQos2MessageTheClientRefusesIsSettled() {
    RawClient client = subscriber(MqttVersion.V5, "refuses", "refused");
    publish("refused", "one", 2);
    int packetId = receive(client, "one").packetId();
    client.send(pubrec(packetId, ReasonCode.QUOTA_EXCEEDED));
    publish("refused", "last", 1);
    receive(client, "last"); // No PUBREL came before it (4.3.3-4).
    client = again(client, MqttVersion.V5, "refuses");
    receive(client, "last");
    nothingBefore(client, "refused");
  }
}
