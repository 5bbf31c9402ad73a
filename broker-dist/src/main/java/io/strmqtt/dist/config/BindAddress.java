package io.strmqtt.dist.config;

import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/** Addresses to bind to, as literals: a name server must not decide where a broker listens. */
final class BindAddress {
  private static final Pattern FOUR_NUMBERS = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

  private BindAddress() {}

  static Optional<InetAddress> parse(String given) {
    String text = given.trim();
    if (text.equalsIgnoreCase("localhost")) {
      return Optional.of(InetAddress.getLoopbackAddress());
    }
    if (!text.contains(":") && !FOUR_NUMBERS.matcher(text).matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.ofLiteral(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Whether two sockets on the same port cannot both listen. */
  static boolean collide(InetAddress a, InetAddress b) {
    return a.equals(b) || a.isAnyLocalAddress() || b.isAnyLocalAddress();
  }
}
