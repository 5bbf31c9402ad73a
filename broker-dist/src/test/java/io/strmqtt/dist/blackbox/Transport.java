package io.strmqtt.dist.blackbox;

import java.util.Locale;

/** The four ways to the broker, named as its default listeners are. */
enum Transport {
  TCP,
  SSL,
  WS,
  WSS;

  String listener() {
    return name().toLowerCase(Locale.ROOT);
  }

  boolean isEncrypted() {
    return this == SSL || this == WSS;
  }

  boolean isWebSocket() {
    return this == WS || this == WSS;
  }
}
