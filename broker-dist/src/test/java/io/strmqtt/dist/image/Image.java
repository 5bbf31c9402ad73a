package io.strmqtt.dist.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The tarball, unpacked somewhere.
 *
 * @param home the installation
 */
public record Image(Path home) {

  /** Unpacks the image that the build has just made. */
  public static Image unpack(Path folder) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Process tar =
        new ProcessBuilder(
                "tar", "-xzf", System.getProperty("image.tarball"), "-C", folder.toString())
            .inheritIO()
            .start();
    if (tar.waitFor() != 0) {
      throw new IOException("tar: exit code " + tar.exitValue());
    }
    try (Stream<Path> unpacked = Files.list(folder)) {
      return new Image(unpacked.findFirst().orElseThrow());
    }
  }

  public Path launcher() {
    return home.resolve("bin/st-rmqtt");
  }

  /** Starts a command line in an environment of nothing but the given variables. */
  static Process start(Path directory, Map<String, String> environment, List<String> command)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder.start();
  }

  /** Runs a command line to its end; at most a minute. */
  static Result run(Path directory, Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    Process process = start(directory, environment, command);
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes());
    if (!process.waitFor(1, TimeUnit.MINUTES)) {
      process.destroyForcibly();
    }
    return new Result(process.waitFor(), output);
  }

  /**
   * How a command ended.
   *
   * @param output standard output and error
   */
  record Result(int exitCode, String output) {}
}
