package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Reason;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A disk that does not answer for a while: that is no end of what is on it. */
class UnreadableStoreTest {
  private final SimulatedDisk disk = new SimulatedDisk();
  private final EngineFixture broker = EngineFixture.start(o -> o.disk = disk);

  private TestClient connect(ConnectOptions options) {
    TestClient client = broker.attempt(options);
    disk.write(100);
    return client.expectConnack();
  }

  private void subscribe(TestClient client, String filter, int qos) {
    client.send(
        new Subscribe(
            1, List.of(new Subscribe.Request(filter, qos, false, false, 0)), Properties.NONE));
    disk.write(100);
    client.receive(io.strmqtt.mqtt.packet.MqttPacket.Suback.class);
  }

  private void publish(String... payloads) {
    TestClient publisher = connect(as("p"));
    int packetId = 1;
    for (String payload : payloads) {
      publisher.send(TestClient.publication("t", payload, 1, false, packetId++, Properties.NONE));
    }
    disk.write(100);
    publisher.drain();
    publisher.drop();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void whatIsInFlightAndWhatWaitsComesWhenItCanBeReadAgain(int failures) {
    try (broker) {
      TestClient client = connect(as("a").expiry(1000).property(Property.RECEIVE_MAXIMUM, 1));
      subscribe(client, "t", 1);
      publish("first", "second");
      client.receivePublish("first");
      client.drop();
      disk.write(100);
      publish("third");

      disk.failReads(failures);
      TestClient again = connect(as("a").resume().expiry(1000));
      disk.write(100);
      again.receiveNothing();
      for (int i = 0; i < failures; i++) {
        broker.pass(Duration.ofSeconds(6));
        disk.write(100);
      }
      for (String payload : List.of("first", "second", "third")) {
        Publish got = again.receivePublish(payload);
        assertThat(got.dup()).isEqualTo(payload.equals("first"));
        again.puback(got);
        disk.write(100);
      }
      again.receiveNothing();
      assertThat(broker.count(Reason.MESSAGE_LOST)).isZero();
      assertThat(disk.messages()).isZero();
    }
  }

  @Test
  void aClientThatLeavesMeanwhileFindsItAllTheNextTime() {
    try (broker) {
      TestClient client = connect(as("a").expiry(1000));
      subscribe(client, "t", 1);
      publish("first");
      client.receivePublish("first");
      client.drop();
      disk.write(100);
      disk.failReads(1);
      connect(as("a").resume().expiry(1000)).drop();
      disk.write(100);
      broker.pass(Duration.ofSeconds(20));
      disk.write(100);
      assertThat(disk.messages()).isEqualTo(1);
      TestClient again = connect(as("a").resume().expiry(1000));
      disk.write(100);
      again.receivePublish("first");
      again.receiveNothing();
    }
  }

  @Test
  void whatAMemberOfAGroupLeavesGoesToTheOthersLater() {
    try (broker) {
      TestClient client = connect(as("a").expiry(1000));
      subscribe(client, "$share/g/t", 1);
      client.drop();
      disk.write(100);
      publish("first", "second");
      TestClient other = connect(as("b"));
      subscribe(other, "$share/g/t", 1);
      disk.failReads(1);
      connect(as("a")); // with a clean start
      disk.write(100);
      other.receiveNothing();
      broker.pass(Duration.ofSeconds(6));
      disk.write(100);
      other.puback(other.receivePublish("first"));
      other.puback(other.receivePublish("second"));
      other.receiveNothing();
    }
  }
}
