package io.strmqtt.session.rocks.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.Message;
import io.strmqtt.api.ProtocolVersion;
import io.strmqtt.api.ProxyHeader;
import io.strmqtt.api.ProxyTlvs;
import io.strmqtt.api.Reason;
import io.strmqtt.api.TlsInfo;
import io.strmqtt.api.store.QueuedMessage;
import io.strmqtt.api.store.SessionRecord;
import io.strmqtt.api.store.StoredSession.Handshake;
import io.strmqtt.api.store.StoredWill;
import io.strmqtt.api.store.SubscriptionRecord;
import io.strmqtt.api.store.UnauthorizedAttempt;
import io.strmqtt.api.store.UnauthorizedRecord;
import io.strmqtt.session.AttemptKey;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RecordsTest {
  private static final Message MESSAGE =
      new Message(
          "a/ü",
          new byte[300],
          2,
          true,
          new Message.Properties(
              0,
              0,
              Optional.of("text"),
              Optional.empty(),
              Optional.of(new byte[] {1}),
              List.of(new Message.UserProperty("k", "v"))),
          1_700_000_000_000L,
          "publisher");
  private static final ClientEndpoint ENDPOINT =
      new ClientEndpoint(
          new InetSocketAddress("192.0.2.1", 1),
          new InetSocketAddress("2001:db8::1", 2),
          new InetSocketAddress("127.0.0.1", 65535),
          "tcp",
          Optional.of(
              new ProxyHeader(ProxyHeader.Version.V1, ProxyHeader.Kind.UNKNOWN, ProxyTlvs.NONE)),
          Optional.of(new TlsInfo("TLSv1.3", "c", Optional.empty())));
  private static final UnauthorizedAttempt ATTEMPT =
      new UnauthorizedAttempt(
          Optional.of("c"),
          ENDPOINT,
          Optional.empty(),
          true,
          true,
          Reason.TIMEOUT,
          Instant.ofEpochMilli(9));

  static List<Kind> kinds() {
    return List.of(
        new Kind("message", MessageCodec.toBytes(MESSAGE), MessageCodec::fromBytes),
        new Kind("will", WillCodec.toBytes(new StoredWill(MESSAGE, 5)), WillCodec::fromBytes),
        new Kind(
            "inline entry",
            QueueEntry.inline(
                    new QueuedMessage(1, MESSAGE, 1, true, new int[] {1, 300}, "$share/g/a"),
                    MessageCodec.toBytes(MESSAGE))
                .toBytes(),
            QueueEntry::fromBytes),
        new Kind(
            "sharing entry",
            QueueEntry.sharing(new QueuedMessage(1, MESSAGE, 2, false, new int[0], "")).toBytes(),
            QueueEntry::fromBytes),
        new Kind(
            "handshake",
            HandshakeCodec.toBytes(new Handshake(7, 65535, true)),
            bytes -> HandshakeCodec.fromBytes(7, bytes)),
        new Kind(
            "subscription",
            SubscriptionCodec.toBytes(new SubscriptionRecord("f", 2, true, true, 2, 268_435_455)),
            bytes -> SubscriptionCodec.fromBytes("f", bytes)),
        new Kind(
            "session",
            SessionCodec.toBytes(
                new SessionRecord(
                    "c",
                    "u",
                    ProtocolVersion.MQTT_3_1,
                    true,
                    ENDPOINT,
                    true,
                    1,
                    SessionRecord.NEVER,
                    Instant.EPOCH,
                    Optional.empty(),
                    Optional.of(Reason.CLIENT_DISCONNECT))),
            bytes -> SessionCodec.fromBytes("c", bytes)),
        new Kind(
            "refused attempts",
            UnauthorizedCodec.toBytes(
                new UnauthorizedRecord(
                    ATTEMPT,
                    Instant.EPOCH,
                    Instant.ofEpochMilli(9),
                    3,
                    Map.of(Reason.TIMEOUT, 3L),
                    Optional.of(Instant.ofEpochMilli(10)),
                    0)),
            UnauthorizedCodec::fromBytes));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void whatWasWrittenIsRead(Kind kind) {
    assertThat(kind.read.apply(kind.bytes)).isNotNull();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void aRecordThatIsCutOrGoesOnIsDamaged(Kind kind) {
    for (int length = 0; length < kind.bytes.length; length++) {
      byte[] cut = Arrays.copyOf(kind.bytes, length);
      assertThatThrownBy(() -> kind.read.apply(cut)).isInstanceOf(Damaged.class);
    }
    byte[] longer = Arrays.copyOf(kind.bytes, kind.bytes.length + 1);
    assertThatThrownBy(() -> kind.read.apply(longer)).isInstanceOf(Damaged.class);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void aRecordOfANewerVersionIsDamaged(Kind kind) {
    byte[] newer = kind.bytes.clone();
    newer[0] = 2;
    assertThatThrownBy(() -> kind.read.apply(newer))
        .isInstanceOf(Damaged.class)
        .hasMessageContaining("version 1 expected, found 2");
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void anyBytesAreARecordOrDamaged(Kind kind) {
    Random random = new Random(kind.name.hashCode());
    for (int i = 0; i < 50_000; i++) {
      byte[] bytes;
      if (i % 2 == 0) {
        bytes = kind.bytes.clone();
        for (int flips = random.nextInt(4); flips >= 0; flips--) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
      } else {
        bytes = new byte[random.nextInt(64)];
        random.nextBytes(bytes);
        if (bytes.length > 0) {
          bytes[0] = 1;
        }
      }
      try {
        kind.read.apply(bytes);
      } catch (Damaged e) {
        assertThat(e.getMessage()).startsWith("no ");
      }
    }
  }

  @Test
  void noTwoRefusedAttemptsShareARow() {
    List<AttemptKey> keys =
        List.of(
            key(Optional.empty(), Optional.empty()),
            key(Optional.of(""), Optional.empty()),
            key(Optional.empty(), Optional.of("")),
            key(Optional.of("ab"), Optional.of("c")),
            key(Optional.of("a"), Optional.of("bc")),
            key(Optional.of("a\u0001\u0002bc"), Optional.empty()));

    assertThat(keys.stream().map(UnauthorizedCodec::key).map(Arrays::toString).distinct())
        .hasSize(keys.size());
  }

  private static AttemptKey key(Optional<String> clientId, Optional<String> username) {
    return new AttemptKey("192.0.2.1", clientId, username, "tcp");
  }

  record Kind(String name, byte[] bytes, Function<byte[], Object> read) {
    @Override
    public String toString() {
      return name;
    }
  }
}
