package io.strmqtt.dist.config;

import io.strmqtt.proxy.CidrSet;
import io.strmqtt.proxy.ForwardedHeader;
import io.strmqtt.proxy.ForwardedPolicy;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The section {@code forwarded} of one listener, with a value for each key. */
final class ForwardedReader {
  private static final String HEADERS =
      "one of "
          + Arrays.stream(ForwardedHeader.values())
              .map(ForwardedHeader::header)
              .collect(Collectors.joining(", "));

  private final Section forwarded;
  private final Findings findings;

  ForwardedReader(Section forwarded, Findings findings) {
    this.forwarded = forwarded;
    this.findings = findings;
  }

  /**
   * @param open whether the listener is enabled, so that it matters what cannot be used together
   */
  ForwardedPolicy read(boolean open) {
    boolean enabled = forwarded.bool("enabled");
    ForwardedHeader header =
        forwarded.text("header", HEADERS, ForwardedReader::header, ForwardedHeader.X_FORWARDED_FOR);
    int before = findings.problems().size();
    CidrSet trusted =
        CidrSet.of(forwarded.texts("trusted_proxies", ProxyReader.NETWORKS, CidrSet::flaw));
    boolean readable = findings.problems().size() == before;
    if (enabled && open && readable && trusted.isEmpty()) {
      findings.problem(
          forwarded.path("trusted_proxies"),
          forwarded.origin("enabled"),
          "at least one network, because " + forwarded.path("enabled") + " is true",
          "none");
    }
    if (enabled && open && holdsEveryone(trusted)) {
      findings.warning(
          forwarded.path("trusted_proxies")
              + " holds everyone, so each client chooses the address it is known by: name the proxies"
              + " alone");
    }
    return new ForwardedPolicy(enabled, header, trusted);
  }

  private static Optional<ForwardedHeader> header(String text) {
    String name = text.trim().toLowerCase(Locale.ROOT);
    return Arrays.stream(ForwardedHeader.values())
        .filter(header -> header.header().equals(name))
        .findFirst();
  }

  /** By the last address of each family, which belongs to nobody. */
  private static boolean holdsEveryone(CidrSet trusted) {
    return trusted.contains(InetAddress.ofLiteral("255.255.255.255"))
        || trusted.contains(InetAddress.ofLiteral("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
  }
}
