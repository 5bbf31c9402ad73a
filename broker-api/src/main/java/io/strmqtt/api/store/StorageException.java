package io.strmqtt.api.store;

/**
 * A store that cannot be opened: locked by another process, written by a newer version, damaged. It
 * has no stack trace; the message is for operators, and says what is wrong, where, and what to do.
 */
public final class StorageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StorageException(String message) {
    super(message, null, false, false);
  }
}
