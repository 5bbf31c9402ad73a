package io.strmqtt.transport;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whose pages may connect by WebSocket, by the header {@code Origin} that each browser sends (RFC
 * 6455, section 10.2). Nothing here concerns clients that send none: they are no browsers.
 *
 * @param any whether all may, whatever the header says
 * @param loopback whether pages of this machine may: of a loopback address or {@code localhost},
 *     with whatever port
 * @param origins others that may, written as browsers do: scheme and host in lower case, no port
 *     that is the scheme's own
 */
public record AllowedOrigins(boolean any, boolean loopback, List<String> origins) {
  /** Everyone. */
  public static final AllowedOrigins ANY = new AllowedOrigins(true, false, List.of());

  /** Pages of this machine. */
  public static final AllowedOrigins LOOPBACK = new AllowedOrigins(false, true, List.of());

  private static final String ANY_WORD = "*";
  private static final String LOOPBACK_WORD = "loopback";

  private static final Pattern ORIGIN =
      Pattern.compile(
          "(?<scheme>[a-z][a-z0-9+.-]*)://(?<host>\\[[0-9a-f:.]+]|[a-z0-9._-]+)(:(?<port>[0-9]{1,5}))?");

  /** An origin, taken apart; the port is empty if it is the scheme's own. */
  private record Origin(String scheme, String host, String port) {
    @Override
    public String toString() {
      return scheme + "://" + host + (port.isEmpty() ? "" : ":" + port);
    }
  }

  /**
   * Reads a list of settings; each is one that {@link #flaw} has nothing to say about.
   *
   * @param texts {@code *}, {@code loopback}, or origins
   */
  public static AllowedOrigins of(List<String> texts) {
    List<String> origins = new ArrayList<>();
    for (String text : texts) {
      parse(text).map(Origin::toString).ifPresent(origins::add);
    }
    return new AllowedOrigins(
        texts.contains(ANY_WORD), texts.contains(LOOPBACK_WORD), List.copyOf(origins));
  }

  /** Says what is wrong with one setting, if anything. */
  public static Optional<String> flaw(String text) {
    boolean known = text.equals(ANY_WORD) || text.equals(LOOPBACK_WORD);
    return known || parse(text).isPresent() ? Optional.empty() : Optional.of("\"" + text + "\"");
  }

  /** Whether a page with this origin may connect. */
  public boolean allow(String header) {
    if (any) {
      return true;
    }
    return parse(header)
        .filter(
            origin -> loopback && isLoopback(origin.host()) || origins.contains(origin.toString()))
        .isPresent();
  }

  /** {@code null}, a list, or whatever else is no origin with a host, is empty. */
  private static Optional<Origin> parse(String text) {
    Matcher matcher = ORIGIN.matcher(text.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String scheme = matcher.group("scheme");
    String port = Optional.ofNullable(matcher.group("port")).orElse("");
    int number = port.isEmpty() ? 0 : Integer.parseInt(port);
    if (number > 65535) {
      return Optional.empty();
    }
    boolean usual =
        number == 0
            || scheme.equals("http") && number == 80
            || scheme.equals("https") && number == 443;
    return host(matcher.group("host"))
        .map(host -> new Origin(scheme, host, usual ? "" : String.valueOf(number)));
  }

  /** An IPv6 address has many spellings, a name has one. */
  private static Optional<String> host(String text) {
    if (!text.startsWith("[")) {
      return Optional.of(text);
    }
    try {
      InetAddress address = InetAddress.ofLiteral(text.substring(1, text.length() - 1));
      return Optional.of("[" + address.getHostAddress() + "]");
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Browsers look up neither {@code localhost} nor names below it (RFC 6761, section 6.3). */
  private static boolean isLoopback(String host) {
    if (host.equals("localhost") || host.endsWith(".localhost")) {
      return true;
    }
    try {
      return InetAddress.ofLiteral(host.replaceAll("[\\[\\]]", "")).isLoopbackAddress();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
