package io.strmqtt.proxy;

import io.strmqtt.api.ProxySsl;
import io.strmqtt.api.ProxyTlvs;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Type-length-values that {@link Tlvs} has found well-formed: the header's bytes, and a value when
 * someone asks for it. Of a type that comes twice the first counts, and the others are kept without
 * a meaning; so are values of the clouds' types that are not made as the cloud makes them, because
 * the types are free for everyone's use.
 */
final class ReceivedTlvs implements ProxyTlvs {
  private static final int ALPN = 0x01;
  private static final int NOOP = 0x04;
  private static final int GCP = 0xe0;
  private static final int AWS = 0xea;
  private static final int AZURE = 0xee;

  /** The sub-type of AWS and of Azure that has a meaning. */
  private static final int ENDPOINT_ID = 1;

  // Within SSL, section 2.2.8.
  private static final int CLIENT_SSL = 0x01;
  private static final int CLIENT_CERT_CONN = 0x02;
  private static final int CLIENT_CERT_SESS = 0x04;
  private static final int SSL_VERSION = 0x21;
  private static final int SSL_COMMON_NAME = 0x22;
  private static final int SSL_CIPHER = 0x23;
  private static final int SSL_SIGNATURE_ALGORITHM = 0x24;
  private static final int SSL_KEY_ALGORITHM = 0x25;
  private static final int SSL_GROUP = 0x26;
  private static final int SSL_SIGNATURE_SCHEME = 0x27;
  private static final int SSL_CERTIFICATE = 0x28;

  private static final int NONE = -1;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT_LE =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final byte[] header;
  private final int from;

  /** Once it has been asked for. Immutable: a thread that does not see it yet makes its own. */
  private @Nullable ProxySsl ssl;

  /**
   * @param header the whole of it, and nothing behind it; not changed any more
   * @param from offset of the first value
   */
  ReceivedTlvs(byte[] header, int from) {
    this.header = header;
    this.from = from;
  }

  @Override
  public Optional<byte[]> alpn() {
    return bytes(first(ALPN));
  }

  @Override
  public Optional<String> authority() {
    return text(first(Tlvs.AUTHORITY));
  }

  @Override
  public Optional<byte[]> uniqueId() {
    return bytes(first(Tlvs.UNIQUE_ID));
  }

  @Override
  public Optional<String> netns() {
    return text(first(Tlvs.NETNS));
  }

  @Override
  public Optional<ProxySsl> ssl() {
    ProxySsl known = ssl;
    if (known == null) {
      int at = first(Tlvs.SSL);
      if (at == NONE) {
        return Optional.empty();
      }
      known = readSsl(at);
      ssl = known;
    }
    return Optional.of(known);
  }

  @Override
  public Optional<String> awsVpcEndpoint() {
    int at = first(AWS);
    return at == NONE
        ? Optional.empty()
        : Optional.of(
            new String(header, at + Tlvs.PREFIX + 1, size(at) - 1, StandardCharsets.UTF_8));
  }

  @Override
  public OptionalLong gcpConnection() {
    int at = first(GCP);
    return at == NONE
        ? OptionalLong.empty()
        : OptionalLong.of((long) LONG.get(header, at + Tlvs.PREFIX));
  }

  @Override
  public OptionalLong azureLink() {
    int at = first(AZURE);
    return at == NONE
        ? OptionalLong.empty()
        : OptionalLong.of(Integer.toUnsignedLong((int) INT_LE.get(header, at + Tlvs.PREFIX + 1)));
  }

  @Override
  public List<Other> others() {
    List<Other> others = new ArrayList<>();
    BitSet met = new BitSet();
    for (int at = from; at < header.length; at = next(at)) {
      int type = type(at);
      if (type == Tlvs.CRC32C_CHECKSUM || type == NOOP) {
        continue;
      }
      if (hasMeaning(at) && !met.get(type)) {
        met.set(type);
      } else {
        others.add(new Other(type, value(at)));
      }
    }
    return List.copyOf(others);
  }

  /** Where the value is that counts for its type, or {@link #NONE}. */
  private int first(int type) {
    for (int at = from; at < header.length; at = next(at)) {
      if (type(at) == type && hasMeaning(at)) {
        return at;
      }
    }
    return NONE;
  }

  private boolean hasMeaning(int at) {
    int value = at + Tlvs.PREFIX;
    int size = size(at);
    return switch (type(at)) {
      case ALPN, Tlvs.AUTHORITY, Tlvs.UNIQUE_ID, Tlvs.NETNS, Tlvs.SSL -> true;
      case AWS ->
          size >= 2
              && header[value] == ENDPOINT_ID
              && PlainText.firstFlaw(header, value + 1, value + size) < 0;
      case GCP -> size == Long.BYTES;
      case AZURE -> size == 1 + Integer.BYTES && header[value] == ENDPOINT_ID;
      default -> false;
    };
  }

  private ProxySsl readSsl(int at) {
    int value = at + Tlvs.PREFIX;
    int end = next(at);
    int client = header[value];
    return new ProxySsl(
        (client & CLIENT_SSL) != 0,
        (client & CLIENT_CERT_CONN) != 0,
        (client & CLIENT_CERT_SESS) != 0,
        (int) INT.get(header, value + 1) == 0,
        text(within(value, end, SSL_VERSION)),
        text(within(value, end, SSL_CIPHER)),
        text(within(value, end, SSL_COMMON_NAME)),
        text(within(value, end, SSL_SIGNATURE_ALGORITHM)),
        text(within(value, end, SSL_KEY_ALGORITHM)),
        text(within(value, end, SSL_GROUP)),
        text(within(value, end, SSL_SIGNATURE_SCHEME)),
        bytes(within(value, end, SSL_CERTIFICATE)));
  }

  /** Where the first value of a type is within an SSL value, or {@link #NONE}. */
  private int within(int value, int end, int type) {
    for (int at = value + Tlvs.SSL_FIXED; at < end; at = next(at)) {
      if (type(at) == type) {
        return at;
      }
    }
    return NONE;
  }

  private Optional<byte[]> bytes(int at) {
    return at == NONE ? Optional.empty() : Optional.of(value(at));
  }

  private Optional<String> text(int at) {
    return at == NONE
        ? Optional.empty()
        : Optional.of(new String(header, at + Tlvs.PREFIX, size(at), StandardCharsets.UTF_8));
  }

  private byte[] value(int at) {
    return Arrays.copyOfRange(header, at + Tlvs.PREFIX, next(at));
  }

  private int type(int at) {
    return header[at] & 0xff;
  }

  private int size(int at) {
    return (header[at + 1] & 0xff) << 8 | header[at + 2] & 0xff;
  }

  private int next(int at) {
    return at + Tlvs.PREFIX + size(at);
  }

  /** By the bytes they were sent as. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ReceivedTlvs that
        && Arrays.equals(header, from, header.length, that.header, that.from, that.header.length);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(Arrays.copyOfRange(header, from, header.length));
  }

  /** The bytes in hex. */
  @Override
  public String toString() {
    return HexFormat.of().formatHex(header, from, header.length);
  }
}
