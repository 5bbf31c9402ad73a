package io.strmqtt.bench;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.strmqtt.proxy.PendingBudget;
import io.strmqtt.proxy.ProxyHandler;
import io.strmqtt.proxy.ProxyParser;
import io.strmqtt.proxy.ProxyPolicy;
import io.strmqtt.proxy.ProxyVerdict;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * One header, read by our parser and by Netty's decoder, from the same bytes: by itself, and by the
 * handler of a channel, which comes with each connection and goes after the header.
 *
 * <p>The two do not do the same. Ours verifies the checksum and the text of values, and its handler
 * counts who waits and sets a deadline. Netty's writes addresses as text. Neither makes socket
 * addresses, unless asked to.
 *
 * <p>A sample is the time of a few dozen headers: long beside the clock's own cost, and short
 * beside a turn of the scheduler, so that a busy machine spoils a few samples and not the median.
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
public class HeaderBenchmark {
  private static final int MAX_HEADER_SIZE = 4096;
  private static final int TIMES = 64;

  private final ProxyPolicy policy = ProxyPolicy.of(ProxyPolicy.Mode.REQUIRED);
  private final PendingBudget budget = PendingBudget.of(policy);
  private final InetAddress peer = InetAddress.ofLiteral("10.0.0.5");
  private final List<Object> decoded = new ArrayList<>();

  @Param public Opening opening;

  private Wire wire;
  private Told told;

  @Setup
  public void connect(Blackhole sink) {
    wire = new Wire(opening.withConnect());
    told = new Told(sink, wire.loop());
    if (!(ProxyParser.parse(wire.segment(), MAX_HEADER_SIZE) instanceof ProxyVerdict.Header)) {
      throw new IllegalStateException("no header");
    }
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public void parseOurs(Blackhole sink) {
    for (int i = 0; i < TIMES; i++) {
      sink.consume(ProxyParser.parse(wire.segment(), MAX_HEADER_SIZE));
    }
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public void parseNetty(Blackhole sink) {
    for (int i = 0; i < TIMES; i++) {
      new Decoder().decode(wire.segment(), decoded);
      HAProxyMessage message = (HAProxyMessage) decoded.removeLast();
      sink.consume(message);
      message.release();
    }
  }

  /** With both socket addresses, as whoever compares or keeps them needs them. */
  @Benchmark
  @OperationsPerInvocation(TIMES)
  public void addressesOurs(Blackhole sink) {
    for (int i = 0; i < TIMES; i++) {
      var header = (ProxyVerdict.Header) ProxyParser.parse(wire.segment(), MAX_HEADER_SIZE);
      sink.consume(header);
      sink.consume(header.addresses().source());
      sink.consume(header.addresses().destination());
    }
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public void addressesNetty(Blackhole sink) {
    for (int i = 0; i < TIMES; i++) {
      new Decoder().decode(wire.segment(), decoded);
      HAProxyMessage message = (HAProxyMessage) decoded.removeLast();
      sink.consume(message);
      sink.consume(address(message.sourceAddress(), message.sourcePort()));
      sink.consume(address(message.destinationAddress(), message.destinationPort()));
      message.release();
    }
  }

  private static InetSocketAddress address(String ip, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(ip), port);
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

  /** Netty's decoder is a handler: its work alone is open to sub-classes only. */
  private static final class Decoder extends HAProxyMessageDecoder {
    void decode(ByteBuf in, List<Object> out) {
      try {
        decode(null, in, out);
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
