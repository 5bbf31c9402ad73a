package io.strmqtt.dist.cli.proxy;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Lines of {@code name: value}, with the values below each other. */
final class Lines {
  private record Line(String name, String value) {}

  private final List<Line> lines = new ArrayList<>();

  /**
   * Adds a line.
   *
   * @param value of printable characters only; see {@link WireText}
   */
  void add(String name, String value) {
    lines.add(new Line(name, value));
  }

  void print(PrintStream out) {
    int width = lines.stream().mapToInt(line -> line.name.length()).max().orElse(0) + 2;
    for (Line line : lines) {
      String label = line.name + ":";
      out.println(label + " ".repeat(width - label.length()) + line.value);
    }
  }
}
