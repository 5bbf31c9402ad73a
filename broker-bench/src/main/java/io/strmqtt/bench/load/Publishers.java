package io.strmqtt.bench.load;

import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Puback;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.Properties;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongFunction;

/**
 * Clients that publish with QoS 1, each a window of messages at a time, and what they have seen:
 * how many were acknowledged, and how long each took.
 */
final class Publishers {
  private static final int STEP_MICROS = 10;
  private static final int STEPS = 1_000_000;

  private final int window;
  private final int payloadBytes;
  private final Random random = new Random(1);
  private final byte[] noise = new byte[1 << 20];
  private final CountDownLatch connected;
  private final int[] latencies = new int[STEPS];
  private long acknowledged;
  private long ends = Long.MAX_VALUE;
  private long most = Long.MAX_VALUE;
  private long sent;

  Publishers(int clients, int window, int payloadBytes) {
    this.window = window;
    this.payloadBytes = payloadBytes;
    random.nextBytes(noise); // What can be compressed would flatter the disk.
    this.connected = new CountDownLatch(clients);
  }

  Client.Role newRole(String topic) {
    return new OnePublisher(number -> topic);
  }

  /**
   * @param topic of the message with the number, from 0
   */
  Client.Role newRole(LongFunction<String> topic) {
    return new OnePublisher(topic);
  }

  void awaitConnected() throws InterruptedException {
    connected.await();
  }

  /** Publishes so many altogether, and no more. Before the first connects. */
  void atMost(long messages) {
    most = messages;
  }

  /** Forgets what was seen so far. On the loop. */
  void begin() {
    acknowledged = 0;
    Arrays.fill(latencies, 0);
  }

  /** Nothing new is published. On the loop. */
  void end() {
    ends = Long.MIN_VALUE;
  }

  long acknowledged() {
    return acknowledged;
  }

  /** Microseconds that the share of all messages (0 to 1) did not take longer than. */
  long micros(double share) {
    long rank = (long) Math.ceil(acknowledged * share);
    long seen = 0;
    for (int step = 0; step < STEPS; step++) {
      seen += latencies[step];
      if (seen >= rank) {
        return (long) (step + 1) * STEP_MICROS;
      }
    }
    return Long.MAX_VALUE;
  }

  private final class OnePublisher implements Client.Role {
    private final LongFunction<String> topic;
    private final long[] sentAt;

    OnePublisher(LongFunction<String> topic) {
      this.topic = topic;
      this.sentAt = new long[window + 1];
    }

    @Override
    public void connected(Client client) {
      client.connect(true, 0);
    }

    @Override
    public void received(Client client, MqttPacket packet) {
      switch (packet) {
        case Connack connack when !connack.code().isError() -> {
          connected.countDown();
          for (int id = 1; id <= window; id++) {
            publish(client, id);
          }
        }
        case Puback puback when puback.code().value() == 0 -> {
          acknowledged++;
          long micros = (System.nanoTime() - sentAt[puback.packetId()]) / 1000;
          latencies[(int) Math.min(STEPS - 1, micros / STEP_MICROS)]++;
          publish(client, puback.packetId());
        }
        default -> throw new IllegalStateException("unexpected " + packet);
      }
    }

    private void publish(Client client, int packetId) {
      if (sent < most && ends == Long.MAX_VALUE) {
        String to = topic.apply(sent++);
        int from = random.nextInt(noise.length - payloadBytes);
        byte[] payload = Arrays.copyOfRange(noise, from, from + payloadBytes);
        sentAt[packetId] = System.nanoTime();
        client.send(new Publish(to, 1, false, false, packetId, payload, Properties.NONE));
      }
    }
  }
}
