package io.strmqtt.dist.cli;

import io.strmqtt.dist.config.BrokerConfig;
import io.strmqtt.dist.config.ConfigResult;
import io.strmqtt.dist.config.InvalidSetting;
import io.strmqtt.transport.TlsReport;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "check-config",
    description = "Read the configuration and say everything that is wrong with it.")
final class CheckConfigCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  private final Function<BrokerConfig, TlsReport> checker;

  @Mixin private final ConfigOption config = new ConfigOption();

  CheckConfigCommand(Surroundings surroundings, Function<BrokerConfig, TlsReport> checker) {
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

  /** What only the providers and the files of certificates and keys can say. */
  private int check(ConfigResult.Loaded loaded) {
    TlsReport tls;
    try {
      tls = checker.apply(loaded.config());
    } catch (InvalidSetting e) {
      return ConfigOption.report(loaded, e, surroundings.err());
    }
    tls.warnings().forEach(line -> surroundings.err().println("warning: " + line));
    if (!tls.problems().isEmpty()) {
      tls.problems().forEach(line -> surroundings.err().println("error: " + line));
      return ExitCode.FAILURE;
    }
    surroundings.out().println("The configuration is valid.");
    return ExitCode.OK;
  }
}
