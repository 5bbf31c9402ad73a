package io.strmqtt.dist.blackbox;

import java.util.Map;

/** The ports of the four standard listeners, as the examples of the documentation use them. */
final class StandardPorts {
  static final Map<String, Integer> NUMBERS =
      Map.of("tcp", 1883, "ssl", 8883, "ws", 8084, "wss", 8085);

  private StandardPorts() {}
}
