package io.strmqtt.dist.blackbox;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** {@code mosquitto_pub} or {@code mosquitto_sub}, and the lines it prints. */
final class MosquittoProcess implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 20;

  private final Process process;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  private MosquittoProcess(Process process) {
    this.process = process;
    Thread.ofVirtual().start(this::read);
  }

  static MosquittoProcess start(List<String> command) {
    try {
      return new MosquittoProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
    } catch (IOException e) {
      throw new AssertionError(
          command.getFirst() + " is missing: install mosquitto-clients, or run ./test as root", e);
    }
  }

  private void read() {
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      output.lines().forEach(lines::add);
    } catch (IOException e) {
      // The process has ended.
    }
  }

  /** Gives it all of its input. */
  MosquittoProcess with(String input) throws IOException {
    try (OutputStream out = process.getOutputStream()) {
      out.write(input.getBytes(StandardCharsets.UTF_8));
    }
    return this;
  }

  /** The next line it prints. */
  String line() throws InterruptedException {
    String line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (line == null) {
      throw new AssertionError("no line; it " + (process.isAlive() ? "runs" : "has ended"));
    }
    return line;
  }

  /** How many lines nobody has taken yet. */
  int waiting() {
    return lines.size();
  }

  /** Waits for it to end well. */
  void insistOnSuccess() throws InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new AssertionError("it did not end well: " + lines);
    }
  }

  /** SIGKILL: no DISCONNECT. */
  void kill() {
    process.destroyForcibly();
  }

  /** SIGTERM: DISCONNECT. */
  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("it did not stop");
    }
  }
}
