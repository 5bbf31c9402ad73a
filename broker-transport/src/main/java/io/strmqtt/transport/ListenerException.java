package io.strmqtt.transport;

/** A listener cannot be opened: the message says which, why, and what to do. */
public final class ListenerException extends Exception {
  private static final long serialVersionUID = 1L;

  ListenerException(String message) {
    super(message, null, false, false);
  }
}
