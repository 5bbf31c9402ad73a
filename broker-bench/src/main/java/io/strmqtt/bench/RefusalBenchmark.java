package io.strmqtt.bench;

import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.strmqtt.proxy.PendingBudget;
import io.strmqtt.proxy.ProxyHandler;
import io.strmqtt.proxy.ProxyPolicy;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * An MQTT CONNECT where a header must come, refused by our handler, with reason and hint, and by
 * Netty's decoder, with an exception. Netty's takes it for a version 1 line and gives up after 108
 * bytes; a shorter CONNECT it would wait upon.
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
public class RefusalBenchmark {
  private static final int TIMES = 64;

  private final ProxyPolicy policy = ProxyPolicy.of(ProxyPolicy.Mode.REQUIRED);
  private final PendingBudget budget = PendingBudget.of(policy);
  private final InetAddress peer = InetAddress.ofLiteral("10.0.0.5");
  private final Wire wire = new Wire(Opening.connectAlone());
  private Told told;

  @Setup
  public void listen(Blackhole sink) {
    told = new Told(sink, wire.loop());
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public void channelOurs() {
    for (int i = 0; i < TIMES; i++) {
      wire.see(new ProxyHandler(policy, budget, peer, told));
    }
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public void channelNetty() {
    for (int i = 0; i < TIMES; i++) {
      wire.see(new HAProxyMessageDecoder());
    }
  }
}
