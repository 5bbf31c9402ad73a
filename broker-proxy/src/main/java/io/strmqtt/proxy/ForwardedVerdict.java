package io.strmqtt.proxy;

import java.net.InetSocketAddress;

/** What the forwarded header of an HTTP request tells. */
public sealed interface ForwardedVerdict {

  /**
   * The request was made for this client.
   *
   * @param address port 0 if the header tells none
   */
  record Client(InetSocketAddress address) implements ForwardedVerdict {}

  /** It tells nothing that counts: whoever sent the request is the client. */
  enum NoClient implements ForwardedVerdict {
    /** Who sent the request is no trusted proxy, so the header was not looked at. */
    NOT_TRUSTED,
    /** A trusted proxy sent no such header. */
    ABSENT,
    /** What the trusted proxy wrote last is no address. */
    UNREADABLE
  }
}
