package io.strmqtt.dist.cli.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageEncoder;
import io.netty.handler.codec.haproxy.HAProxyProtocolVersion;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol;
import io.netty.handler.codec.haproxy.HAProxyTLV;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** What a probe sends before all else; written by Netty, so that it is not our parser's mirror. */
final class HeaderToSend {
  /** What kind of header. */
  enum Form {
    V1,
    V2,
    LOCAL,
    NONE
  }

  private HeaderToSend() {}

  /**
   * The bytes of a header; none for {@link Form#NONE}.
   *
   * @param source the client that is announced, of the family of {@code destination}; for {@link
   *     Form#V1} of either
   * @param tlvs for {@link Form#V2} only; {@link GivenTlv#CHECKSUM}, if at all, comes last
   */
  static byte[] encode(
      Form form, InetSocketAddress source, InetSocketAddress destination, List<GivenTlv> tlvs)
      throws UsageMistake {
    return switch (form) {
      case NONE -> new byte[0];
      case LOCAL ->
          write(
              new HAProxyMessage(
                  HAProxyProtocolVersion.V2,
                  HAProxyCommand.LOCAL,
                  HAProxyProxiedProtocol.UNKNOWN,
                  null,
                  null,
                  0,
                  0));
      case V1 ->
          isV4(source) == isV4(destination)
              ? write(proxied(HAProxyProtocolVersion.V1, source, destination, List.of()))
              : mixed(source, destination);
      case V2 -> {
        byte[] header = write(proxied(HAProxyProtocolVersion.V2, source, destination, tlvs));
        if (!tlvs.isEmpty() && tlvs.getLast() == GivenTlv.CHECKSUM) {
          seal(header);
        }
        yield header;
      }
    };
  }

  /** Puts the checksum of a header into its last four bytes, which are zero (section 2.2.3). */
  private static void seal(byte[] header) {
    CRC32C crc = new CRC32C();
    crc.update(header);
    ByteBuffer.wrap(header).putInt(header.length - 4, (int) crc.getValue());
  }

  /** As nginx writes it if it was told the client by a header; Netty knows no such line. */
  private static byte[] mixed(InetSocketAddress source, InetSocketAddress destination) {
    return "PROXY %s %s %s %d %d\r\n"
        .formatted(
            isV4(source) ? "TCP4" : "TCP6",
            source.getAddress().getHostAddress(),
            destination.getAddress().getHostAddress(),
            source.getPort(),
            destination.getPort())
        .getBytes(StandardCharsets.US_ASCII);
  }

  static boolean isV4(InetSocketAddress address) {
    return address.getAddress() instanceof Inet4Address;
  }

  private static HAProxyMessage proxied(
      HAProxyProtocolVersion version,
      InetSocketAddress source,
      InetSocketAddress destination,
      List<GivenTlv> tlvs)
      throws UsageMistake {
    List<HAProxyTLV> written = new ArrayList<>();
    for (GivenTlv tlv : tlvs) {
      written.add(tlv.toNetty());
    }
    return new HAProxyMessage(
        version,
        HAProxyCommand.PROXY,
        isV4(source) ? HAProxyProxiedProtocol.TCP4 : HAProxyProxiedProtocol.TCP6,
        source.getAddress().getHostAddress(),
        destination.getAddress().getHostAddress(),
        source.getPort(),
        destination.getPort(),
        written);
  }

  private static byte[] write(HAProxyMessage message) {
    EmbeddedChannel channel = new EmbeddedChannel(HAProxyMessageEncoder.INSTANCE);
    ByteBuf bytes = Unpooled.buffer();
    try {
      channel.writeOutbound(message);
      for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
        bytes.writeBytes(part);
        part.release();
      }
      return ByteBufUtil.getBytes(bytes);
    } finally {
      bytes.release();
      channel.finishAndReleaseAll();
    }
  }
}
