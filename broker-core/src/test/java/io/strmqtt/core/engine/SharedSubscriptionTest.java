package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Reason;
import io.strmqtt.conformance.Normative;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrec;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrel;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code $share} (4.8.2). */
class SharedSubscriptionTest {
  @Test
  void theMembersTakeTurnsAndEachGroupGetsEveryMessage() {
    try (EngineFixture broker = EngineFixture.start()) {
      List<TestClient> members = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        members.add(broker.connect(as("m" + i).loop(i % 2)).subscribe("$share/g/t/#", 1));
      }
      TestClient alone = broker.connect("o").subscribe("$share/h/t/#", 1);
      TestClient plain = broker.connect("n").subscribe("t/#", 1);
      TestClient publisher = broker.connect("p");
      for (int i = 0; i < 9; i++) {
        publisher.publish("t/x", "m" + i, 1);
        alone.receivePublish("m" + i);
        plain.receivePublish("m" + i);
      }
      for (TestClient member : members) {
        assertThat(member.drain()).hasSize(3);
      }
    }
  }

  @Test
  void aMemberThatLeavesIsPassedOver() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient stays = broker.connect("a").subscribe("$share/g/t", 1);
      TestClient unsubscribes = broker.connect("b").subscribe("$share/g/t", 1);
      TestClient leaves = broker.connect("c").subscribe("$share/g/t", 1);
      unsubscribes.unsubscribe("$share/g/t");
      leaves.disconnect();
      TestClient publisher = broker.connect("p");
      for (int i = 0; i < 4; i++) {
        publisher.publish("t", "m" + i, 1);
        stays.receivePublish("m" + i);
      }
      unsubscribes.receiveNothing();
    }
  }

  @Test
  void whatAnEndedMemberDidNotAcknowledgeGoesToTheOthers() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient leaving = broker.connect("a").subscribe("$share/g/t", 1);
      TestClient publisher = broker.connect("p");
      publisher.publish("t", "one", 1);
      publisher.publish("t", "two", 1);
      leaving.puback(leaving.receivePublish("one"));
      leaving.receivePublish("two");
      TestClient other = broker.connect(as("b").loop(1)).subscribe("$share/g/t", 1);
      leaving.drop();

      Publish again = other.receivePublish("two");
      assertThat(again.dup()).isFalse();
      other.puback(again);
      other.receiveNothing();
      assertThat(broker.count(Reason.SESSION_ENDED)).isZero();
    }
  }

  @Test
  @Normative(v5 = "MQTT-4.8.2-5")
  void aQos2DeliveryThatHasBegunIsNotGivenToAnother() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient leaving = broker.connect("a").subscribe("$share/g/t", 2);
      broker.connect("p").publish("t", "x", 2);
      leaving.receivePublish("x");
      TestClient other = broker.connect("b").subscribe("$share/g/t", 2);
      leaving.drop();

      other.receiveNothing(); // 4.8.2-5
      assertThat(broker.count(Reason.SESSION_ENDED)).isEqualTo(1);
    }
  }

  @Test
  @Normative(v5 = "MQTT-4.8.2-5")
  void aQos2DeliveryThatHasBegunIsNotGivenToAnotherWithWhatHasWaitedBehindIt() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient leaving = broker.connect(as("a").expiry(100)).subscribe("$share/g/t", 2);
      TestClient publisher = broker.connect("p");
      publisher.publish("t", "begun", 2);
      leaving.receivePublish("begun");
      leaving.drop();
      publisher.publish("t", "waits", 2);
      TestClient other = broker.connect("b").subscribe("$share/g/t", 2);
      broker.connect("a"); // with a clean start

      other.pubrec(other.receivePublish("waits")); // 4.8.2-5
    }
  }

  @Test
  @Normative(v5 = "MQTT-4.8.2-4")
  void aQos2DeliveryThatHasBegunIsFinishedAfterAReconnect() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient first = broker.connect(as("a").expiry(100)).subscribe("$share/g/t", 2);
      TestClient other = broker.connect("b").subscribe("$share/g/t", 2);
      TestClient publisher = broker.connect("p");
      publisher.publish("t", "x", 2);
      publisher.publish("t", "y", 2);
      Publish mine = first.receivePublish();
      first.pubrec(mine);
      first.receive(Pubrel.class);
      first.drop();
      other.receivePublish();
      TestClient back = broker.connect(as("a").resume().loop(1));
      assertThat(back.receive(Pubrel.class).packetId()).isEqualTo(mine.packetId()); // 4.8.2-4
    }
  }

  @Test
  @Normative(v5 = "MQTT-4.8.2-6")
  void aMessageThatAMemberRefusesIsNotGivenToAnother() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient refusing = broker.connect("a").subscribe("$share/g/t", 2);
      broker.connect("p").publish("t", "x", 2);
      Publish got = refusing.receivePublish("x");
      TestClient other = broker.connect("b").subscribe("$share/g/t", 2);
      refusing.send(new Pubrec(got.packetId(), ReasonCode.NOT_AUTHORIZED, Properties.NONE));
      refusing.drop();
      other.receiveNothing(); // 4.8.2-6
    }
  }

  @Test
  @Normative(v5 = "MQTT-4.8.2-3")
  void eachMembersGrantedQosIsRespected() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient low = broker.connect("a").subscribe("$share/g/t", 0);
      TestClient high = broker.connect("b").subscribe("$share/g/t", 2);
      TestClient publisher = broker.connect("p");
      publisher.publish("t", "x", 2);
      publisher.publish("t", "x", 2);
      assertThat(low.receivePublish("x").qos()).isZero(); // 4.8.2-3
      assertThat(high.receivePublish("x").qos()).isEqualTo(2);
    }
  }

  @Test
  void absentAndSlowMembersComeLast() {
    try (EngineFixture broker = EngineFixture.start(o -> o.limits.maxQueuedMessages = 10)) {
      broker.connect(as("away").expiry(100)).subscribe("$share/g/t", 1).drop();
      TestClient slow = broker.connect("slow").subscribe("$share/g/t", 1).subscribe("fill", 0);
      slow.writable(false);
      TestClient publisher = broker.connect("p");
      for (int i = 0; i < 6; i++) {
        publisher.publish("fill", "x");
      }
      TestClient ready = broker.connect(as("ready").loop(1)).subscribe("$share/g/t", 1);
      TestClient other = broker.connect("p2");
      for (int i = 0; i < 6; i++) {
        other.publish("t", "m" + i, 1);
        ready.receivePublish("m" + i);
      }
    }
  }

  @Test
  void anAbsentMemberKeepsMessagesWhenNobodyElseIsThere() {
    try (EngineFixture broker = EngineFixture.start()) {
      broker.connect(as("a").expiry(100)).subscribe("$share/g/t", 1).drop();
      broker.connect("p").publish("t", "x", 1);
      broker.connect(as("a").resume()).receivePublish("x");
    }
  }

  @Test
  void anExpiredMembersQueueGoesToTheOthers() {
    try (EngineFixture broker = EngineFixture.start()) {
      broker.connect(as("a").expiry(10)).subscribe("$share/g/t", 1).drop();
      broker.connect("p").publish("t", "x", 1);
      TestClient other = broker.connect(as("b").loop(1)).subscribe("$share/g/t", 1);
      broker.pass(Duration.ofSeconds(11));
      other.receivePublish("x");
    }
  }

  /** What is in its queue and on its way to it goes to the others once, whoever comes first. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void whatAMemberLeavesGoesToTheOthersOnce(int qos) {
    for (long seed = 1; seed <= 200; seed++) {
      long mine = seed;
      try (EngineFixture broker = EngineFixture.start(o -> o.seed = mine)) {
        TestClient leaving =
            broker.connect(as("a").loop(1).expiry(100).property(Property.RECEIVE_MAXIMUM, 1));
        leaving.subscribe("$share/g/t", qos);
        TestClient publisher = broker.connect("p");
        publisher.publish("t", "begun", qos);
        for (int i = 0; i < 5; i++) {
          publisher.publish("t", "queued" + i, qos);
        }
        leaving.receivePublish("begun");
        TestClient again = broker.open(as("a").loop(1)); // with a clean start
        TestClient other = broker.connect("b");
        other.subscribe("$share/g/t", qos);
        again.post(as("a").packet());
        for (int i = 0; i < 4; i++) {
          publisher.post(
              TestClient.publication("t", "late" + i, qos, false, 100 + i, Properties.NONE));
        }
        broker.loops().settle();
        List<String> got = new ArrayList<>();
        for (Object each : other.drain()) {
          if (each instanceof Publish publish) {
            got.add(TestClient.text(publish));
          }
        }
        assertThat(got).as("seed %d", seed).doesNotHaveDuplicates();
        assertThat(got)
            .as("seed %d", seed)
            .contains("queued0", "queued4", "late0", "late1", "late2", "late3");
        assertThat(got.contains("begun")).isEqualTo(qos == 1);
      }
    }
  }

  @Test
  void theLastMembersMessagesAreDroppedByName() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient last = broker.connect("a").subscribe("$share/g/t", 1);
      broker.connect("p").publish("t", "x", 1);
      last.receivePublish("x");
      last.drop();
      assertThat(broker.count(Reason.SESSION_ENDED)).isEqualTo(1);
    }
  }

  @Test
  void aSharedAndAPlainSubscriptionOfOneClientAreTwoCopies() {
    try (EngineFixture broker = EngineFixture.start()) {
      TestClient client = broker.connect("a").subscribe("$share/g/t", 1).subscribe("t", 1);
      broker.connect("p").publish("t", "x", 1);
      client.receivePublish("x");
      client.receivePublish("x");
      client.receiveNothing();
    }
  }
}
