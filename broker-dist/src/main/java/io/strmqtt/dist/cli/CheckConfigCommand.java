package io.strmqtt.dist.cli;

import io.strmqtt.dist.config.ConfigResult;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "check-config",
    description = "Read the configuration and say everything that is wrong with it.")
final class CheckConfigCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Mixin private final ConfigOption config = new ConfigOption();

  CheckConfigCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    return switch (config.load(surroundings)) {
      case ConfigResult.Invalid invalid -> ConfigOption.report(invalid, surroundings.err());
      case ConfigResult.Loaded loaded -> {
        loaded.warnings().forEach(line -> surroundings.err().println("warning: " + line));
        surroundings.out().println("The configuration is valid.");
        yield ExitCode.OK;
      }
    };
  }
}
