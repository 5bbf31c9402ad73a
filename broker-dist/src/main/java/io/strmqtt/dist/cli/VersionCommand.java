package io.strmqtt.dist.cli;

import io.strmqtt.dist.Version;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "version", description = "Print the version of the broker and of its runtime.")
final class VersionCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  VersionCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    surroundings.out().println("st-rmqtt " + Version.text());
    surroundings
        .out()
        .println(
            "Java "
                + Runtime.version()
                + ", "
                + System.getProperty("java.vm.name")
                + ", "
                + System.getProperty("os.name")
                + " "
                + System.getProperty("os.arch"));
    return ExitCode.OK;
  }
}
