package io.strmqtt.proxy;

import io.strmqtt.api.ProxyHeader.Version;
import io.strmqtt.proxy.ProxyPolicy.Crc32c;
import io.strmqtt.proxy.ProxyPolicy.Mode;
import io.strmqtt.proxy.ProxyPolicy.TlsIdentity;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Every policy that a header can be judged by, and a peer of each class. */
final class Policies {
  enum Peer {
    TRUSTED("10.0.0.5"),
    EXEMPT("10.0.9.9"),
    UNTRUSTED("203.0.113.66");

    final InetAddress address;

    Peer(String address) {
      this.address = InetAddress.ofLiteral(address);
    }
  }

  static final List<ProxyPolicy> ALL = all();

  private Policies() {}

  /** With the defaults, but for mode and lists. */
  static ProxyPolicy of(Mode mode) {
    return of(mode, Set.of(Version.values()), Crc32c.VERIFY, 4096);
  }

  static ProxyPolicy of(Mode mode, Set<Version> versions, Crc32c crc, int maxHeaderSize) {
    return new ProxyPolicy(
        mode,
        CidrSet.of(List.of("10.0.0.0/16")),
        CidrSet.of(List.of("10.0.9.0/24")),
        versions,
        Duration.ofSeconds(5),
        maxHeaderSize,
        1,
        1,
        crc,
        TlsIdentity.NONE);
  }

  private static List<ProxyPolicy> all() {
    List<ProxyPolicy> all = new ArrayList<>();
    for (Mode mode : Mode.values()) {
      for (Set<Version> versions :
          List.of(Set.of(Version.values()), Set.of(Version.V1), Set.of(Version.V2))) {
        for (Crc32c crc : Crc32c.values()) {
          for (int size : new int[] {216, 4096, 65_535}) {
            all.add(of(mode, versions, crc, size));
          }
        }
      }
    }
    return List.copyOf(all);
  }
}
