package io.strmqtt.dist.blackbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An example configuration of the documentation, to be tried. Only what belongs to a place is
 * replaced, and all of it must be there: an example that has changed does not go untested.
 */
final class ProxyExample {
  private static final Path FOLDER = Path.of("../docs/proxy");

  private String text;

  private ProxyExample(String text) {
    this.text = text;
  }

  static ProxyExample read(String name) {
    try {
      return new ProxyExample(Files.readString(FOLDER.resolve(name)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  ProxyExample replace(String words, String others) {
    if (!text.contains(words)) {
      throw new AssertionError("the example has no '" + words + "':\n" + text);
    }
    text = text.replace(words, others);
    return this;
  }

  /** Writes the file that the proxy is to read. */
  Path write(Path folder, String name) {
    try {
      return Files.writeString(folder.resolve(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
