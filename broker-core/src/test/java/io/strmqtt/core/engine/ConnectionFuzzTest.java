package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.strmqtt.api.Reason;
import io.strmqtt.mqtt.codec.MalformedPacketException;
import io.strmqtt.mqtt.codec.MqttDecoder;
import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Disconnect;
import io.strmqtt.mqtt.packet.MqttVersion;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Whole connections: whatever bytes come, and however they are cut, the connection lives on or ends
 * with a name, nobody else is disturbed, and nothing is left behind. A fixed number in the test
 * suite; by hand for as long as {@code -Dfuzz.seconds=60} says, with other inputs each time. A
 * failure names the input's seed: {@code -Dfuzz.seed=N} runs that one alone.
 */
class ConnectionFuzzTest {
  private static final int INPUTS = 2_000;
  private static final long FIRST_SEED = 20_261_128;

  private int accepted;
  private int refused;
  private int ended;
  private int alive;

  @Test
  void everyConnectionLivesOnOrEndsWithAName() {
    Long seed = Long.getLong("fuzz.seed");
    int seconds = Integer.getInteger("fuzz.seconds", 0);
    if (seed != null) {
      input(seed);
    } else if (seconds > 0) {
      long start = System.nanoTime();
      for (long next = start;
          System.nanoTime() - start < Duration.ofSeconds(seconds).toNanos();
          next++) {
        input(next);
      }
    } else {
      for (int i = 0; i < INPUTS; i++) {
        input(FIRST_SEED + i);
      }
      // Otherwise it would be an empty exercise.
      assertThat(List.of(accepted, refused, ended, alive)).allMatch(n -> n > INPUTS / 20);
    }
  }

  private void input(long seed) {
    Random random = new Random(seed);
    byte[] stream = new HostileStream(random).bytes();
    try (EngineFixture broker =
        EngineFixture.start(
            o -> {
              o.seed = seed;
              o.limits.maxPacketSize = 2_000;
              o.limits.maxConnectSize = 500;
              o.limits.topicAliasMaximum = 2;
              o.limits.receiveMaximum = 3;
            })) {
      live(broker, random, stream);
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError("seed " + seed + ": " + HexFormat.of().formatHex(stream), e);
    }
  }

  private void live(EngineFixture broker, Random random, byte[] stream) {
    TestClient bystander = broker.connect(as("bystander").loop(1)).subscribe("safe", 1);
    TestClient publisher = broker.connect("publisher");
    TestClient client = broker.open(as("x").version(spoken(stream)).loop(random.nextInt(2)));
    int most = 1 + random.nextInt(60);
    for (int at = 0; at < stream.length; ) {
      int next = Math.min(stream.length, at + 1 + random.nextInt(most));
      client.sendBytes(Arrays.copyOfRange(stream, at, next));
      at = next;
      switch (random.nextInt(12)) {
        case 0 -> broker.pass(Duration.ofSeconds(random.nextInt(12)));
        case 1 -> publisher.publish("t/1", "news", random.nextInt(3));
        case 2 -> client.writable(random.nextBoolean());
        default -> {}
      }
    }
    judge(client.drain());
    publisher.publish("safe", "still here", 1);
    bystander.puback(bystander.receivePublish("still here"));
    bystander.receiveNothing();
  }

  /**
   * At most one CONNACK, which comes first; nothing behind DISCONNECT but the end; then nothing.
   */
  private void judge(List<Object> events) {
    assertThat(events.stream().filter(Connack.class::isInstance).count()).isLessThanOrEqualTo(1);
    boolean open = true;
    boolean farewell = false;
    boolean in = false;
    for (Object event : events) {
      assertThat(open).as("nothing follows the end: %s", events).isTrue();
      switch (event) {
        case Connack connack -> {
          assertThat(event).isSameAs(events.getFirst());
          in = !connack.code().isError();
        }
        case TestClient.Closed(Reason reason) -> {
          open = false;
          assertThat(reason).isNotEqualTo(Reason.INTERNAL_ERROR);
          assertThat(reason.kind())
              .as("%s", reason)
              .isEqualTo(in ? Reason.Kind.DISCONNECT : Reason.Kind.REFUSAL);
        }
        default -> {
          assertThat(in).as("%s without CONNACK", event).isTrue();
          assertThat(farewell).as("%s behind DISCONNECT", event).isFalse();
          farewell = event instanceof Disconnect;
        }
      }
    }
    accepted += in ? 1 : 0;
    refused += !in && !open ? 1 : 0;
    ended += in && !open ? 1 : 0;
    alive += open ? 1 : 0;
  }

  /** The version that the broker's answers will be in: the one of the CONNECT, if it names one. */
  private static MqttVersion spoken(byte[] stream) {
    MqttDecoder decoder = new MqttDecoder(500, 2_000, 128, 100);
    ByteBuf in = Unpooled.wrappedBuffer(stream);
    try {
      decoder.decode(in);
    } catch (MalformedPacketException e) {
      // What it is refused for is the broker's business.
    }
    MqttVersion version = decoder.version();
    return version == null ? MqttVersion.V3_1_1 : version;
  }
}
