package io.strmqtt.transport;

import java.nio.file.Path;

/** A file of keys or certificates cannot be used: the message names it, and says what to do. */
final class UnusableFile extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * @param setting the last part of the key that names the file, such as {@code cert_file}
   */
  UnusableFile(String setting, Path path, String problem) {
    super(setting + " " + path + " " + problem, null, false, false);
  }
}
