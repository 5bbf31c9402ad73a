package io.strmqtt.api.admin;

import io.strmqtt.api.ProxyHeader;
import io.strmqtt.api.Reason;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a listener learns its clients' addresses, by the PROXY protocol and by forwarded HTTP
 * headers: what is expected, and what came since the start.
 *
 * @param listener the listener's name
 * @param policy what is in force now
 * @param headers accepted headers, one entry for each version and kind that is possible
 * @param withoutHeader connections that were let pass without a header
 * @param rejects refusals on account of the header; reasons that never occurred are absent
 * @param pending connections that wait for a header now
 * @param probes connections that were closed before a byte for the broker came
 * @param timeToHeader from the connection's start to its complete header
 * @param observation present exactly in observe mode
 * @param forwarded present exactly for listeners that speak HTTP
 */
public record ProxyView(
    String listener,
    Policy policy,
    List<Headers> headers,
    long withoutHeader,
    Map<Reason, Long> rejects,
    int pending,
    long probes,
    Histogram timeToHeader,
    Optional<Observation> observation,
    Optional<Forwarded> forwarded) {

  /** The connections with a header among those let pass, from 0 to 1; empty before the first. */
  public Optional<Double> shareWithHeader() {
    long with = headers.stream().mapToLong(Headers::count).sum();
    long all = with + withoutHeader;
    return all == 0 ? Optional.empty() : Optional.of((double) with / all);
  }

  /**
   * The listener's settings, with defaults filled in.
   *
   * @param mode {@code off}, {@code required}, {@code optional} or {@code observe}
   * @param trustedProxies networks; none with {@code required} is everyone
   * @param exempt networks that connect without a header
   * @param versions accepted ones
   * @param maxHeaderSize greatest declared length of a version 2 header, in bytes
   * @param maxPending connections that may wait for a header at a time
   * @param maxPendingPerPeer the same for one peer address
   * @param crc32c {@code verify}, {@code require} or {@code ignore}
   * @param tlsIdentity {@code none}, {@code cn}, {@code dn}, {@code san} or {@code fingerprint}
   * @param origin the key that decided whether headers are read, and where its value stands
   */
  public record Policy(
      String mode,
      List<String> trustedProxies,
      List<String> exempt,
      List<ProxyHeader.Version> versions,
      Duration headerTimeout,
      int maxHeaderSize,
      int maxPending,
      int maxPendingPerPeer,
      String crc32c,
      String tlsIdentity,
      String origin) {}

  /**
   * The header of HTTP requests that tells a client's address.
   *
   * @param enabled whether it is looked at
   * @param header its name in lower case: {@code x-forwarded-for} or {@code forwarded}
   * @param trustedProxies the networks whose words count
   * @param believed requests whose client it told
   * @param notTrusted requests by someone who is no trusted proxy
   * @param absent requests by a trusted proxy without the header
   * @param unreadable requests by a trusted proxy that wrote no address last
   */
  public record Forwarded(
      boolean enabled,
      String header,
      List<String> trustedProxies,
      long believed,
      long notTrusted,
      long absent,
      long unreadable) {}

  /** Accepted headers of one version and kind. */
  public record Headers(ProxyHeader.Version version, ProxyHeader.Kind kind, long count) {}

  /**
   * How long something took.
   *
   * @param buckets in ascending order; each counts what is in none before it
   * @param sum of all
   */
  public record Histogram(List<Bucket> buckets, Duration sum) {
    /** How many were counted. */
    public long count() {
      return buckets.stream().mapToLong(Bucket::count).sum();
    }
  }

  /**
   * @param upTo inclusive; empty for what is longer than all others
   */
  public record Bucket(Optional<Duration> upTo, long count) {}

  /**
   * Whether the header may be required without locking anyone out.
   *
   * @param safeToRequire whether headers came in the last hour, no connection without one did, and
   *     none that is open began without one; exempt peers do not count
   * @param why in English, with numbers
   * @param connections that began in the last hour, with a header or without
   * @param withoutHeader how many of these began without
   * @param openWithoutHeader how many that began without, at any time, are open now
   * @param recentPeers the last of those without, at most 10, the latest first
   */
  public record Observation(
      boolean safeToRequire,
      String why,
      long connections,
      long withoutHeader,
      long openWithoutHeader,
      List<InetAddress> recentPeers) {}
}
