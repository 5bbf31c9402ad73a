package io.strmqtt.proxy;

import java.time.Duration;

/**
 * What a listener expects in front of everything else. Modes, trust lists, accepted versions and
 * the like are to be further components: this record is the place where it stands who is believed.
 *
 * @param enabled whether each connection must begin with a header; if not, none may
 * @param headerTimeout how long the whole header may take from the connection's start; positive
 *     (the configuration allows 3 to 30 seconds)
 * @param maxHeaderSize the greatest declared length of a version 2 header in bytes, 216 (a pair of
 *     UNIX addresses) to 65,535
 */
public record ProxyPolicy(boolean enabled, Duration headerTimeout, int maxHeaderSize) {

  public ProxyPolicy {
    if (!headerTimeout.isPositive()) {
      throw new IllegalArgumentException("headerTimeout must be positive: " + headerTimeout);
    }
    if (maxHeaderSize < 216 || maxHeaderSize > 0xffff) {
      throw new IllegalArgumentException(
          "maxHeaderSize must be from 216 to 65535: " + maxHeaderSize);
    }
  }
}
