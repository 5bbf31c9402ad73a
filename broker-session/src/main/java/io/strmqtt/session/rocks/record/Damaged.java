package io.strmqtt.session.rocks.record;

/** Bytes that are no record of the kind that was expected. It has no stack trace. */
public final class Damaged extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what was expected, and what was found
   */
  public Damaged(String message) {
    super(message, null, false, false);
  }
}
