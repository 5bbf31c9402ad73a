package io.strmqtt.proxy;

import java.net.InetAddress;
import java.util.List;

/**
 * Whether a WebSocket listener learns its clients' addresses from a header of the HTTP request, and
 * from whom.
 *
 * @param enabled whether the header is looked at
 * @param header the one that is; any other is ignored
 * @param trusted the proxies whose words count; empty is nobody
 */
public record ForwardedPolicy(boolean enabled, ForwardedHeader header, CidrSet trusted) {

  /** No header is looked at. */
  public static final ForwardedPolicy OFF =
      new ForwardedPolicy(false, ForwardedHeader.X_FORWARDED_FOR, CidrSet.EMPTY);

  /**
   * Who the client of a request is.
   *
   * @param lines the values of all lines of the header, in their order
   * @param hop who sent the request: the client a PROXY header announced, else the socket's peer
   */
  public ForwardedVerdict judge(List<String> lines, InetAddress hop) {
    if (!enabled || !trusted.contains(hop)) {
      return ForwardedVerdict.NoClient.NOT_TRUSTED;
    }
    return header.client(lines, trusted);
  }
}
