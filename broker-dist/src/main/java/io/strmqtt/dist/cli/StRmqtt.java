package io.strmqtt.dist.cli;

import io.strmqtt.core.auth.PasswordHash;
import io.strmqtt.dist.Server;
import io.strmqtt.dist.cli.proxy.ProxyCommand;
import io.strmqtt.dist.config.BrokerConfig;
import io.strmqtt.dist.config.ConfigResult;
import io.strmqtt.transport.TlsReport;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntBiFunction;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;

/** The program {@code st-rmqtt}. */
@Command(
    name = "st-rmqtt",
    description = "An MQTT broker that lives behind load balancers and knows who is really there.",
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all is well",
      "1:it failed while running",
      "2:the command line is wrong",
      "78:the configuration is wrong"
    })
public final class StRmqtt {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Say how this is used.")
  private boolean help;

  private StRmqtt() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    limitBuffers();
    var surroundings =
        new Surroundings(
            Path.of(System.getProperty("st-rmqtt.home", "")).toAbsolutePath(),
            System.getenv(),
            System.in,
            System.out,
            System.err);
    System.exit(execute(surroundings, Server::run, Server::check, PasswordHash::hash, args));
  }

  /**
   * Keeps the buffers of sockets below the JVM's own limit for direct memory, which is the heap's:
   * at that one, each attempt to allocate waits for the garbage collector, half a second long.
   */
  private static void limitBuffers() {
    String limit = "io.netty.maxDirectMemory";
    if (System.getProperty(limit) == null) {
      long heap = Runtime.getRuntime().maxMemory();
      System.setProperty(limit, Long.toString(heap - heap / 8));
    }
  }

  /** Runs one command and returns its exit code. */
  static int execute(
      Surroundings surroundings,
      ToIntBiFunction<ConfigResult.Loaded, Supplier<ConfigResult>> server,
      Function<BrokerConfig, TlsReport> checker,
      PasswordHasher hasher,
      String... args) {
    CommandLine commands =
        new CommandLine(CommandSpec.forAnnotatedObject(new StRmqtt()))
            .addSubcommand(new RunCommand(surroundings, server))
            .addSubcommand(new CheckConfigCommand(surroundings, checker))
            .addSubcommand(new PrintConfigCommand(surroundings))
            .addSubcommand(new HashPasswordCommand(surroundings, hasher))
            .addSubcommand(StoreCommand.create(surroundings))
            .addSubcommand(
                ProxyCommand.create(
                    surroundings.in(),
                    surroundings.out(),
                    surroundings.err(),
                    System::nanoTime,
                    new SecureRandom()))
            .addSubcommand(new VersionCommand(surroundings))
            .setOut(new PrintWriter(surroundings.out(), true, StandardCharsets.UTF_8))
            .setErr(new PrintWriter(surroundings.err(), true, StandardCharsets.UTF_8))
            .setParameterExceptionHandler((e, arguments) -> misused(surroundings, e))
            .setExecutionExceptionHandler((e, command, parsed) -> failed(surroundings, e));
    return commands.execute(args);
  }

  private static int misused(Surroundings surroundings, ParameterException e) {
    surroundings.err().println("error: " + e.getMessage());
    surroundings
        .err()
        .println("try: " + e.getCommandLine().getCommandSpec().qualifiedName() + " --help");
    return ExitCode.USAGE;
  }

  private static int failed(Surroundings surroundings, Exception e) {
    surroundings.err().println("error: " + (e.getMessage() == null ? e : e.getMessage()));
    return ExitCode.FAILURE;
  }
}
