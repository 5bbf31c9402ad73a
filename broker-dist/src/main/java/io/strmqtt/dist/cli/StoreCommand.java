package io.strmqtt.dist.cli;

import io.strmqtt.api.store.StorageException;
import io.strmqtt.dist.StoppedStore;
import io.strmqtt.dist.config.ConfigResult;
import io.strmqtt.dist.config.InvalidSetting;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "store",
    description = "Look into the store of a broker that is stopped.",
    synopsisSubcommandLabel = "COMMAND")
final class StoreCommand {
  private StoreCommand() {}

  static CommandLine create(Surroundings surroundings) {
    return new CommandLine(new StoreCommand())
        .addSubcommand(new Check(surroundings))
        .addSubcommand(new Stats(surroundings))
        .addSubcommand(new Export(surroundings));
  }

  /** What the commands have in common: a configuration, and errors that are said in one line. */
  private abstract static class OnStore implements Callable<Integer> {
    final Surroundings surroundings;

    @Mixin private final ConfigOption config = new ConfigOption();

    OnStore(Surroundings surroundings) {
      this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws IOException {
      return switch (config.load(surroundings)) {
        case ConfigResult.Invalid invalid -> ConfigOption.report(invalid, surroundings.err());
        case ConfigResult.Loaded loaded -> {
          try {
            yield on(new StoppedStore(loaded.config()));
          } catch (InvalidSetting e) {
            yield ConfigOption.report(loaded, e, surroundings.err());
          } catch (StorageException e) {
            surroundings.err().println("error: " + e.getMessage());
            yield ExitCode.FAILURE;
          }
        }
      };
    }

    abstract int on(StoppedStore store) throws IOException;
  }

  @Command(
      name = "check",
      description = "Read every row and checksum; say what is damaged, and where.")
  private static final class Check extends OnStore {
    Check(Surroundings surroundings) {
      super(surroundings);
    }

    @Override
    int on(StoppedStore store) {
      List<String> findings = new ArrayList<>();
      long rows =
          store.check(
              finding -> {
                findings.add(finding);
                surroundings.err().println("damaged: " + finding);
              });
      surroundings
          .out()
          .println(
              findings.isEmpty()
                  ? "The store is sound: " + rows + " rows."
                  : "The store is damaged: " + findings.size() + " findings in " + rows + " rows.");
      return findings.isEmpty() ? ExitCode.OK : ExitCode.FAILURE;
    }
  }

  @Command(name = "stats", description = "Count what is in the store.")
  private static final class Stats extends OnStore {
    Stats(Surroundings surroundings) {
      super(surroundings);
    }

    @Override
    int on(StoppedStore store) {
      store.statistics().forEach((name, value) -> surroundings.out().println(name + " " + value));
      return ExitCode.OK;
    }
  }

  @Command(
      name = "export",
      description = {
        "Write sessions, subscriptions, wills, queued and retained messages as JSON, one per line;",
        "payloads are base64."
      })
  private static final class Export extends OnStore {
    @Option(
        names = {"-o", "--output"},
        paramLabel = "FILE",
        description = "A new file; standard output if not given.")
    private @Nullable Path output;

    Export(Surroundings surroundings) {
      super(surroundings);
    }

    @Override
    int on(StoppedStore store) throws IOException {
      if (output == null) {
        store.export(surroundings.out()::println);
        return ended(surroundings.out());
      }
      try (PrintStream file =
          new PrintStream(
              Files.newOutputStream(output, StandardOpenOption.CREATE_NEW),
              false,
              StandardCharsets.UTF_8)) {
        store.export(file::println);
        return ended(file);
      }
    }

    private int ended(PrintStream out) {
      if (out.checkError()) {
        surroundings.err().println("error: not everything could be written");
        return ExitCode.FAILURE;
      }
      return ExitCode.OK;
    }
  }
}
