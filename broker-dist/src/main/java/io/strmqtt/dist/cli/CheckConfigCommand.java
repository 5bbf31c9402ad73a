package io.strmqtt.dist.cli;

import io.strmqtt.dist.config.BrokerConfig;
import io.strmqtt.dist.config.ConfigResult;
import io.strmqtt.dist.config.InvalidSetting;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "check-config",
    description = "Read the configuration and say everything that is wrong with it.")
final class CheckConfigCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  private final Consumer<BrokerConfig> checker;

  @Mixin private final ConfigOption config = new ConfigOption();

  CheckConfigCommand(Surroundings surroundings, Consumer<BrokerConfig> checker) {
    this.surroundings = surroundings;
    this.checker = checker;
  }

  @Override
  public Integer call() {
    return switch (config.load(surroundings)) {
      case ConfigResult.Invalid invalid -> ConfigOption.report(invalid, surroundings.err());
      case ConfigResult.Loaded loaded -> {
        loaded.warnings().forEach(line -> surroundings.err().println("warning: " + line));
        yield check(loaded);
      }
    };
  }

  /** What only the providers can say. */
  private int check(ConfigResult.Loaded loaded) {
    try {
      checker.accept(loaded.config());
    } catch (InvalidSetting e) {
      return ConfigOption.report(loaded, e, surroundings.err());
    }
    surroundings.out().println("The configuration is valid.");
    return ExitCode.OK;
  }
}
