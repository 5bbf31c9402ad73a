package io.strmqtt.transport;

/** A listener cannot be opened: the message says which, why, and what to do. */
public final class ListenerException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean misconfigured;

  private ListenerException(String message, boolean misconfigured) {
    super(message, null, false, false);
    this.misconfigured = misconfigured;
  }

  /** What stands in the configuration, or in a file it names, cannot be used. */
  static ListenerException misconfigured(String message) {
    return new ListenerException(message, true);
  }

  /** The machine does not let it, or a file it needs cannot be used. */
  public static ListenerException failed(String message) {
    return new ListenerException(message, false);
  }

  /** Whether the configuration is to blame, and not the machine. */
  public boolean isMisconfigured() {
    return misconfigured;
  }
}
