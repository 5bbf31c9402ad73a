package io.strmqtt.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.strmqtt.mqtt.codec.MqttDecoder;
import io.strmqtt.mqtt.codec.MqttEncoder;
import io.strmqtt.mqtt.codec.PublishFrame;
import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * A small PUBLISH with QoS 0, 64 bytes on a topic of four levels, in MQTT 5: taken in, and given to
 * a hundred subscribers. Figures are for one packet.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
    value = 1,
    jvmArgs = {
      "-Xms256m",
      "-Xmx256m",
      "-Xbatch",
      "-XX:+UseCompactObjectHeaders",
      "-Dio.netty.leakDetection.level=disabled"
    })
public class PublishBenchmark {
  private static final int SUBSCRIBERS = 100;

  private final MqttPacket.Publish publish =
      new MqttPacket.Publish(
          "site/7/sensor/4711", 0, false, false, 0, new byte[64], Properties.NONE);
  private final MqttDecoder decoder = MqttDecoder.forClient(MqttVersion.V5, 1024);
  private final ByteBuf in =
      PooledByteBufAllocator.DEFAULT
          .directBuffer()
          .writeBytes(PublishFrame.of(publish, MqttVersion.V5).head());
  private final ByteBuf out = PooledByteBufAllocator.DEFAULT.directBuffer(SUBSCRIBERS * 128);

  @Benchmark
  @OperationsPerInvocation(SUBSCRIBERS)
  public void decode(Blackhole sink) throws Exception {
    for (int i = 0; i < SUBSCRIBERS; i++) {
      sink.consume(decoder.decode(in.readerIndex(0)));
    }
  }

  /** As the router does it: encoded once, copied for each subscriber. */
  @Benchmark
  @OperationsPerInvocation(SUBSCRIBERS)
  public ByteBuf copyOneFrame() {
    PublishFrame frame = PublishFrame.of(publish, MqttVersion.V5);
    out.clear();
    for (int i = 0; i < SUBSCRIBERS; i++) {
      frame.writePrefix(out, 0, 0, false, -1, 0, true);
      out.writeBytes(frame.head(), frame.restAt(), frame.head().length - frame.restAt());
    }
    return out;
  }

  /** What it would cost to encode it for each. */
  @Benchmark
  @OperationsPerInvocation(SUBSCRIBERS)
  public ByteBuf encodeEach() {
    out.clear();
    for (int i = 0; i < SUBSCRIBERS; i++) {
      MqttEncoder.encode(publish, MqttVersion.V5, out);
    }
    return out;
  }
}
