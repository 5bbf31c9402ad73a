package io.strmqtt.dist.config;

import io.strmqtt.api.ProxyHeader;
import io.strmqtt.proxy.CidrSet;
import io.strmqtt.proxy.ProxyPolicy;
import io.strmqtt.proxy.ProxyPolicy.Crc32c;
import io.strmqtt.proxy.ProxyPolicy.Mode;
import io.strmqtt.proxy.ProxyPolicy.TlsIdentity;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The sections {@code proxy}: of all listeners, and of one. */
final class ProxyReader {
  private static final List<Mode> MODES = List.of(Mode.REQUIRED, Mode.OPTIONAL, Mode.OBSERVE);
  static final String NETWORKS = "networks such as 10.0.0.0/8 or 2001:db8::/32, or addresses";
  private static final int MOST_PENDING = 1_000_000;

  private final Section all;
  private final Findings findings;
  private final ProxyPolicy inherited;
  private final Set<String> reported = new HashSet<>();

  /**
   * @param all the section of all listeners, with a value for each key
   */
  ProxyReader(Section all, Findings findings) {
    this.all = all;
    this.findings = findings;
    this.inherited = policy(all, ProxyPolicy.of(Mode.REQUIRED));
  }

  /** What a listener that says nothing itself expects if it reads headers. */
  ProxyPolicy inherited() {
    return inherited;
  }

  /** What a listener with a section of its own expects if it reads headers. */
  ProxyPolicy of(Section own) {
    return policy(own, inherited);
  }

  /** Reports what cannot be used together, for a listener that reads headers. */
  void check(Optional<Section> own, ProxyPolicy policy) {
    if (!policy.trusted().isEmpty()) {
      return;
    }
    if (policy.mode() != Mode.REQUIRED) {
      needsTrust(own, "mode", policy.mode());
    }
    if (policy.tlsIdentity() != TlsIdentity.NONE) {
      needsTrust(own, "tls_identity", policy.tlsIdentity());
    }
  }

  private void needsTrust(Optional<Section> own, String key, Enum<?> value) {
    Section says = own.filter(section -> section.has(key)).orElse(all);
    Section lists = own.filter(section -> section.has("trusted_proxies")).orElse(says);
    if (reported.add(says.path(key) + " " + lists.path("trusted_proxies"))) {
      findings.problem(
          lists.path("trusted_proxies"),
          says.origin(key),
          "at least one network, because " + says.path(key) + " is " + Section.word(value),
          "none");
    }
  }

  private ProxyPolicy policy(Section section, ProxyPolicy or) {
    return new ProxyPolicy(
        section.has("mode") ? section.oneOf("mode", MODES) : or.mode(),
        networks(section, "trusted_proxies", or.trusted()),
        networks(section, "exempt", or.exempt()),
        section.has("versions") ? versions(section) : or.versions(),
        section.has("header_timeout")
            ? section.duration("header_timeout", Duration.ofSeconds(3), Duration.ofSeconds(30))
            : or.headerTimeout(),
        section.has("max_header_size")
            ? (int) section.size("max_header_size", 216, 65535)
            : or.maxHeaderSize(),
        section.has("max_pending")
            ? section.integer("max_pending", 1, MOST_PENDING)
            : or.maxPending(),
        section.has("max_pending_per_peer")
            ? section.integer("max_pending_per_peer", 1, MOST_PENDING)
            : or.maxPendingPerPeer(),
        section.has("crc32c") ? section.oneOf("crc32c", List.of(Crc32c.values())) : or.crc32c(),
        section.has("tls_identity")
            ? section.oneOf("tls_identity", List.of(TlsIdentity.values()))
            : or.tlsIdentity());
  }

  private static CidrSet networks(Section section, String key, CidrSet or) {
    return section.has(key) ? CidrSet.of(section.texts(key, NETWORKS, CidrSet::flaw)) : or;
  }

  private static Set<ProxyHeader.Version> versions(Section section) {
    List<String> words = section.words("versions", List.of("1", "2"));
    return Arrays.stream(ProxyHeader.Version.values())
        .filter(version -> words.contains(version.label().substring(1)))
        .collect(Collectors.toSet());
  }
}
