package io.strmqtt.transport;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.core.LogSamples;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Connections of a listener in observe mode that began without a PROXY header: who would be refused
 * if it were required. The log has the first of each peer address, then one a minute with the
 * number since, as {@link LogSamples} bounds it. Any thread.
 */
final class MissingHeaders {
  private static final Logger LOG = LogManager.getLogger(MissingHeaders.class);

  private final LogSamples<InetAddress, Boolean> samples = new LogSamples<>(peer -> true);

  /**
   * @param endpoint of the connection, as its socket tells it
   * @param now nanoseconds of the loop's clock
   */
  void add(ClientEndpoint endpoint, long now) {
    switch (samples.add(endpoint.peer().getAddress(), TimeUnit.NANOSECONDS.toMillis(now))) {
      case LogSamples.Write(long more) ->
          LOG.warn(
              "event=proxy_header_missing {} listener={}{}",
              endpoint.toLog(),
              endpoint.listener(),
              more > 0 ? " more_like_this=" + more : "");
      case LogSamples.Summary(long count) ->
          LOG.warn(
              "event=proxy_headers_missing listener={} connections={} text=\"from more addresses than"
                  + " are told apart\"",
              endpoint.listener(),
              count);
      case LogSamples.Quiet _ -> {}
    }
  }
}
