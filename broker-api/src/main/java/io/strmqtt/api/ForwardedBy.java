package io.strmqtt.api;

import java.net.InetSocketAddress;
import java.util.Objects;

/**
 * How a WebSocket client's address came to be known where a proxy speaks HTTP: trusted proxies
 * wrote it into a header of the request. Immutable, safe on every thread.
 *
 * @param header the header's name in lower case: {@code x-forwarded-for} or {@code forwarded}
 * @param hop who sent the request to the broker: the client the PROXY header announced, else the
 *     socket's peer
 */
public record ForwardedBy(String header, InetSocketAddress hop) {
  public ForwardedBy {
    Objects.requireNonNull(header);
    Objects.requireNonNull(hop);
  }
}
