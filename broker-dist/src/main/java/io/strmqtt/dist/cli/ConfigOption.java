package io.strmqtt.dist.cli;

import io.strmqtt.dist.config.ConfigLoader;
import io.strmqtt.dist.config.ConfigResult;
import io.strmqtt.dist.config.InvalidSetting;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option of every command that reads the configuration. */
final class ConfigOption {
  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "The configuration file; conf/st-rmqtt.conf of the installation if not given.")
  private @Nullable Path file;

  ConfigResult load(Surroundings surroundings) {
    return ConfigLoader.load(
        surroundings.home(),
        Optional.ofNullable(file),
        surroundings.environment(),
        Runtime.getRuntime().maxMemory());
  }

  /** Says what is wrong with the configuration. */
  static int report(ConfigResult.Invalid invalid, PrintStream err) {
    invalid.problems().forEach(problem -> err.println("error: " + problem));
    return ExitCode.CONFIGURATION;
  }

  /** Says what only showed when the configuration was put to use. */
  static int report(ConfigResult.Loaded loaded, InvalidSetting e, PrintStream err) {
    err.println(
        "error: " + e.path() + ": " + e.getMessage() + " (" + loaded.origin(e.path()) + ")");
    return ExitCode.CONFIGURATION;
  }
}
