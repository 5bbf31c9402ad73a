package io.strmqtt.api.admin;

import java.net.InetSocketAddress;

/**
 * Starts an administration server; found by ServiceLoader, at most one. A broker without one runs
 * all the same.
 */
public interface AdminProvider {
  String name();

  /**
   * Starts serving.
   *
   * @param bind where; port 0 takes any free one
   * @param reload what a caller may ask for: the only thing here that changes the broker
   * @throws java.io.UncheckedIOException if the address cannot be bound
   */
  AdminServer start(InetSocketAddress bind, BrokerView view, Reload reload);

  /** A running administration server. */
  interface AdminServer extends AutoCloseable {
    /** Where it really listens. */
    InetSocketAddress address();

    @Override
    void close();
  }
}
