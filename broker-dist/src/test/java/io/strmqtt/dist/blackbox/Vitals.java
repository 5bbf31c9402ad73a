package io.strmqtt.dist.blackbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How a broker is, seen from outside its process. */
final class Vitals {
  private static final Pattern STACK_TRACE =
      Pattern.compile("^\\s+at .*|^Caused by:.*|^Exception in .*|^[a-z.]+\\.[A-Za-z]+Exception.*");

  private final BrokerProcess broker;

  Vitals(BrokerProcess broker) {
    this.broker = broker;
  }

  /** A counter, or how often a reason has occurred; 0 if the API does not name it. */
  long count(String name) {
    return count(broker.get("/api/v1/counters"), name);
  }

  /** The same, of an answer of {@code /api/v1/counters} that is there already. */
  static long count(String counters, String name) {
    Matcher matcher = Pattern.compile('"' + name + "\"\\s*:\\s*(\\d+)").matcher(counters);
    return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
  }

  /** Bytes of physical memory the process occupies. */
  long residentBytes() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + broker.pid() + "/status"))) {
        if (line.startsWith("VmRSS:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
        }
      }
      throw new AssertionError("no VmRSS");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Bytes of the objects that are alive: collects the garbage first. */
  long liveHeapBytes() {
    Matcher matcher =
        Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)").matcher(jcmd("GC.class_histogram"));
    if (!matcher.find()) {
      throw new AssertionError("no total in the histogram");
    }
    return Long.parseLong(matcher.group(1));
  }

  /**
   * Bytes of direct buffers, if the broker runs with {@code -XX:NativeMemoryTracking=summary}: what
   * the JVM tracks as "Other".
   */
  long directBytes() {
    Matcher matcher =
        Pattern.compile("Other \\(reserved=\\d+KB, committed=(\\d+)KB")
            .matcher(jcmd("VM.native_memory"));
    return matcher.find() ? Long.parseLong(matcher.group(1)) * 1024 : 0;
  }

  /** What {@code jcmd} of the JDK that runs the tests says about the process. */
  private String jcmd(String command) {
    Path tool = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    try {
      Process process =
          new ProcessBuilder(tool.toString(), Long.toString(broker.pid()), command)
              .redirectErrorStream(true)
              .start();
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Fails if the log holds a stack trace or an internal error. */
  void insistOnCalmLog() {
    for (String line : broker.log()) {
      if (STACK_TRACE.matcher(line).matches() || line.contains("event=internal_error")) {
        throw new AssertionError("in the log: " + line + "\n" + String.join("\n", broker.log()));
      }
    }
  }
}
