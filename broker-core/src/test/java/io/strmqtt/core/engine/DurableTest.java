package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Message;
import io.strmqtt.api.Reason;
import io.strmqtt.api.store.RetainedStore;
import io.strmqtt.api.store.RetainedWalk;
import io.strmqtt.api.store.Storage;
import io.strmqtt.conformance.Normative;
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
import io.strmqtt.mqtt.packet.ReasonCode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The engine over a store that takes its time: acknowledged means durable. */
class DurableTest {
  /** The memory stores, durable only when the test says so. */
  private static final class Deferred extends ForwardingStorage {
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private boolean deferring;
    boolean behind;
    boolean retainedFull;
    Optional<String> problem = Optional.empty();

    Deferred(Storage memory) {
      super(memory);
    }

    /** A group commit: what was handed over until now is durable. */
    void commit(EngineFixture broker) {
      for (int n = waiting.size(); n > 0; n--) {
        waiting.remove().run();
      }
      broker.loops().settle();
    }

    @Override
    public RetainedStore retained() {
      RetainedStore all = memory.retained();
      return new RetainedStore() {
        @Override
        public boolean put(Message message) {
          return !retainedFull && all.put(message);
        }

        @Override
        public void remove(String topic) {
          all.remove(topic);
        }

        @Override
        public int expire(long now, int most) {
          return all.expire(now, most);
        }

        @Override
        public RetainedWalk match(String filter, Executor owner, Runnable ready) {
          return all.match(filter, owner, ready);
        }

        @Override
        public long size() {
          return all.size();
        }
      };
    }

    @Override
    public void whenDurable(Runnable then) {
      if (deferring) {
        waiting.add(then);
      } else {
        then.run();
      }
    }

    @Override
    public boolean isBehind() {
      return behind;
    }

    @Override
    public Optional<String> problem() {
      return problem;
    }
  }

  private final Deferred[] made = new Deferred[1];
  private final EngineFixture broker =
      EngineFixture.start(o -> o.storage = memory -> made[0] = new Deferred(memory));
  private final Deferred store = Objects.requireNonNull(made[0]);

  private static Publish retained(int qos, int packetId, boolean dup) {
    return new Publish("t", qos, true, dup, packetId, new byte[] {'x'}, Properties.NONE);
  }

  private static Pubrel pubrel(int packetId) {
    return new Pubrel(packetId, ReasonCode.SUCCESS, Properties.NONE);
  }

  /**
   * The refusal waits behind another acknowledgement, and the connection ends before it is said.
   */
  @Test
  void aQos2PublicationThatWasRefusedIsNotTakenForReceivedWhenItIsRepeated() {
    try (broker) {
      TestClient client = broker.connect(as("a").expiry(100));
      store.deferring = true;
      client.send(TestClient.publication("other", "x", 1, false, 1, Properties.NONE));
      store.retainedFull = true;
      client.send(retained(2, 2, false));
      client.receiveNothing();
      client.drop();
      store.deferring = false;
      store.retainedFull = false;

      TestClient again = broker.connect(as("a").resume());
      again.send(retained(2, 2, true));
      assertThat(again.receive(Pubrec.class).packetId()).isEqualTo(2);
      TestClient subscriber = broker.connect("s").subscribe("t", 0);
      subscriber.receivePublish("x");
      store.commit(broker); // What the connection before still waits for changes nothing.
      again.send(retained(2, 2, true));
      assertThat(again.receive(Pubrec.class).code()).isEqualTo(ReasonCode.SUCCESS);
      subscriber.receiveNothing();
      again.send(pubrel(2)).receive(Pubcomp.class);
    }
  }

  @Test
  @Normative(v5 = "MQTT-4.3.2-4")
  void connackSubackAndPubackWaitForTheStore() {
    try (broker) {
      store.deferring = true;
      TestClient client = broker.attempt(as("a").expiry(100));
      client.receiveNothing();
      store.commit(broker);
      client.expectConnack();

      client.send(
          new Subscribe(
              1, List.of(new Subscribe.Request("t", 1, false, false, 0)), Properties.NONE));
      client.receiveNothing();
      store.commit(broker);
      client.receive(Suback.class);

      client.send(retained(1, 2, false));
      client.receive(Publish.class);
      client.receiveNothing();
      store.commit(broker);
      client.receive(Puback.class);
    }
  }

  @Test
  void aStoreThatIsBehindHoldsUpThoseWhoseMessagesItKeepsAndNobodyElse() {
    try (broker) {
      TestClient watcher = broker.connect("w").subscribe("t", 0);
      TestClient live = broker.connect("live");
      TestClient kept = broker.connect("kept");
      TestClient retaining = broker.connect("retaining");
      store.behind = true;
      for (int i = 0; i < 3; i++) {
        live.publish("t", "m" + i);
        watcher.receivePublish("m" + i);
      }
      kept.send(TestClient.publication("t", "q1", 1, false, 1, Properties.NONE));
      retaining.send(TestClient.publication("t", "r", 0, true, 0, Properties.NONE));
      broker.pass(Duration.ofSeconds(1));
      assertThat(live.isBeingRead()).isTrue();
      assertThat(kept.isBeingRead()).isFalse();
      assertThat(retaining.isBeingRead()).isFalse();

      store.behind = false;
      broker.pass(Duration.ofMillis(50));
      assertThat(kept.isBeingRead()).isTrue();
      assertThat(retaining.isBeingRead()).isTrue();
    }
  }

  @Test
  void aStoreThatIsBehindHoldsUpThoseWhoseSubscriptionsItKeepsAndNobodyElse() {
    try (broker) {
      TestClient kept = broker.connect(as("kept").expiry(100)).subscribe("old", 1);
      TestClient other = broker.connect(as("other").expiry(100)).subscribe("old", 1);
      TestClient live = broker.connect("live");
      store.behind = true;
      live.subscribe("t", 0).unsubscribe("t");
      kept.subscribe("t", 0);
      other.unsubscribe("old");
      broker.pass(Duration.ofSeconds(1));
      assertThat(live.isBeingRead()).isTrue();
      assertThat(kept.isBeingRead()).isFalse();
      assertThat(other.isBeingRead()).isFalse();

      store.behind = false;
      broker.pass(Duration.ofMillis(50));
      assertThat(kept.isBeingRead()).isTrue();
      assertThat(other.isBeingRead()).isTrue();
    }
  }

  @Test
  void aClientThatOwesAcknowledgementsCannotPublishWithoutEndToAStoreThatDoesNotWrite() {
    try (broker) {
      int most = new LimitsUnderTest().receiveMaximum;
      TestClient client = broker.connect(as("a").version(MqttVersion.V3_1_1)).subscribe("t", 1);
      broker.connect("p").publish("t", "not acknowledged", 1);
      client.receivePublish();
      store.behind = true;
      store.deferring = true;
      int sent = 0;
      for (int i = 0; i < 3 * most; i++) {
        if (client.isBeingRead()) {
          client.send(TestClient.publication("u", "x", 1, false, ++sent, Properties.NONE));
        }
        broker.pass(Duration.ofSeconds(1));
      }
      assertThat(sent).isBetween(most, most + 1);

      store.behind = false;
      store.commit(broker);
      broker.pass(Duration.ofSeconds(1));
      assertThat(client.drain()).hasSize(sent);
      assertThat(client.isBeingRead()).isTrue();
    }
  }

  @Test
  void whoResumesAKeptSessionIsToldThatTheStoreCannotWriteWhateverItsExpiry() {
    try (broker) {
      broker.connect(as("a").expiry(100)).drop();
      store.problem = Optional.of("the disk is full");
      Connack refusal = broker.attempt(as("a").resume().expiry(0)).receive(Connack.class);
      assertThat(refusal.code()).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
      broker.connect(as("other").resume().expiry(0));
    }
  }

  @Test
  void whatFollowedConnectInOneReadIsAnsweredWithoutFurtherInput() {
    try (broker) {
      store.deferring = true;
      TestClient client = broker.open(as("a")).send(as("a").packet(), retained(1, 1, false));
      store.commit(broker);
      client.expectConnack();
      store.commit(broker);
      client.receive(Puback.class);
    }
  }

  @Test
  void aFastAnswerWaitsForASlowOneBeforeIt() {
    try (broker) {
      TestClient client = broker.connect("a");
      store.deferring = true;
      client.send(
          retained(1, 1, false), TestClient.publication("u", "x", 1, false, 2, Properties.NONE));
      client.receiveNothing();
      store.commit(broker);
      assertThat(client.receive(Puback.class).packetId()).isEqualTo(1);
      assertThat(client.receive(Puback.class).packetId()).isEqualTo(2);
    }
  }

  @Test
  void aRefusalWaitsForTheAnswersBeforeIt() {
    try (broker) {
      TestClient client = broker.connect("a");
      store.deferring = true;
      client.send(
          retained(1, 1, false),
          TestClient.publication("$SYS/x", "x", 1, false, 2, Properties.NONE));
      client.receiveNothing();
      store.commit(broker);
      assertThat(client.receive(Puback.class).packetId()).isEqualTo(1); // 4.6.0-2
      assertThat(client.receive(Puback.class).code()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }
  }

  @Test
  @Normative(v5 = {"MQTT-4.3.3-8", "MQTT-4.3.3-10"})
  void aQos2RepeatWhileTheStoreWritesIsNeitherDeliveredNorAnsweredTwice() {
    try (broker) {
      TestClient subscriber = broker.connect("s").subscribe("t", 0);
      TestClient client = broker.connect("a");
      store.deferring = true;
      client.send(retained(2, 7, false));
      client.send(retained(2, 7, true));
      client.receiveNothing();
      store.commit(broker);
      assertThat(client.receive(Pubrec.class).packetId()).isEqualTo(7);
      client.receiveNothing();
      subscriber.receive(Publish.class);
      subscriber.receiveNothing(); // 4.3.3-10
    }
  }

  @Test
  void theAnswersOfQos2ThatOneCommitDecidesLeaveTogetherAndInOrder() {
    try (broker) {
      TestClient client = broker.connect(as("a").expiry(100));
      store.deferring = true;
      for (int i = 1; i <= 50; i++) {
        client.send(retained(2, i, false));
      }
      int before = client.flights();
      store.commit(broker);
      for (int i = 1; i <= 50; i++) {
        assertThat(client.receive(Pubrec.class).packetId()).isEqualTo(i);
      }
      assertThat(client.flights()).isEqualTo(before + 1);

      for (int i = 1; i <= 50; i++) {
        client.send(pubrel(i));
      }
      client.receiveNothing();
      store.commit(broker);
      for (int i = 1; i <= 50; i++) {
        assertThat(client.receive(Pubcomp.class).packetId()).isEqualTo(i);
      }
      assertThat(client.flights()).isEqualTo(before + 2);
    }
  }

  @Test
  void repeatsOfQos2AfterAReconnectAreAnsweredTogether() {
    try (broker) {
      TestClient client = broker.connect(as("a").expiry(100));
      for (int i = 1; i <= 50; i++) {
        client.send(retained(2, i, false));
      }
      client.drop();
      TestClient back = broker.connect(as("a").resume().expiry(100));
      store.deferring = true;
      for (int i = 1; i <= 50; i++) {
        back.send(retained(2, i, true));
      }
      back.receiveNothing();
      int before = back.flights();
      store.commit(broker);
      for (int i = 1; i <= 50; i++) {
        assertThat(back.receive(Pubrec.class).packetId()).isEqualTo(i);
      }
      assertThat(back.flights()).isEqualTo(before + 1);
    }
  }

  @Test
  void aReleaseThatIsRepeatedWhileTheStoreWritesIsAnsweredWithTheFirst() {
    try (broker) {
      TestClient client = broker.connect(as("a").expiry(100));
      client.send(retained(2, 7, false));
      client.receive(Pubrec.class);
      store.deferring = true;
      client.send(pubrel(7), pubrel(7));
      store.deferring = false; // The store has nothing new to write for it.
      client.send(pubrel(7));
      client.receiveNothing();
      store.commit(broker);
      assertThat(client.receive(Pubcomp.class).code()).isEqualTo(ReasonCode.SUCCESS);
      client.receiveNothing();
    }
  }

  @Test
  void aPubrecThatIsRepeatedWhileTheStoreWritesIsAnsweredWithTheFirst() {
    try (broker) {
      TestClient client = broker.connect(as("a").expiry(100)).subscribe("t", 2);
      broker.connect("p").publish("t", "once", 2);
      int packetId = client.receivePublish("once").packetId();
      Pubrec pubrec = new Pubrec(packetId, ReasonCode.SUCCESS, Properties.NONE);
      store.deferring = true;
      client.send(pubrec, pubrec);
      store.deferring = false; // The store has nothing new to write for it.
      client.send(pubrec);
      client.receiveNothing();
      store.commit(broker);
      assertThat(client.receive(Pubrel.class).packetId()).isEqualTo(packetId);
      client.receiveNothing();
    }
  }

  @Test
  void aReleaseOfWhatNobodyKnowsDoesNotWaitForOthers() {
    try (broker) {
      TestClient client = broker.connect(as("a").expiry(100));
      client.send(retained(2, 7, false));
      client.receive(Pubrec.class);
      store.deferring = true;
      client.send(pubrel(7), pubrel(8));
      Pubcomp unknown = client.receive(Pubcomp.class);
      assertThat(unknown.packetId()).isEqualTo(8);
      assertThat(unknown.code()).isEqualTo(ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
      client.receiveNothing();
      store.commit(broker);
      assertThat(client.receive(Pubcomp.class).packetId()).isEqualTo(7);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void aQos2PublishWhoseConnectionBrokeWhileTheStoreWroteIsDeliveredOnce(int loop) {
    try (broker) {
      TestClient subscriber = broker.connect("s").subscribe("t", 0);
      TestClient client = broker.connect(as("a").expiry(100));
      store.deferring = true;
      client.send(retained(2, 7, false));
      client.drop();
      store.deferring = false;
      TestClient back = broker.connect(as("a").resume().expiry(100).loop(loop));
      back.send(retained(2, 7, true));
      back.receive(Pubrec.class);
      store.commit(broker);
      back.send(pubrel(7));
      assertThat(back.receive(Pubcomp.class).code()).isEqualTo(ReasonCode.SUCCESS);

      subscriber.receive(Publish.class);
      subscriber.receiveNothing();
    }
  }

  @Test
  void publicationsThatWaitForTheStoreCountOnceAgainstTheReceiveMaximum() {
    try (broker) {
      TestClient client = broker.connect("a");
      store.deferring = true;
      for (int i = 1; i <= 100; i++) { // the fixture's receive maximum
        client.send(retained(1 + i % 2, i, false));
      }
      client.receiveNothing();
      client.send(retained(2, 101, false));
      client.receiveDisconnect(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED); // 3.3.4-7
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void aClaimThatWaitsForTheStoreCanBeTakenOver(int loop) {
    try (broker) {
      broker.connect(as("a").expiry(100)).drop();
      store.deferring = true;
      TestClient first = broker.attempt(as("a").resume().expiry(100));
      TestClient second = broker.attempt(as("a").resume().expiry(100).loop(loop));
      assertThat(first.receiveClose()).isEqualTo(Reason.TAKEN_OVER); // 3.14.0-1: no DISCONNECT
      store.commit(broker);
      assertThat(second.expectConnack().connack().sessionPresent()).isTrue();
    }
  }

  @Test
  void aClientThatWaitsForTheStoreWhileTheBrokerStopsIsToldSo() {
    try (broker) {
      store.deferring = true;
      TestClient client = broker.attempt(as("a"));
      broker.engine().shutdown();
      broker.loops().settle();
      store.commit(broker);
      client.expectConnack();
      client.receiveDisconnect(ReasonCode.SERVER_SHUTTING_DOWN);
      assertThat(broker.engine().connections()).isZero();
    }
  }

  @Test
  void aClientThatLeavesBeforeConnackLeavesItsSessionIntact() {
    try (broker) {
      broker.connect(as("a").expiry(100)).subscribe("t", 1).drop();
      store.deferring = true;
      TestClient impatient = broker.attempt(as("a").resume().expiry(100).will("will", "x"));
      impatient.drop();
      store.commit(broker);
      store.deferring = false;
      broker.connect("p").publish("t", "kept", 1);
      TestClient back = broker.connect(as("a").resume().expiry(100).loop(1));
      assertThat(back.connack().sessionPresent()).isTrue();
      back.receivePublish("kept");
    }
  }
}
