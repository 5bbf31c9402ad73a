package io.strmqtt.proxy;

import static io.strmqtt.proxy.Bytes.parse;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyMessageEncoder;
import io.netty.handler.codec.haproxy.HAProxyProtocolVersion;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol;
import io.netty.handler.codec.haproxy.HAProxySSLTLV;
import io.netty.handler.codec.haproxy.HAProxyTLV;
import io.strmqtt.proxy.ProxyVerdict.Header;
import io.strmqtt.proxy.ProxyVerdict.NeedMore;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Properties over seeded random headers; a failure names its bytes, so it can be repeated. */
class RandomHeadersTest {
  private final Random seeded = new Random(20_260_427);

  private static final List<Vector> SEEDS =
      Stream.concat(Vector.all().stream(), Vector.captured().stream())
          .filter(v -> v.bytes().length > 0 && v.bytes().length < 300)
          .toList();

  @Test
  void theVerdictOverMutatedHeadersNeverChangesWithMoreBytes() {
    for (int round = 0; round < 4_000; round++) {
      byte[] stream = mutated();
      ProxyVerdict decided = NeedMore.INSTANCE;
      for (int length = 1; length <= stream.length; length++) {
        ProxyVerdict verdict = parse(stream, length);
        if (decided != NeedMore.INSTANCE) {
          assertThat(verdict).as("%s", ByteBufUtil.hexDump(stream)).isEqualTo(decided);
        }
        decided = verdict;
        boolean beyond = stream[0] == 'P' ? length > 107 : length >= 16 + 4096;
        assertThat(verdict == NeedMore.INSTANCE && beyond).isFalse();
      }
    }
  }

  @Test
  void segmentationChangesNothingThatIsSeen() {
    for (int round = 0; round < 2_000; round++) {
      byte[] stream = mutated();
      ProxyPolicy policy = seeded.nextInt(4) == 0 ? Look.DISABLED : Look.ENABLED;
      Look whole = Look.of(policy, stream).peerCloses();
      Look cut = new Look(policy);
      for (int at = 0; at < stream.length; ) {
        int next = Math.min(stream.length, at + 1 + seeded.nextInt(1 + seeded.nextInt(40)));
        cut.send(stream, at, next);
        at = next;
      }
      cut.peerCloses();
      String bytes = ByteBufUtil.hexDump(stream);
      assertThat(cut.calls).as(bytes).isEqualTo(whole.calls);
      assertThat(cut.reason).as(bytes).isEqualTo(whole.reason);
      assertThat(cut.detail).as(bytes).isEqualTo(whole.detail);
      assertThat(cut.header).as(bytes).isEqualTo(whole.header);
      assertThat(cut.delivered()).as(bytes).isEqualTo(whole.delivered());
      whole.end();
      cut.end();
    }
  }

  @Test
  void everyHeaderOfNettysEncoderIsReadAsItWasMeant() throws UnknownHostException {
    for (int round = 0; round < 1_000; round++) {
      boolean v1 = seeded.nextBoolean();
      boolean v4 = seeded.nextBoolean();
      InetSocketAddress source = address(v4);
      InetSocketAddress destination = address(v4);
      byte[] header =
          encoded(
              new HAProxyMessage(
                  v1 ? HAProxyProtocolVersion.V1 : HAProxyProtocolVersion.V2,
                  HAProxyCommand.PROXY,
                  v4 ? HAProxyProxiedProtocol.TCP4 : HAProxyProxiedProtocol.TCP6,
                  source.getAddress().getHostAddress(),
                  destination.getAddress().getHostAddress(),
                  source.getPort(),
                  destination.getPort(),
                  v1 ? List.of() : tlvs()));
      Look look = Look.of(Look.ENABLED, Bytes.join(header, Vector.CONNECT));
      assertThat(look.calls)
          .as("%s %s", look.detail, ByteBufUtil.hexDump(header))
          .containsExactly("accepted");
      Header read = look.header.orElseThrow();
      assertThat(read.source()).contains(source);
      assertThat(read.destination()).contains(destination);
      assertThat(read.length()).isEqualTo(header.length);
      assertThat(look.delivered()).isEqualTo(Vector.CONNECT);
      look.end();
    }
  }

  @Test
  void whatIsAcceptedHereNettysDecoderReadsTheSameWay() {
    int compared = 0;
    for (int round = 0; round < 4_000; round++) {
      byte[] stream = mutated();
      if (!(parse(stream) instanceof Header header)
          || header.source().isEmpty()
          || header.source().get().getPort() == 0 // which Netty refuses
          || header.destination().orElseThrow().getPort() == 0) {
        continue;
      }
      EmbeddedChannel netty = new EmbeddedChannel(new HAProxyMessageDecoder());
      netty.writeInbound(Unpooled.copiedBuffer(stream, 0, header.length()));
      HAProxyMessage message = netty.readInbound();
      assertThat(message.sourcePort()).isEqualTo(header.source().get().getPort());
      assertThat(InetAddress.ofLiteral(message.sourceAddress()))
          .isEqualTo(header.source().get().getAddress());
      message.release();
      netty.finishAndReleaseAll();
      compared++;
    }
    assertThat(compared).isGreaterThan(500);
  }

  /** A known header with up to three changes, and a CONNECT or another header behind it. */
  private byte[] mutated() {
    byte[] bytes = SEEDS.get(seeded.nextInt(SEEDS.size())).bytes().clone();
    for (int change = seeded.nextInt(4); change > 0 && bytes.length > 1; change--) {
      int at = seeded.nextInt(bytes.length);
      switch (seeded.nextInt(5)) {
        case 0 -> bytes[at] = (byte) seeded.nextInt(256);
        case 1 -> bytes[at] ^= (byte) (1 << seeded.nextInt(8));
        case 2 -> bytes = Bytes.join(Arrays.copyOf(bytes, at), tail(bytes, at + 1));
        case 3 ->
            bytes = Bytes.join(Arrays.copyOf(bytes, at), new byte[] {bytes[at]}, tail(bytes, at));
        default -> bytes = Arrays.copyOf(bytes, at + 1);
      }
    }
    byte[] behind =
        seeded.nextInt(5) == 0 ? SEEDS.get(seeded.nextInt(SEEDS.size())).bytes() : Vector.CONNECT;
    return Bytes.join(bytes, behind);
  }

  private static byte[] tail(byte[] bytes, int from) {
    return Arrays.copyOfRange(bytes, from, bytes.length);
  }

  private InetSocketAddress address(boolean v4) throws UnknownHostException {
    byte[] ip = bytes(v4 ? 4 : 16);
    ip[0] = (byte) (v4 ? 1 + seeded.nextInt(223) : 0x20);
    for (int i = 1; i < ip.length; i++) { // runs of zeros
      ip[i] = seeded.nextInt(3) == 0 ? ip[i] : 0;
    }
    return new InetSocketAddress(InetAddress.getByAddress(ip), 1 + seeded.nextInt(65_535));
  }

  private List<HAProxyTLV> tlvs() {
    List<HAProxyTLV> tlvs = new ArrayList<>();
    if (seeded.nextBoolean()) {
      tlvs.add(text(HAProxyTLV.Type.PP2_TYPE_AUTHORITY, "mqtt.b\u00fccher.example"));
    }
    if (seeded.nextBoolean()) {
      tlvs.add(new HAProxyTLV((byte) 0x05, Unpooled.wrappedBuffer(bytes(seeded.nextInt(129)))));
    }
    if (seeded.nextBoolean()) {
      tlvs.add(
          new HAProxySSLTLV(
              0,
              (byte) 7,
              List.of(
                  text(HAProxyTLV.Type.PP2_TYPE_SSL_VERSION, "TLSv1.3"),
                  text(HAProxyTLV.Type.PP2_TYPE_SSL_CN, "device-42"))));
    }
    return tlvs;
  }

  private static HAProxyTLV text(HAProxyTLV.Type type, String text) {
    return new HAProxyTLV(type, Unpooled.copiedBuffer(text, UTF_8));
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    seeded.nextBytes(bytes);
    return bytes;
  }

  private static byte[] encoded(HAProxyMessage message) {
    EmbeddedChannel channel = new EmbeddedChannel(HAProxyMessageEncoder.INSTANCE);
    channel.writeOutbound(message);
    ByteBuf out = channel.readOutbound();
    byte[] bytes = ByteBufUtil.getBytes(out);
    out.release();
    channel.finishAndReleaseAll();
    return bytes;
  }
}
