package io.strmqtt.dist.cli.proxy;

/** How a probe ended. */
sealed interface Outcome {

  /** MQTT was answered. */
  record Connack(int code) implements Outcome {}

  /** The far side left the connection open, which is all that was asked of it. */
  record Kept() implements Outcome {}

  /** There was no connection. */
  record NotConnected(String why) implements Outcome {}

  /** The far side closed. */
  record Closed(boolean reset) implements Outcome {}

  /** Nothing more came within the time given. */
  record Silence() implements Outcome {}

  /** TLS was not agreed on; the text is for people. */
  record TlsFailed(String why) implements Outcome {}

  /** HTTP, and no WebSocket. */
  record HttpAnswer(String statusLine) implements Outcome {}

  /** A TLS alert where none was due: a TLS port spoken to in plain text. */
  record TlsAlert(int level, int description) implements Outcome {}

  /** Something else. */
  record Unexpected(String what) implements Outcome {}
}
