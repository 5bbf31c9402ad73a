package io.strmqtt.proxy;

import io.strmqtt.api.Reason;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What an operator may do about a refusal, on the proxy's side and on ours: the sentences for one
 * listener, made once. Immutable, safe on every thread.
 */
public final class Hints {
  private static final Set<String> STANDARD = Set.of("tcp", "ssl", "ws", "wss");

  private static final String SEND =
      "HAProxy: 'send-proxy-v2' on the server line; nginx stream: 'proxy_protocol on;';"
          + " AWS NLB: proxy_protocol_v2.enabled=true on the target group";
  private static final String DO_NOT_SEND =
      "HAProxy: no 'send-proxy' or 'send-proxy-v2' on the server line; nginx stream:"
          + " 'proxy_protocol off;'; AWS NLB: proxy_protocol_v2.enabled=false on the target group";

  private final Map<Reason, String> sentences = new EnumMap<>(Reason.class);
  private final String exempt;

  /**
   * @param listener the listener's name as configured
   */
  public Hints(String listener) {
    for (Reason reason : Reason.values()) {
      sentences.put(reason, hint(reason, listener));
    }
    exempt =
        "the peer is in "
            + proxyKey(listener, "exempt")
            + ", so it must not send a header: if it is a proxy, take it out of there";
  }

  /** A sentence or two for the operator, in English. */
  public String of(Reason reason) {
    return sentences.getOrDefault(reason, "");
  }

  /** The same for a header from a peer that is exempt from sending one. */
  String exempt() {
    return exempt;
  }

  /** Any reason other than a PROXY refusal gives its own text. */
  private static String hint(Reason reason, String listener) {
    return switch (reason) {
      case NO_HEADER_MQTT, NO_HEADER_TLS, NO_HEADER_HTTP, NO_HEADER_OTHER, TIMEOUT ->
          first(reason)
              + "if a proxy is in front, let it send the header ("
              + SEND
              + "); if clients connect directly, set "
              + key(listener, false);
      case UNEXPECTED_HEADER ->
          "if a proxy is in front, set "
              + key(listener, true)
              + "; if it is not to send the header, turn that off ("
              + DO_NOT_SEND
              + ")";
      case DUPLICATE_HEADER ->
          "two proxies in a row add a header, or a client forges one: let the proxy in front read"
              + " what it receives (HAProxy: 'accept-proxy' on the bind line; nginx stream:"
              + " 'listen ... proxy_protocol'), or stop the one behind it from adding its own ("
              + DO_NOT_SEND
              + ")";
      case UNTRUSTED_PEER ->
          "if the peer is your load balancer, add its address to "
              + proxyKey(listener, "trusted_proxies")
              + "; if it is a client or a probe that connects directly, add it to "
              + proxyKey(listener, "exempt");
      case VERSION_NOT_ALLOWED ->
          "let the proxy send the other version (HAProxy: 'send-proxy' sends version 1,"
              + " 'send-proxy-v2' version 2; nginx stream sends version 1 only), or accept this one in "
              + proxyKey(listener, "versions");
      case CRC_MISSING ->
          "let the proxy send a checksum (HAProxy: 'proxy-v2-options crc32c' on the server line), or set "
              + proxyKey(listener, "crc32c")
              + " = verify";
      case BUDGET ->
          "something connects and sends no header: look at who does; if it is your load balancer under"
              + " load, raise "
              + proxyKey(listener, "max_pending")
              + " or max_pending_per_peer";
      case DATAGRAM ->
          "the proxy announces UDP: point its TCP service at this listener, not its UDP service";
      case TOO_LARGE ->
          "let the proxy send fewer values, or raise " + proxyKey(listener, "max_header_size");
      case TRUNCATED ->
          "the peer gave up before its header was complete: look at the proxy's time-outs and health"
              + " checks";
      case BAD_SOURCE ->
          "the proxy passes on an address no client can have: look at what it takes addresses from";
      case BAD_IDENTITY ->
          "a certificate or host name that the proxy passes on is not printable UTF-8: look at the"
              + " client's certificate";
      case BAD_V1, BAD_VERSION, BAD_COMMAND, BAD_FAMILY, BAD_LENGTH, BAD_TLV, CRC_MISMATCH ->
          "the header is malformed: compare the proxy's version with the PROXY protocol"
              + " specification, or let it send the other version ("
              + SEND
              + "; HAProxy 'send-proxy' sends version 1)";
      default -> reason.text();
    };
  }

  private static String proxyKey(String listener, String key) {
    return "listener." + listener + ".proxy." + key;
  }

  private static String first(Reason reason) {
    return switch (reason) {
      case NO_HEADER_TLS -> "the header comes before TLS, in plain text: ";
      case NO_HEADER_HTTP -> "the header comes before the HTTP request: ";
      default -> "";
    };
  }

  /** Our side: the key, and for the standard listeners its environment variable. */
  private static String key(String listener, boolean value) {
    String key = "listener." + listener + ".proxy_enabled = " + value;
    return STANDARD.contains(listener)
        ? key
            + " (MQTT_"
            + listener.toUpperCase(Locale.ROOT)
            + "_PROXY_PROTOCOL_ENABLED="
            + value
            + ")"
        : key;
  }
}
