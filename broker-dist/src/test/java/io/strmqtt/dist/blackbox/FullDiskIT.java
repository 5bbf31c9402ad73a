package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.strmqtt.mqtt.packet.MqttPacket.Puback;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Suback;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A store that cannot write: nothing is acknowledged that is not stored, what needs no store goes
 * on, and when there is space again so does the rest.
 */
@Timeout(240)
class FullDiskIT {
  private static final Properties HOUR =
      Properties.builder().add(Property.SESSION_EXPIRY_INTERVAL, 3600).build();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** On a real full disk where one can be mounted; everywhere with files that may not grow. */
  static List<Shortage> shortages() throws IOException {
    List<Shortage> shortages = new ArrayList<>();
    shortages.add(Shortage.NoFileMayGrow.create());
    try {
      shortages.add(Shortage.FullDisk.mount(96));
    } catch (IOException e) {
      System.out.println("no full disk, only files that may not grow: " + e.getMessage());
    }
    return shortages;
  }

  private static BrokerProcess start(Shortage shortage) {
    return BrokerProcess.start(
        """
        data_dir = "%s"
        storage { provider = "rocksdb", rocksdb { write_buffer = 4MiB, min_free = 0 } }
        mqtt { max_queued_messages = 1000000, max_queued_bytes = 1GiB }
        """
            .formatted(shortage.folder().resolve("data")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("shortages")
  void aStoreWithoutSpaceStopsAcknowledgementsNotTheBroker(Shortage shortage) {
    BrokerProcess broker = start(shortage);
    BrokerProcess next = broker;
    try (Sender sender = new Sender(broker)) {
      subscribe(broker);
      sender.send(100);
      sender.awaitAcknowledged(100);

      sender.sendUntilNothingFits(shortage);
      assertThat(broker.awaitLog("event=store_failing"))
          .contains("nothing is stored or acknowledged");
      newSessionsAreRefused(broker);
      qos0GoesOn(broker);
      assertThat(sender.acknowledged()).isLessThan(sender.sent());

      shortage.end(broker);
      awaitReady(broker);
      sender.awaitAcknowledged(sender.sent());
      broker.awaitLog("event=store_recovered");
      subscribe(broker);

      sender.sendUntilNothingFits(shortage);
      broker.kill();
      shortage.end(broker);
      next = broker.another();
      next.awaitReady();
      assertThat(received(next, sender.acknowledged()))
          .as("in order, without a gap up to the last that was acknowledged")
          .isEqualTo(IntStream.range(0, sender.acknowledged()).boxed().toList());
      next.close();
    } finally {
      broker.kill();
      next.kill();
    }
  }

  private static void subscribe(BrokerProcess broker) {
    try (RawClient client = RawClient.open(broker.port("tcp"), MqttVersion.V5)) {
      assertThat(client.connect("keeper", false, HOUR).code()).isEqualTo(ReasonCode.SUCCESS);
      client.send(
          new Subscribe(
              1, List.of(new Subscribe.Request("kept", 1, false, false, 0)), Properties.NONE));
      client.receive(Suback.class);
    }
  }

  private static void awaitReady(BrokerProcess broker) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(broker.request("/readyz").statusCode()).isEqualTo(200));
  }

  private static void newSessionsAreRefused(BrokerProcess broker) {
    try (RawClient v5 = RawClient.open(broker.port("tcp"), MqttVersion.V5);
        RawClient v4 = RawClient.open(broker.port("tcp"), MqttVersion.V3_1_1)) {
      assertThat(v5.connect("newcomer5", false, HOUR).code()).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
      v4.sendHex("10150004" + "4d515454" + "0400003c" + "00096e6577636f6d657234");
      assertThat(v4.socket().getInputStream().readNBytes(4))
          .as("CONNACK with return code 3")
          .containsExactly(0x20, 2, 0, 3);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertThat(new AdminApi(broker).reasons()).containsKey("STORE_UNAVAILABLE");
  }

  private static void qos0GoesOn(BrokerProcess broker) {
    try (RawClient client = RawClient.connected(broker.port("tcp"), MqttVersion.V5, "clean")) {
      client.send(
          new Subscribe(
              1, List.of(new Subscribe.Request("live", 0, false, false, 0)), Properties.NONE));
      client.receive(Suback.class);
      for (int i = 0; i < 100; i++) {
        client.send(new Publish("live", 0, false, false, 0, bytes(i), Properties.NONE));
        assertThat(number(client.receive(Publish.class))).isEqualTo(i);
      }
    }
  }

  /** What the session has, up to as many, each once. */
  private static List<Integer> received(BrokerProcess broker, int most) {
    List<Integer> found = new ArrayList<>();
    try (RawClient client = RawClient.open(broker.port("tcp"), MqttVersion.V5)) {
      assertThat(client.connect("keeper", false, HOUR).sessionPresent()).isTrue();
      while (found.size() < most) {
        Publish publish = client.receive(Publish.class);
        found.add(number(publish));
        client.send(new Puback(publish.packetId(), ReasonCode.SUCCESS, Properties.NONE));
      }
    }
    return found;
  }

  private static byte[] bytes(int number) {
    return ByteBuffer.allocate(16 * 1024).putInt(number).array();
  }

  private static int number(Publish publish) {
    return ByteBuffer.wrap(publish.payload()).getInt();
  }

  /** Publishes numbered messages with QoS 1; another thread counts what is acknowledged. */
  private static final class Sender implements AutoCloseable {
    private final BrokerProcess broker;
    private final RawClient client;
    private final ExecutorService reader = Executors.newSingleThreadExecutor();
    private int sent;
    private volatile int acknowledged;

    Sender(BrokerProcess broker) {
      this.broker = broker;
      this.client = RawClient.connected(broker.port("tcp"), MqttVersion.V5, "sender");
      try {
        client.socket().setSoTimeout(0);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      reader.execute(this::read);
    }

    private void read() {
      while (client.receive() instanceof Puback puback
          && puback.code() == ReasonCode.SUCCESS
          && puback.packetId() == (acknowledged + 1) % 60_000 + 1) {
        acknowledged = acknowledged + 1;
      }
    }

    int sent() {
      return sent;
    }

    int acknowledged() {
      return acknowledged;
    }

    void send(int messages) {
      for (int i = 0; i < messages; i++) {
        int packetId = (sent + 1) % 60_000 + 1;
        client.send(new Publish("kept", 1, false, false, packetId, bytes(sent++), Properties.NONE));
      }
    }

    /**
     * Until acknowledgements stay away, and the broker says that it is not ready, and goes on
     * saying so: what it clears away is taken, too.
     */
    void sendUntilNothingFits(Shortage shortage) {
      AtomicInteger inARow = new AtomicInteger();
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                shortage.begin(broker);
                if (sent - acknowledged < 50) {
                  send(50);
                }
                boolean unready = broker.request("/readyz").statusCode() == 503;
                return inARow.updateAndGet(n -> unready ? n + 1 : 0) >= 20;
              });
    }

    void awaitAcknowledged(int messages) {
      await().atMost(PATIENCE).until(() -> acknowledged >= messages);
    }

    @Override
    public void close() {
      client.close();
      reader.shutdownNow();
    }
  }
}
