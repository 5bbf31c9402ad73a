package io.strmqtt.dist.cli;

import io.strmqtt.dist.config.ConfigResult;
import io.strmqtt.dist.config.InvalidSetting;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.function.ToIntBiFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "run",
    description = "Run the broker in the foreground, until SIGTERM or SIGINT. SIGHUP reloads.")
final class RunCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  private final ToIntBiFunction<ConfigResult.Loaded, Supplier<ConfigResult>> server;

  @Mixin private final ConfigOption config = new ConfigOption();

  RunCommand(
      Surroundings surroundings,
      ToIntBiFunction<ConfigResult.Loaded, Supplier<ConfigResult>> server) {
    this.surroundings = surroundings;
    this.server = server;
  }

  @Override
  public Integer call() {
    return switch (config.load(surroundings)) {
      case ConfigResult.Invalid invalid -> ConfigOption.report(invalid, surroundings.err());
      case ConfigResult.Loaded loaded -> run(loaded);
    };
  }

  private int run(ConfigResult.Loaded loaded) {
    try {
      return server.applyAsInt(loaded, () -> config.load(surroundings));
    } catch (InvalidSetting e) {
      return ConfigOption.report(loaded, e, surroundings.err());
    }
  }
}
