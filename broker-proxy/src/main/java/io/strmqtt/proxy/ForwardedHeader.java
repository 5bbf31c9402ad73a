package io.strmqtt.proxy;

import io.strmqtt.proxy.ForwardedVerdict.Client;
import io.strmqtt.proxy.ForwardedVerdict.NoClient;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP headers in which proxies tell whom they forward for. Each proxy adds an element at the
 * right; what stands to the left of it, anyone can have written. So they are read from the right,
 * element by element, and only as far as trusted proxies wrote: nothing to the left of an element
 * changes what it says. Safe on every thread; never a look-up.
 */
public enum ForwardedHeader {
  /** A list of addresses; no standard. */
  X_FORWARDED_FOR("x-forwarded-for"),
  /** RFC 7239. */
  FORWARDED("forwarded");

  /** Elements that are read, empty ones among them; the walk ends with the last. */
  static final int MOST_ELEMENTS = 64;

  private final String header;

  ForwardedHeader(String header) {
    this.header = header;
  }

  /** The header's name in lower case. */
  public String header() {
    return header;
  }

  /**
   * Who the client is: the first address from the right that is not trusted, or the leftmost if all
   * are. What is no address (RFC 7239 section 6: {@code unknown}, an obfuscated identifier; or
   * nonsense) ends the walk: then the client is the last address before it.
   *
   * @param lines the values of all header lines of this name, in their order, written by someone
   *     who is trusted
   * @param trusted the proxies whose words count
   */
  ForwardedVerdict client(List<String> lines, CidrSet trusted) {
    if (lines.isEmpty()) {
      return NoClient.ABSENT;
    }
    InetSocketAddress client = null;
    int left = MOST_ELEMENTS;
    for (int i = lines.size() - 1; i >= 0; i--) {
      String line = lines.get(i);
      int end = line.length();
      while (end >= 0) {
        int comma = this == FORWARDED ? ForwardedPairs.comma(line, end) : comma(line, end);
        if (left-- == 0 || comma == ForwardedPairs.BROKEN) {
          return last(client);
        }
        String element = strip(line.substring(comma + 1, end));
        end = comma;
        if (element.isEmpty()) { // RFC 9110, 5.6.1.2
          continue;
        }
        InetSocketAddress node = node(element);
        if (node == null) {
          return last(client);
        }
        client = node;
        if (!trusted.contains(node.getAddress())) {
          return new Client(client);
        }
      }
    }
    return last(client);
  }

  private static ForwardedVerdict last(@Nullable InetSocketAddress client) {
    return client == null ? NoClient.UNREADABLE : new Client(client);
  }

  /** The last comma before an index, or -1. */
  private static int comma(String line, int end) {
    return line.lastIndexOf(',', end - 1);
  }

  /** Whom an element names; null if that is no address. */
  private @Nullable InetSocketAddress node(String element) {
    if (this == X_FORWARDED_FOR) {
      return address(element);
    }
    String node = ForwardedPairs.forValue(element);
    return node == null ? null : address(node);
  }

  /**
   * {@code 192.0.2.1}, {@code [2001:db8::1]}, either with a port; in {@code X-Forwarded-For} also
   * {@code 2001:db8::1}.
   */
  private @Nullable InetSocketAddress address(String text) {
    int colon = text.indexOf(':');
    boolean bracketed = text.startsWith("[");
    boolean bareIpv6 = !bracketed && colon >= 0 && text.indexOf(':', colon + 1) >= 0;
    if (bareIpv6 && this == FORWARDED) {
      return null; // RFC 7239, 6.1
    }
    int hostEnd = text.length();
    if (bracketed) {
      hostEnd = text.indexOf(']') + 1;
    } else if (colon >= 0 && !bareIpv6) {
      hostEnd = colon;
    }
    String host = text.substring(0, hostEnd);
    if (bracketed) {
      // Nothing but IPv6 stands in brackets; without the closing one the host is empty.
      host = host.indexOf(':') < 0 ? "" : host.substring(1, hostEnd - 1);
    }
    Ip ip = Ip.parse(host);
    int port = port(text.substring(hostEnd));
    if (ip == null || port < 0) {
      return null;
    }
    return ip.flawAsSource().isPresent() ? null : new InetSocketAddress(ip.toInetAddress(), port);
  }

  /** What stands behind the host: nothing, or a colon and a port. Negative if it is neither. */
  private int port(String text) {
    if (text.isEmpty()) {
      return 0;
    }
    if (text.charAt(0) != ':' || text.length() == 1) {
      return -1;
    }
    if (this == FORWARDED && text.charAt(1) == '_') {
      return ForwardedPairs.isObfuscated(text.substring(1)) ? 0 : -1;
    }
    if (text.length() > 6 || !text.chars().skip(1).allMatch(c -> c >= '0' && c <= '9')) {
      return -1;
    }
    int port = Integer.parseInt(text.substring(1));
    return port <= 0xffff ? port : -1;
  }

  private static String strip(String text) {
    int from = 0;
    int to = text.length();
    while (from < to && ForwardedPairs.isBlank(text.charAt(from))) {
      from++;
    }
    while (to > from && ForwardedPairs.isBlank(text.charAt(to - 1))) {
      to--;
    }
    return text.substring(from, to);
  }
}
