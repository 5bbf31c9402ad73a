package io.strmqtt.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.ProxyHeader.Kind;
import io.strmqtt.api.ProxyHeader.Version;
import io.strmqtt.api.Reason;
import io.strmqtt.api.admin.ProxyView;
import io.strmqtt.api.admin.ProxyView.Bucket;
import io.strmqtt.proxy.CidrSet;
import io.strmqtt.proxy.ForwardedHeader;
import io.strmqtt.proxy.ForwardedPolicy;
import io.strmqtt.proxy.ForwardedVerdict;
import io.strmqtt.proxy.ForwardedVerdict.NoClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxyMetricsTest {
  private static final long START = -5_000_000_000L; // nanoTime may be negative

  private static final ProxyView.Policy POLICY =
      new ProxyView.Policy(
          "observe",
          List.of(),
          List.of(),
          List.of(),
          Duration.ofSeconds(5),
          4096,
          1,
          1,
          "verify",
          "none",
          "");

  private static final ForwardedPolicy FORWARDED =
      new ForwardedPolicy(true, ForwardedHeader.FORWARDED, CidrSet.of(List.of("10.0.0.6")));

  private final ProxyMetrics metrics = new ProxyMetrics(START);

  @Test
  void headersAreCountedByVersionAndKind() {
    metrics.addHeader(Version.V2, Kind.LOCAL, 1, START);
    metrics.addHeader(Version.V2, Kind.LOCAL, 1, START);
    metrics.addHeader(Version.V1, Kind.UNKNOWN, 1, START);
    metrics.addWithoutHeader();

    ProxyView view = view(0);

    assertThat(view.headers())
        .containsExactly(
            new ProxyView.Headers(Version.V1, Kind.PROXIED, 0),
            new ProxyView.Headers(Version.V1, Kind.UNKNOWN, 1),
            new ProxyView.Headers(Version.V2, Kind.PROXIED, 0),
            new ProxyView.Headers(Version.V2, Kind.LOCAL, 2),
            new ProxyView.Headers(Version.V2, Kind.UNKNOWN, 0));
    assertThat(view.shareWithHeader()).contains(0.75);
  }

  @Test
  void refusalsAreCountedByReasonAndProbesApart() {
    metrics.addReject(Reason.BAD_V1);
    metrics.addProbe();

    assertThat(view(0).rejects()).isEqualTo(Map.of(Reason.BAD_V1, 1L));
    assertThat(view(0).probes()).isEqualTo(1);
    assertThat(view(0).shareWithHeader()).isEmpty();
  }

  @Test
  void whatForwardedHeadersToldIsCounted() {
    metrics.addForwarded(NoClient.ABSENT);
    for (int i = 0; i < 2; i++) {
      metrics.addForwarded(NoClient.UNREADABLE);
    }
    for (int i = 0; i < 3; i++) {
      metrics.addForwarded(NoClient.NOT_TRUSTED);
    }
    for (int i = 0; i < 4; i++) {
      metrics.addForwarded(new ForwardedVerdict.Client(new InetSocketAddress("192.0.2.1", 0)));
    }

    assertThat(view(0).forwarded())
        .contains(new ProxyView.Forwarded(true, "forwarded", List.of("10.0.0.6"), 4, 3, 1, 2));
    assertThat(metrics.view("tcp", POLICY, 0, true, Optional.empty(), at(0)).forwarded()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1",
    "1, 1",
    "1000000, 1",
    "1000001, 2",
    "2000000, 2",
    "2000001, 4",
    "4000000, 4",
    "5000000000, 8192",
    "32768000000, 32768",
    "32768000001, ",
    "9223372036854775807, "
  })
  void aTimeIsInTheFirstBucketThatHoldsIt(long nanos, Integer upTo) {
    TimeToHeader times = new TimeToHeader();
    times.add(nanos);

    assertThat(times.view().buckets())
        .filteredOn(bucket -> bucket.count() > 0)
        .containsExactly(new Bucket(Optional.ofNullable(upTo).map(Duration::ofMillis), 1));
    assertThat(times.view().count()).isEqualTo(1);
    assertThat(times.view().sum()).isEqualTo(Duration.ofNanos(nanos));
  }

  @Test
  void nothingSeenIsNoReasonToRequire() {
    assertThat(observation(3).safeToRequire()).isFalse();
    assertThat(observation(3).why())
        .isEqualTo("no connection since observe mode began 3 minutes ago: nothing is known yet");
  }

  @Test
  void aConnectionWithoutAHeaderIsInTheWayForAnHourAndAsLongAsItIsOpen() throws Exception {
    metrics.addMissing(InetAddress.getByName("10.0.0.1"), START);
    metrics.addHeader(Version.V1, Kind.PROXIED, 1, at(5));

    assertThat(observation(5).safeToRequire()).isFalse();
    assertThat(observation(5).why())
        .isEqualTo(
            "1 of 2 connections since observe mode began 5 minutes ago came without a header");
    assertThat(observation(5).recentPeers()).containsExactly(InetAddress.getByName("10.0.0.1"));

    assertThat(observation(61).safeToRequire()).as("still open").isFalse();
    assertThat(observation(61).why()).startsWith("1 open connections began without a header");

    metrics.missingClosed();
    assertThat(observation(59).safeToRequire()).isFalse();
    assertThat(observation(61))
        .isEqualTo(
            new ProxyView.Observation(
                true, "all 1 connections in the last hour came with a header", 1, 0, 0, List.of()));
  }

  @Test
  void whatCameBeforeObserveModeBeganSaysNothing() throws Exception {
    metrics.addMissing(InetAddress.getByName("10.0.0.1"), at(1));
    metrics.addMissing(InetAddress.getByName("10.0.0.2"), at(1));
    metrics.missingClosed();
    metrics.addHeader(Version.V2, Kind.PROXIED, 1, at(2));

    metrics.observe(at(3));

    assertThat(observation(3))
        .isEqualTo(
            new ProxyView.Observation(
                false,
                "1 open connections began without a header, and may come again",
                0,
                0,
                1,
                List.of()));
    metrics.missingClosed();
    assertThat(observation(3).why())
        .isEqualTo(
            "no connection since observe mode began less than a minute ago: nothing is known yet");
    metrics.addHeader(Version.V2, Kind.PROXIED, 1, at(3) - 1);
    assertThat(observation(4))
        .isEqualTo(
            new ProxyView.Observation(
                true,
                "all 1 connections since observe mode began 1 minute ago came with a header",
                1,
                0,
                0,
                List.of()));
    assertThat(view(4).headers()).contains(new ProxyView.Headers(Version.V2, Kind.PROXIED, 2));
  }

  @Test
  void theLastTenDifferentPeersAreNamedTheLatestFirst() throws Exception {
    RecentPeers peers = new RecentPeers();
    for (int i = 0; i < 12; i++) {
      peers.add(InetAddress.getByName("10.0.0." + i), i);
    }
    peers.add(InetAddress.getByName("10.0.0.5"), 12);

    assertThat(peers.latestFirst(12, 100))
        .hasSize(10)
        .startsWith(InetAddress.getByName("10.0.0.5"), InetAddress.getByName("10.0.0.11"))
        .endsWith(InetAddress.getByName("10.0.0.2"));
    assertThat(peers.latestFirst(12, 1)).hasSize(2);
  }

  @Test
  void anHourIsCountedToTheMinuteAndSlotsAreUsedAgain() {
    LastHour hour = new LastHour();
    for (int minute = 0; minute < 200; minute++) {
      hour.add(TimeUnit.MINUTES.toNanos(minute));
    }

    assertThat(hour.sum(TimeUnit.MINUTES.toNanos(199))).isEqualTo(61);
    assertThat(hour.sum(TimeUnit.MINUTES.toNanos(259))).isEqualTo(1);
    assertThat(hour.sum(TimeUnit.MINUTES.toNanos(260))).isZero();
  }

  private static long at(int minute) {
    return START + TimeUnit.MINUTES.toNanos(minute);
  }

  private ProxyView view(int minute) {
    return metrics.view("tcp", POLICY, 0, true, Optional.of(FORWARDED), at(minute));
  }

  private ProxyView.Observation observation(int minute) {
    return view(minute).observation().orElseThrow();
  }
}
