package io.strmqtt.dist.blackbox;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A way to leave a broker without room for its files, and to give it room again. Whoever has given
 * it to a test as its argument need not close it: JUnit does.
 */
interface Shortage extends AutoCloseable {
  /** Where the broker is to have its data. */
  Path folder();

  /** Takes what room there is; again and again, as a broker may give some back meanwhile. */
  void begin(BrokerProcess broker);

  void end(BrokerProcess broker);

  @Override
  void close();

  /** A file system in memory that something else fills up; only root may mount one. */
  final class FullDisk implements Shortage {
    private final Path folder;

    private FullDisk(Path folder) {
      this.folder = folder;
    }

    /** Mounts one of so many MiB; throws if this user may not. */
    static FullDisk mount(int mebibytes) throws IOException {
      Path folder = Files.createTempDirectory("st-rmqtt-disk");
      String size = "size=" + mebibytes + "m";
      run(List.of("mount", "-t", "tmpfs", "-o", size, "tmpfs", folder.toString()));
      return new FullDisk(folder);
    }

    @Override
    public Path folder() {
      return folder;
    }

    @Override
    public void begin(BrokerProcess broker) {
      byte[] some = new byte[4096];
      try (OutputStream out = Files.newOutputStream(ballast(), CREATE, APPEND)) {
        while (true) {
          out.write(some);
        }
      } catch (IOException e) {
        // No space left on device.
      }
    }

    @Override
    public void end(BrokerProcess broker) {
      try {
        Files.delete(ballast());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() {
      try {
        run(List.of("umount", folder.toString()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private Path ballast() {
      return folder.resolve("ballast");
    }

    @Override
    public String toString() {
      return "a full disk";
    }
  }

  /** A limit of the process for the size of its files, which nothing fits in. */
  record NoFileMayGrow(Path folder) implements Shortage {
    static NoFileMayGrow create() throws IOException {
      return new NoFileMayGrow(Files.createTempDirectory("st-rmqtt-disk"));
    }

    @Override
    public void begin(BrokerProcess broker) {
      limit(broker, "1:");
    }

    @Override
    public void end(BrokerProcess broker) {
      if (ProcessHandle.of(broker.pid()).isPresent()) {
        limit(broker, "unlimited:");
      }
    }

    /** The soft limit; the hard one stays, so that anybody may raise it again. */
    private static void limit(BrokerProcess broker, String bytes) {
      try {
        run(List.of("prlimit", "--pid", Long.toString(broker.pid()), "--fsize=" + bytes));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() {}

    @Override
    public String toString() {
      return "no file may grow";
    }
  }

  private static void run(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException(command + ": " + said.strip());
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
