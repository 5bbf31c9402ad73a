package io.strmqtt.session;

import io.strmqtt.api.AddressPrefix;
import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.ProxyHeader;
import io.strmqtt.api.ProxyTlvs;
import io.strmqtt.api.TlsInfo;
import io.strmqtt.api.store.UnauthorizedAttempt;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/** What is kept of a refused attempt: as much as an operator needs, and never more than so much. */
final class Kept {
  private static final int MAX_TEXT = 256;
  private static final int DIGEST_BYTES = 8;
  private static final int NETWORK_BYTES = 8;

  private Kept() {}

  static UnauthorizedAttempt of(UnauthorizedAttempt attempt) {
    return new UnauthorizedAttempt(
        attempt.clientId().map(Kept::text),
        endpoint(attempt.endpoint()),
        attempt.username().map(Kept::text),
        attempt.passwordProvided(),
        attempt.tlsUsed(),
        attempt.reason(),
        attempt.at());
  }

  /** The attempt as one of many: nothing says who. */
  static UnauthorizedAttempt folded(UnauthorizedAttempt attempt) {
    return new UnauthorizedAttempt(
        Optional.empty(),
        attempt.endpoint(),
        Optional.empty(),
        attempt.passwordProvided(),
        attempt.tlsUsed(),
        attempt.reason(),
        attempt.at());
  }

  /**
   * The text, with halves of surrogate pairs replaced, as a store that writes UTF-8 could not tell
   * them apart. A long one is cut, and told from others that begin alike by a hash; as it is still
   * longer than any that is kept whole, no client can send the cut form of another's.
   */
  static String text(String text) {
    if (text.length() <= MAX_TEXT) {
      return wellFormed(text);
    }
    // not between the halves of a character
    int end = Character.isHighSurrogate(text.charAt(MAX_TEXT - 1)) ? MAX_TEXT - 1 : MAX_TEXT;
    return wellFormed(text.substring(0, end)) + "\u2026" + digest(text);
  }

  private static String digest(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, DIGEST_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  private static String wellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        int[] points =
            text.codePoints()
                .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xfffd : c)
                .toArray();
        return new String(points, 0, points.length);
      }
    }
    return text;
  }

  /** Without what a proxy told beside the addresses: most of it may be the client's own words. */
  private static ClientEndpoint endpoint(ClientEndpoint full) {
    if (full.proxy().isEmpty() && full.tls().isEmpty()) {
      return full;
    }
    return new ClientEndpoint(
        full.client(),
        full.peer(),
        full.local(),
        full.listener(),
        full.proxy().map(said -> new ProxyHeader(said.version(), said.kind(), ProxyTlvs.NONE)),
        full.tls()
            .map(tls -> new TlsInfo(tls.version(), tls.cipher(), tls.subject().map(Kept::text))),
        full.forwarded());
  }

  /**
   * The network whose records count together: an IPv4 address, or the /64 of an IPv6 address, as
   * its holder chooses freely among those.
   */
  static String network(InetSocketAddress client) {
    InetAddress ip = client.getAddress();
    if (!(ip instanceof Inet6Address)) {
      return ClientEndpoint.host(client) + "/32";
    }
    byte[] bytes = ip.getAddress();
    Arrays.fill(bytes, NETWORK_BYTES, bytes.length, (byte) 0);
    try {
      return new AddressPrefix(InetAddress.getByAddress(bytes), 8 * NETWORK_BYTES).toString();
    } catch (UnknownHostException e) {
      throw new AssertionError("an address has 16 bytes", e);
    }
  }
}
