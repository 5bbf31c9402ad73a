package io.strmqtt.api;

/**
 * Why a connection was refused, a connection ended or a message was dropped: one closed list. The
 * log line, the counter, the unauthorized-client record and the documentation use these very words.
 */
public enum Reason {
  // PROXY protocol: the header that did not come, or should not have.
  NO_HEADER_MQTT(Kind.REFUSAL, "an MQTT CONNECT came where a PROXY header was expected"),
  NO_HEADER_TLS(Kind.REFUSAL, "a TLS ClientHello came where a PROXY header was expected"),
  NO_HEADER_HTTP(Kind.REFUSAL, "an HTTP request came where a PROXY header was expected"),
  NO_HEADER_OTHER(Kind.REFUSAL, "the first bytes are no PROXY header"),
  UNTRUSTED_PEER(Kind.REFUSAL, "the peer is not a trusted proxy"),
  UNEXPECTED_HEADER(Kind.REFUSAL, "a PROXY header came where none is accepted"),
  DUPLICATE_HEADER(Kind.REFUSAL, "a second PROXY header followed the first"),
  TIMEOUT(Kind.REFUSAL, "the PROXY header did not come in time"),
  TRUNCATED(Kind.REFUSAL, "the peer closed in the middle of the PROXY header"),
  BAD_V1(Kind.REFUSAL, "the version 1 line is malformed"),
  BAD_VERSION(Kind.REFUSAL, "the version nibble is not 2"),
  BAD_COMMAND(Kind.REFUSAL, "the command is neither LOCAL nor PROXY"),
  BAD_FAMILY(Kind.REFUSAL, "the address family or transport is not assigned"),
  BAD_LENGTH(Kind.REFUSAL, "the declared length does not hold the address block"),
  TOO_LARGE(Kind.REFUSAL, "the declared length exceeds the limit"),
  BAD_TLV(Kind.REFUSAL, "a type-length-value is malformed"),
  CRC_MISMATCH(Kind.REFUSAL, "the CRC32C does not match"),
  CRC_MISSING(Kind.REFUSAL, "a CRC32C is required and absent"),
  VERSION_NOT_ALLOWED(Kind.REFUSAL, "this PROXY protocol version is not accepted here"),
  DATAGRAM(Kind.REFUSAL, "a datagram transport was announced on a stream listener"),
  BAD_IDENTITY(Kind.REFUSAL, "an identity is not printable UTF-8"),
  BAD_SOURCE(Kind.REFUSAL, "the source address is multicast or unspecified"),
  BUDGET(Kind.REFUSAL, "too many connections wait for a PROXY header"),

  // Transport.
  TLS_FAILED(Kind.REFUSAL, "the TLS handshake failed"),
  TLS_TIMEOUT(Kind.REFUSAL, "the TLS handshake did not finish in time"),
  CLIENT_CERT_MISSING(Kind.REFUSAL, "the client has no certificate and one is required"),
  CLIENT_CERT_EXPIRED(Kind.REFUSAL, "the client's certificate or one of its issuers has expired"),
  CLIENT_CERT_NOT_YET_VALID(Kind.REFUSAL, "the client's certificate is not valid yet"),
  CLIENT_CERT_UNKNOWN_CA(Kind.REFUSAL, "the client's certificate is of an unknown authority"),
  CLIENT_CERT_CHAIN_INCOMPLETE(
      Kind.REFUSAL, "the issuer of the client's certificate is neither known nor sent"),
  CLIENT_CERT_WRONG_USAGE(Kind.REFUSAL, "the client's certificate is not for TLS clients"),
  CLIENT_CERT_TOO_LARGE(Kind.REFUSAL, "the client's certificates are too large"),
  CLIENT_CERT_INVALID(Kind.REFUSAL, "the client's certificate cannot be verified"),
  BAD_HTTP(Kind.REFUSAL, "the HTTP request is malformed or too large"),
  NOT_WEBSOCKET(Kind.REFUSAL, "the HTTP request is no WebSocket upgrade of the MQTT path"),
  ORIGIN_NOT_ALLOWED(Kind.REFUSAL, "pages of this origin may not connect"),
  HTTP_TIMEOUT(Kind.REFUSAL, "the WebSocket upgrade did not come in time"),

  // CONNECT.
  CONNECT_TIMEOUT(Kind.REFUSAL, "no CONNECT came in time"),
  CLOSED_BEFORE_CONNECT(Kind.REFUSAL, "the peer closed before its CONNECT was complete"),
  NOT_CONNECT(Kind.REFUSAL, "the first packet is not CONNECT"),
  MALFORMED_CONNECT(Kind.REFUSAL, "the CONNECT is malformed"),
  CONNECT_TOO_LARGE(Kind.REFUSAL, "the first packet exceeds the size it may have"),
  CONNECT_PROPERTIES_EXCEEDED(
      Kind.REFUSAL, "the CONNECT or its will has more user properties than allowed"),
  UNSUPPORTED_VERSION(Kind.REFUSAL, "the protocol name or level is not supported"),
  BAD_CLIENT_ID(Kind.REFUSAL, "the client id is not acceptable"),
  BAD_CREDENTIALS(Kind.REFUSAL, "the user name or password is wrong"),
  NO_CREDENTIALS(Kind.REFUSAL, "no credentials were given and anonymous access is off"),
  NOT_AUTHORIZED(Kind.REFUSAL, "the client is not authorized"),
  BAD_AUTH_METHOD(Kind.REFUSAL, "the authentication method is not supported"),
  BAD_AUTH_EXCHANGE(Kind.REFUSAL, "the client breaks the rules of its authentication method"),
  AUTH_TIMEOUT(Kind.REFUSAL, "the client did not finish its authentication in time"),
  AUTH_BUSY(Kind.REFUSAL, "too many authentications are waiting"),
  AUTH_FAILED(Kind.REFUSAL, "the authenticator failed"),
  WILL_REFUSED(Kind.REFUSAL, "the will is not acceptable"),
  CONNACK_TOO_LARGE(Kind.REFUSAL, "the client's maximum packet size is smaller than the CONNACK"),
  PENDING_LIMIT(
      Kind.REFUSAL, "too many connections wait for TLS, the upgrade, CONNECT or authentication"),
  CONNECTION_LIMIT(Kind.REFUSAL, "the maximum number of connections is reached"),
  SESSION_LIMIT(Kind.REFUSAL, "the maximum number of sessions is reached"),
  NO_DESCRIPTORS(Kind.REFUSAL, "too few file descriptors are left"),
  STORE_UNAVAILABLE(Kind.REFUSAL, "the store cannot write, and the session is to be kept"),
  SHUTTING_DOWN(Kind.REFUSAL, "the broker is shutting down"),

  // The end of an accepted connection.
  CLIENT_DISCONNECT(Kind.DISCONNECT, "the client sent DISCONNECT"),
  CLIENT_DISCONNECT_WITH_WILL(Kind.DISCONNECT, "the client sent DISCONNECT with will"),
  CONNECTION_LOST(Kind.DISCONNECT, "the connection ended without DISCONNECT"),
  KEEP_ALIVE_TIMEOUT(Kind.DISCONNECT, "the client was silent for one and a half keep-alives"),
  PACKET_TIMEOUT(Kind.DISCONNECT, "a packet that had begun did not come to its end in time"),
  TAKEN_OVER(Kind.DISCONNECT, "another connection uses the client id"),
  MALFORMED_PACKET(Kind.DISCONNECT, "a packet is malformed"),
  PROTOCOL_ERROR(Kind.DISCONNECT, "a packet breaks the protocol"),
  PACKET_TOO_LARGE(Kind.DISCONNECT, "a packet exceeds the maximum packet size"),
  USER_PROPERTIES_EXCEEDED(Kind.DISCONNECT, "a packet has more user properties than allowed"),
  RECEIVE_MAXIMUM_EXCEEDED(
      Kind.DISCONNECT, "more unacknowledged publications than the receive maximum"),
  TOPIC_ALIAS_INVALID(Kind.DISCONNECT, "a topic alias is out of range or unknown"),
  TOPIC_ALIASES_EXCEEDED(
      Kind.DISCONNECT, "the topics behind the client's topic aliases are too long together"),
  FILTERS_EXCEEDED(Kind.DISCONNECT, "an UNSUBSCRIBE has more filters than a packet may have"),
  TOPIC_INVALID(Kind.DISCONNECT, "a topic name or filter is invalid"),
  QOS_NOT_SUPPORTED(Kind.DISCONNECT, "the QoS is above the announced maximum"),
  RETAIN_NOT_SUPPORTED(Kind.DISCONNECT, "retained messages are not available"),
  PUBLISH_NOT_AUTHORIZED(Kind.DISCONNECT, "the client may not publish to the topic"),
  PAYLOAD_FORMAT_INVALID(Kind.DISCONNECT, "a payload that is said to be UTF-8 is not"),
  BAD_WEBSOCKET_FRAME(Kind.DISCONNECT, "a WebSocket frame is not binary or breaks the protocol"),
  REAUTHENTICATION_FAILED(Kind.DISCONNECT, "the client could not authenticate once more"),
  WRITE_TIMEOUT(Kind.DISCONNECT, "the peer stopped reading"),
  SLOW_SUBSCRIBER(
      Kind.DISCONNECT, "memory is short, and the client had more waiting for it than others"),
  OUT_OF_MEMORY(Kind.DISCONNECT, "no memory was left for the bytes of the connection"),
  SERVER_SHUTDOWN(Kind.DISCONNECT, "the broker is shutting down"),
  BROKER_ENDED(Kind.DISCONNECT, "the broker ended before the connection did"),
  ADMINISTRATIVE(Kind.DISCONNECT, "an administrator ended the session"),
  INTERNAL_ERROR(Kind.DISCONNECT, "an error inside the broker"),

  // Messages that did not reach a subscriber, or a router.
  QUEUE_FULL(Kind.DROP, "the subscriber's queue is full"),
  STORE_FULL(Kind.DROP, "the store has no room for messages of absent sessions"),
  MESSAGE_EXPIRED(Kind.DROP, "the message expired before it was sent"),
  OVER_CLIENT_PACKET_SIZE(Kind.DROP, "the message exceeds the subscriber's maximum packet size"),
  QOS0_OFFLINE(Kind.DROP, "QoS 0 is not kept for an offline session"),
  QOS0_SLOW_SUBSCRIBER(
      Kind.DROP, "QoS 0 for a client that does not keep up, while memory is short"),
  MESSAGE_LOST(Kind.DROP, "the store no longer has the message"),
  SESSION_ENDED(Kind.DROP, "the session ended with messages waiting"),
  QOS0_NOT_AUTHORIZED(Kind.DROP, "a QoS 0 publication was not authorized"),
  WILL_NOT_AUTHORIZED(Kind.DROP, "a will was not authorized when it was due"),
  RETAINED_LIMIT(Kind.DROP, "the limit of retained messages is reached");

  /** What a reason ends. */
  public enum Kind {
    /** An attempt to connect; recorded as an unauthorized client. */
    REFUSAL,
    /** An accepted connection. */
    DISCONNECT,
    /** One message for one subscriber. */
    DROP
  }

  private final Kind kind;
  private final String text;

  Reason(Kind kind, String text) {
    this.kind = kind;
    this.text = text;
  }

  public Kind kind() {
    return kind;
  }

  /** A short English sentence without a full stop, for people. */
  public String text() {
    return text;
  }
}
