package io.strmqtt.dist;

import io.strmqtt.dist.config.BrokerConfig;
import java.util.List;

/** The broker, put together. */
public final class Server {
  private Server() {}

  /**
   * Runs until the process is told to stop.
   *
   * @return the exit code
   */
  public static int run(BrokerConfig config, List<String> warnings) {
    throw new IllegalStateException("not put together yet: " + config + warnings);
  }
}
