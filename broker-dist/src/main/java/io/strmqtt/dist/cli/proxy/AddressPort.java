package io.strmqtt.dist.cli.proxy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A host and a port, as on a command line: {@code host:1883}, {@code 192.0.2.1:1883}, {@code
 * [2001:db8::1]:1883}.
 *
 * @param host a name or an address, without brackets
 * @param port 0 to 65535
 */
record AddressPort(String host, int port) {
  private static final Pattern FORM =
      Pattern.compile("(?:\\[([0-9a-fA-F:.]+)\\]|([^\\s:\\[\\]]+)):(\\d{1,5})");

  static AddressPort parse(String option, String text) throws UsageMistake {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches() || Integer.parseInt(matcher.group(3)) > 0xffff) {
      throw new UsageMistake(
          option + ": expected host:port or [IPv6]:port, found " + WireText.of(text));
    }
    String host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
    return new AddressPort(host, Integer.parseInt(matcher.group(3)));
  }

  /** The same for an address that goes into a header: no names, as nobody is to be asked. */
  static InetSocketAddress literal(String option, String text) throws UsageMistake {
    AddressPort parsed = parse(option, text);
    try {
      return new InetSocketAddress(InetAddress.ofLiteral(parsed.host), parsed.port);
    } catch (IllegalArgumentException e) {
      throw new UsageMistake(
          option + ": expected an IP address, found " + WireText.of(parsed.host));
    }
  }
}
