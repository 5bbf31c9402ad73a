package io.strmqtt.admin;

import java.net.InetAddress;

/**
 * Which Host headers are answered: localhost and loopback addresses. Any other name may have been
 * made to resolve to 127.0.0.1 by the page that uses it (DNS rebinding).
 */
final class LoopbackHost {
  private LoopbackHost() {}

  static boolean accepts(String host) {
    if (host.startsWith("[")) {
      int end = host.indexOf(']');
      return end > 0
          && (end == host.length() - 1 || host.charAt(end + 1) == ':')
          && isLoopbackLiteral(host.substring(1, end));
    }
    int colon = host.indexOf(':');
    String name = colon < 0 ? host : host.substring(0, colon);
    return name.equalsIgnoreCase("localhost") || isLoopbackLiteral(name);
  }

  private static boolean isLoopbackLiteral(String text) {
    try {
      return InetAddress.ofLiteral(text).isLoopbackAddress();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
