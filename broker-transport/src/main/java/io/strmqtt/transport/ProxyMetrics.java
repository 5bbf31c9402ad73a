package io.strmqtt.transport;

import io.strmqtt.api.ProxyHeader;
import io.strmqtt.api.Reason;
import io.strmqtt.api.admin.ProxyView;
import io.strmqtt.proxy.ForwardedPolicy;
import io.strmqtt.proxy.ForwardedVerdict;
import io.strmqtt.proxy.ForwardedVerdict.NoClient;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the first look at a listener's connections found, counted. Any thread; counting allocates
 * nothing. Times are nanoseconds of the loops' clock.
 */
final class ProxyMetrics {
  private static final ProxyHeader.Kind[] KINDS = ProxyHeader.Kind.values();

  private final LongAdder[] headers =
      Adders.make(ProxyHeader.Version.values().length * KINDS.length);
  private final LongAdder withoutHeader = new LongAdder();
  private final LongAdder[] rejects = Adders.make(Reason.values().length);
  private final LongAdder probes = new LongAdder();
  private final TimeToHeader timeToHeader = new TimeToHeader();
  private final LongAdder forwarded = new LongAdder();
  private final LongAdder[] notForwarded = Adders.make(NoClient.values().length);
  private final LongAdder openMissing = new LongAdder();

  /** Counts all along, and counts in observe mode. */
  private volatile Observed observed;

  ProxyMetrics(long now) {
    this.observed = new Observed(now);
  }

  /** Observe mode begins: what came before, by other rules, says nothing. */
  void observe(long now) {
    observed = new Observed(now);
  }

  /** An accepted header, complete {@code nanos} behind the connection's start. */
  void addHeader(ProxyHeader.Version version, ProxyHeader.Kind kind, long nanos, long now) {
    headers[index(version, kind)].increment();
    timeToHeader.add(nanos);
    observed.addHeader(now);
  }

  private static int index(ProxyHeader.Version version, ProxyHeader.Kind kind) {
    return version.ordinal() * KINDS.length + kind.ordinal();
  }

  /** A connection that was let pass without a header. */
  void addWithoutHeader() {
    withoutHeader.increment();
  }

  /** In observe mode: one of these that would be refused; {@link #missingClosed} follows once. */
  void addMissing(InetAddress peer, long now) {
    openMissing.increment();
    observed.addMissing(peer, now);
  }

  void missingClosed() {
    openMissing.decrement();
  }

  void addReject(Reason reason) {
    rejects[reason.ordinal()].increment();
  }

  void addProbe() {
    probes.increment();
  }

  /** A request on a listener that asks HTTP headers for the client. */
  void addForwarded(ForwardedVerdict verdict) {
    switch (verdict) {
      case ForwardedVerdict.Client _ -> forwarded.increment();
      case NoClient none -> notForwarded[none.ordinal()].increment();
    }
  }

  ProxyView view(
      String listener,
      ProxyView.Policy policy,
      int pending,
      boolean observes,
      Optional<ForwardedPolicy> forwardedPolicy,
      long now) {
    return new ProxyView(
        listener,
        policy,
        headers(),
        withoutHeader.sum(),
        rejects(),
        pending,
        probes.sum(),
        timeToHeader.view(),
        observes ? Optional.of(observed.view(openMissing.sum(), now)) : Optional.empty(),
        forwardedPolicy.map(this::forwarded));
  }

  private ProxyView.Forwarded forwarded(ForwardedPolicy policy) {
    return new ProxyView.Forwarded(
        policy.enabled(),
        policy.header().header(),
        policy.trusted().texts(),
        forwarded.sum(),
        notForwarded[NoClient.NOT_TRUSTED.ordinal()].sum(),
        notForwarded[NoClient.ABSENT.ordinal()].sum(),
        notForwarded[NoClient.UNREADABLE.ordinal()].sum());
  }

  private List<ProxyView.Headers> headers() {
    List<ProxyView.Headers> all = new ArrayList<>();
    for (ProxyHeader.Version version : ProxyHeader.Version.values()) {
      for (ProxyHeader.Kind kind : KINDS) {
        // Version 1 has no command.
        if (version != ProxyHeader.Version.V1 || kind != ProxyHeader.Kind.LOCAL) {
          all.add(new ProxyView.Headers(version, kind, headers[index(version, kind)].sum()));
        }
      }
    }
    return all;
  }

  private Map<Reason, Long> rejects() {
    Map<Reason, Long> all = new EnumMap<>(Reason.class);
    for (Reason reason : Reason.values()) {
      long count = rejects[reason.ordinal()].sum();
      if (count > 0) {
        all.put(reason, count);
      }
    }
    return all;
  }
}
