package io.strmqtt.dist.cli.proxy;

import java.io.InputStream;
import java.io.PrintStream;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code proxy}: two tools for those who put a load balancer in front. */
@Command(
    name = "proxy",
    description = "Read PROXY protocol headers, and see what a port does with them.",
    synopsisSubcommandLabel = "COMMAND")
public final class ProxyCommand {
  private ProxyCommand() {}

  /**
   * The command with its subcommands.
   *
   * @param in where {@code decode -} reads
   * @param out what was found
   * @param err mistakes of the command line
   * @param nanoTime as {@link System#nanoTime}
   * @param random makes client identifiers
   */
  public static CommandLine create(
      InputStream in,
      PrintStream out,
      PrintStream err,
      LongSupplier nanoTime,
      RandomGenerator random) {
    return new CommandLine(new ProxyCommand())
        .addSubcommand(new DecodeCommand(in, out, err))
        .addSubcommand(new ProbeCommand(out, err, nanoTime, random));
  }
}
