package io.strmqtt.session.rocks.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.ProxyHeader;
import io.strmqtt.api.ProxyTlvs;
import io.strmqtt.api.Reason;
import io.strmqtt.api.TlsInfo;
import io.strmqtt.api.store.UnauthorizedAttempt;
import io.strmqtt.api.store.UnauthorizedRecord;
import io.strmqtt.session.AttemptKey;
import io.strmqtt.session.UnauthorizedLimits;
import io.strmqtt.session.UnauthorizedLog;
import io.strmqtt.session.kit.Hostile;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class UnauthorizedCodecTest {
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
  private static final int MOST_BYTES = 4096;

  private final Set<AttemptKey> keys = new HashSet<>();
  private final UnauthorizedLog log =
      new UnauthorizedLog(
          new UnauthorizedLimits(10_000, 1000, Duration.ofDays(1)),
          Clock.fixed(NOW, ZoneOffset.UTC),
          new UnauthorizedLog.Changes() {
            @Override
            public void changed(AttemptKey key) {
              keys.add(key);
            }

            @Override
            public void forgotten(AttemptKey key) {
              keys.remove(key);
            }
          });

  @Test
  void whateverAClientSendsItsRowIsShortAndItsOwnAndComesBackAsItWas() {
    Random random = new Random(17);
    for (int i = 0; i < 2000; i++) {
      log.record(attempt(random));
    }
    Set<String> rows = new HashSet<>();
    for (AttemptKey key : keys) {
      byte[] row = UnauthorizedCodec.key(key);
      UnauthorizedRecord record = log.find(key).orElseThrow();
      byte[] value = UnauthorizedCodec.toBytes(record);

      assertThat(row.length + value.length).isLessThan(MOST_BYTES);
      rows.add(Arrays.toString(row));
      UnauthorizedRecord read = UnauthorizedCodec.fromBytes(value);
      assertThat(AttemptKey.of(read)).isEqualTo(key);
      assertThat(UnauthorizedCodec.toBytes(read)).isEqualTo(value);
      assertThat(read.reasons()).isEqualTo(record.reasons());
      assertThat(read.folded()).isEqualTo(record.folded());
    }
    assertThat(rows).hasSize(1001);
  }

  /** Everything in it that has no fixed form is the client's own words. */
  private static UnauthorizedAttempt attempt(Random random) {
    String words = Hostile.text(random);
    ProxyTlvs tlvs =
        new ProxyTlvs() {
          @Override
          public Optional<String> authority() {
            return Optional.of(words);
          }
        };
    InetSocketAddress client = new InetSocketAddress("2001:db8::1", random.nextInt(65_536));
    ClientEndpoint endpoint =
        new ClientEndpoint(
            client,
            new InetSocketAddress("10.0.0.1", 1),
            new InetSocketAddress("10.0.0.2", 1883),
            "tcp",
            Optional.of(
                new ProxyHeader(
                    ProxyHeader.Version.V2, ProxyHeader.Kind.PROXIED, tlvs, Optional.of(words))),
            Optional.of(
                new TlsInfo("TLSv1.3", "TLS_AES_128_GCM_SHA256", Optional.of("CN=" + words))));
    return new UnauthorizedAttempt(
        Optional.of(Hostile.text(random)),
        endpoint,
        Optional.of(Hostile.text(random)),
        true,
        true,
        Reason.BAD_CREDENTIALS,
        NOW);
  }
}
