package io.strmqtt.dist.cli.proxy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** One call of {@code st-rmqtt proxy}: its exit code and what it printed. */
record Tool(int exitCode, String out, String err) {
  static Tool run(String... args) {
    return run(new byte[0], args);
  }

  static Tool run(byte[] in, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        ProxyCommand.create(
                new ByteArrayInputStream(in),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                System::nanoTime,
                new Random(1))
            .execute(args);
    return new Tool(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** What stands behind a name; fails unless exactly one line has it. */
  String value(String name) {
    List<String> found = values(name);
    if (found.size() != 1) {
      throw new AssertionError(name + " is there " + found.size() + " times:\n" + out + err);
    }
    return found.getFirst();
  }

  List<String> values(String name) {
    return Arrays.stream(out.split("\n"))
        .filter(line -> line.startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .toList();
  }
}
