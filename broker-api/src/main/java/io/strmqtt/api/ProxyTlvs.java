package io.strmqtt.api;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The type-length-values of a version 2 PROXY header (section 2.2.7 of the specification), typed.
 * Text is UTF-8 without control characters; arrays are shared and not to be modified.
 *
 * @param alpn 0x01: the protocol the client negotiated with the proxy's TLS; opaque bytes, mostly
 *     ASCII
 * @param authority 0x02: the host name the client asked for (SNI), at most 255 bytes
 * @param uniqueId 0x05: the proxy's id of the connection, at most 128 bytes, opaque; names the
 *     connection in log lines
 * @param netns 0x30: the name of the network namespace
 * @param ssl 0x20: the TLS session the proxy terminated
 * @param awsVpcEndpoint 0xEA, sub-type 1: the id of the VPC endpoint the client came through
 * @param gcpConnection 0xE0: the Private Service Connect connection id, an unsigned 64-bit number
 * @param azureLink 0xEE, sub-type 1: the Private Link id, an unsigned 32-bit number
 * @param others what has no meaning here, and repetitions of what has, in the header's order
 */
public record ProxyTlvs(
    Optional<byte[]> alpn,
    Optional<String> authority,
    Optional<byte[]> uniqueId,
    Optional<String> netns,
    Optional<ProxySsl> ssl,
    Optional<String> awsVpcEndpoint,
    OptionalLong gcpConnection,
    OptionalLong azureLink,
    List<Other> others) {

  /** No values. */
  public static final ProxyTlvs NONE =
      new ProxyTlvs(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          List.of());

  public ProxyTlvs {
    others = List.copyOf(others);
  }

  /**
   * The unique id as text: as it is if it is printable ASCII without spaces and quotes, so that it
   * stands in a log line by itself; in hex otherwise. Empty if there is none, or it has no bytes.
   */
  public Optional<String> uniqueIdText() {
    return uniqueId.filter(id -> id.length > 0).map(ProxyTlvs::text);
  }

  /** The protocol as text: as it is if it is printable ASCII, in hex otherwise. */
  public Optional<String> alpnText() {
    return alpn.map(ProxyTlvs::text);
  }

  private static String text(byte[] id) {
    for (byte b : id) {
      if (b <= ' ' || b == '"' || b == 0x7f) {
        return HexFormat.of().formatHex(id);
      }
    }
    return new String(id, StandardCharsets.US_ASCII);
  }

  /** By content, arrays included. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ProxyTlvs that && values().equals(that.values());
  }

  @Override
  public int hashCode() {
    return values().hashCode();
  }

  private List<Object> values() {
    return List.of(
        alpn.map(ByteBuffer::wrap),
        authority,
        uniqueId.map(ByteBuffer::wrap),
        netns,
        ssl,
        awsVpcEndpoint,
        gcpConnection,
        azureLink,
        others);
  }

  /**
   * A value without a meaning here.
   *
   * @param type 0 to 255
   */
  public record Other(int type, byte[] value) {
    /** By content. */
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Other that && type == that.type && Arrays.equals(value, that.value);
    }

    @Override
    public int hashCode() {
      return 31 * type + Arrays.hashCode(value);
    }
  }
}
