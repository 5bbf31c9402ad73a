package io.strmqtt.dist.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** Paths in the configuration. */
final class Paths {
  private Paths() {}

  /** A relative path is below the installation folder; empty if the text cannot be a path. */
  static Optional<Path> below(Path home, String text) {
    try {
      return Optional.of(home.resolve(text).normalize());
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }
}
