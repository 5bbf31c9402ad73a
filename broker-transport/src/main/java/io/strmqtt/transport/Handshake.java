package io.strmqtt.transport;

import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.strmqtt.api.Reason;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a listener demands of a WebSocket upgrade (RFC 6455, section 4.2), in the order in which a
 * request that is none is told so. Any thread.
 *
 * @param path of the upgrade
 * @param origins whose pages may connect
 * @param listener the name of the listener, for what to change
 */
record Handshake(String path, AllowedOrigins origins, String listener) {
  static final String VERSION = "13";

  /** What all headers together may have, in bytes. */
  static final int MAX_HEADERS = 32 * 1024;

  /** Tokens in the query may be as long, and there is room for the rest of the line. */
  private static final int MAX_QUERY = 16 * 1024;

  private static final int MAX_REST_OF_LINE = 1024;

  /** Section 1.3. */
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private static final int KEY_BYTES = 16;

  /** 6.0.0-3; the second is what clients of 3.1 say. */
  private static final List<String> SUBPROTOCOLS = List.of("mqtt", "mqttv3.1");

  /** RFC 9112, section 3.2.2: a server accepts it, though only proxies are sent it. */
  private static final Pattern ABSOLUTE_FORM =
      Pattern.compile("(?:https?|wss?)://[^/?#]*", Pattern.CASE_INSENSITIVE);

  /** What is to be done. */
  sealed interface Verdict {}

  /**
   * @param accept the answer to the client's key
   * @param subprotocol the first that the client offers and we speak
   */
  record Accepted(String accept, String subprotocol) implements Verdict {}

  /**
   * @param text for the peer
   * @param detail for the operator
   */
  record Refused(HttpResponseStatus status, Reason reason, String text, String detail)
      implements Verdict {
    static Refused of(HttpResponseStatus status, Reason reason, String text) {
      return new Refused(status, reason, text, text);
    }
  }

  int maxRequestLine() {
    return MAX_QUERY + MAX_REST_OF_LINE + path.length();
  }

  Verdict judge(FullHttpRequest request) {
    HttpHeaders headers = request.headers();
    Optional<String> requested = path(request.uri());
    if (requested.isEmpty()) {
      return Refused.of(
          HttpResponseStatus.BAD_REQUEST, Reason.BAD_HTTP, "the path is not percent-encoded");
    }
    if (!requested.get().equals(path)) {
      return notWebSocket(HttpResponseStatus.NOT_FOUND, "the path is not " + path);
    }
    if (!request.method().equals(HttpMethod.GET)) {
      return notWebSocket(
          HttpResponseStatus.UPGRADE_REQUIRED, "it is no WebSocket upgrade, which is a GET");
    }
    if (request.protocolVersion().compareTo(HttpVersion.HTTP_1_1) < 0) {
      return notWebSocket(
          HttpResponseStatus.UPGRADE_REQUIRED,
          "it is no WebSocket upgrade, which needs HTTP/1.1: a proxy in between may have to be told"
              + " (nginx: proxy_http_version 1.1)");
    }
    if (!headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
        || !headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)) {
      return notWebSocket(
          HttpResponseStatus.UPGRADE_REQUIRED,
          "it is no WebSocket upgrade: the headers 'Upgrade: websocket' and 'Connection: Upgrade'"
              + " are needed, and a proxy in between must pass them on");
    }
    if (!headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_VERSION).equals(List.of(VERSION))) {
      return notWebSocket(
          HttpResponseStatus.UPGRADE_REQUIRED,
          "WebSocket version 13 is needed: 'Sec-WebSocket-Version: 13'");
    }
    for (String origin : headers.getAll(HttpHeaderNames.ORIGIN)) {
      if (!origins.allow(origin)) {
        return notAllowed(origin);
      }
    }
    List<String> keys = headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_KEY);
    if (keys.size() != 1 || !isKey(keys.getFirst())) {
      return notWebSocket(
          HttpResponseStatus.BAD_REQUEST, "Sec-WebSocket-Key is not one key of 16 bytes in Base64");
    }
    Optional<String> subprotocol = subprotocol(headers);
    if (subprotocol.isEmpty()) {
      return notWebSocket(
          HttpResponseStatus.BAD_REQUEST,
          "Sec-WebSocket-Protocol offers neither mqtt nor mqttv3.1");
    }
    return new Accepted(accept(keys.getFirst()), subprotocol.get());
  }

  private static Refused notWebSocket(HttpResponseStatus status, String text) {
    return Refused.of(status, Reason.NOT_WEBSOCKET, text);
  }

  private Refused notAllowed(String origin) {
    String setting = "listener." + listener + ".allowed_origins";
    return new Refused(
        HttpResponseStatus.FORBIDDEN,
        Reason.ORIGIN_NOT_ALLOWED,
        "pages of this origin may not connect: " + setting + " says which may",
        "a page of " + origin + ": add its origin to " + setting + ", if it is yours");
  }

  /** The path alone, decoded; empty if it cannot be. */
  private static Optional<String> path(String target) {
    Matcher absolute = ABSOLUTE_FORM.matcher(target);
    String origin = absolute.lookingAt() ? target.substring(absolute.end()) : target;
    try {
      String path = new QueryStringDecoder(origin).path();
      return Optional.of(path.isEmpty() && absolute.hitEnd() ? "/" : path);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static boolean isKey(String key) {
    try {
      return Base64.getDecoder().decode(key).length == KEY_BYTES;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** The client names them by preference (section 4.1), in one line or in several. */
  private static Optional<String> subprotocol(HttpHeaders headers) {
    for (String line : headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL)) {
      for (String offered : line.split(",", -1)) {
        if (SUBPROTOCOLS.contains(offered.trim())) {
          return Optional.of(offered.trim());
        }
      }
    }
    return Optional.empty();
  }

  private static String accept(String key) {
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      return Base64.getEncoder()
          .encodeToString(sha1.digest((key + GUID).getBytes(StandardCharsets.ISO_8859_1)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // Each Java platform has it.
    }
  }
}
