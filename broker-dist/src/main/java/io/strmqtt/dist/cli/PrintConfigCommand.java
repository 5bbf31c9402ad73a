package io.strmqtt.dist.cli;

import io.strmqtt.dist.config.ConfigResult;
import io.strmqtt.dist.config.Setting;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "print-config",
    description = "Print every effective setting, one per line; passwords are masked.")
final class PrintConfigCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Mixin private final ConfigOption config = new ConfigOption();

  @Option(names = "--origin", description = "Say where each value comes from.")
  private boolean origin;

  PrintConfigCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    return switch (config.load(surroundings)) {
      case ConfigResult.Invalid invalid -> ConfigOption.report(invalid, surroundings.err());
      case ConfigResult.Loaded loaded -> {
        loaded.warnings().forEach(line -> surroundings.err().println("warning: " + line));
        loaded.settings().forEach(this::print);
        yield ExitCode.OK;
      }
    };
  }

  private void print(Setting setting) {
    String line = setting.path() + " = " + setting.value();
    surroundings.out().println(origin ? line + "  # " + setting.origin() : line);
  }
}
