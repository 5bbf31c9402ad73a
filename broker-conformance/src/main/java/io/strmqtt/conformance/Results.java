package io.strmqtt.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What one module's run of all its tests has shown: a line that says which build it belonged to,
 * then for each statement and passed test a line of version, id and test, tab-separated.
 *
 * @param build when the build has begun
 */
record Results(String build, List<String> lines) {

  /** Adds these results to the file, or replaces it if it is of another build. */
  void addTo(Path file) throws IOException {
    List<String> before = List.of();
    if (Files.exists(file) && read(file).build().equals(build)) {
      before = read(file).lines();
    }
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.write(
        file,
        Stream.of(Stream.of(build), before.stream(), lines.stream()).flatMap(s -> s).toList());
  }

  static Results read(Path file) throws IOException {
    List<String> all = Files.readAllLines(file);
    return new Results(all.getFirst(), all.subList(1, all.size()));
  }
}
