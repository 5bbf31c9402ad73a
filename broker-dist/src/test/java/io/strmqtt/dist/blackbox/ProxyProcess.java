package io.strmqtt.dist.blackbox;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A proxy as a child process in the foreground, and what it prints. */
final class ProxyProcess implements AutoCloseable {
  private final Process process;
  private final List<String> output = new ArrayList<>();

  private ProxyProcess(Process process) {
    this.process = process;
    Thread.ofPlatform().daemon().name("proxy-output").start(this::read);
  }

  /** Starts a program; {@code /usr/sbin} is often not on the PATH of a plain user. */
  static ProxyProcess start(Path folder, String... command) {
    ProcessBuilder builder =
        new ProcessBuilder(
                Stream.concat(
                        Stream.of("/usr/bin/env", "PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/bin"),
                        Stream.of(command))
                    .toList())
            .redirectErrorStream(true)
            .directory(folder.toFile());
    try {
      return new ProxyProcess(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      String line;
      while ((line = lines.readLine()) != null) {
        synchronized (output) {
          output.add(line);
        }
      }
    } catch (IOException e) {
      // The process has ended.
    }
  }

  /** All lines so far. */
  List<String> output() {
    synchronized (output) {
      return List.copyOf(output);
    }
  }

  /** Fails, with what it has printed, if it has ended. */
  void insistOnRunning() {
    if (!process.isAlive()) {
      throw new AssertionError("the proxy has ended:\n" + String.join("\n", output()));
    }
  }

  /** Waits for it to be ready, and leaves nothing behind if it does not get there. */
  void awaitReady(Runnable ready) {
    boolean done = false;
    try {
      ready.run();
      done = true;
    } finally {
      if (!done) {
        close();
      }
    }
  }

  @Override
  public void close() {
    List<ProcessHandle> workers = process.descendants().toList();
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        workers.forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        throw new AssertionError("the proxy did not stop:\n" + String.join("\n", output()));
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
