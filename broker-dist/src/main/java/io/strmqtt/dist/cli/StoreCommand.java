package io.strmqtt.dist.cli;

import io.strmqtt.api.store.StorageException;
import io.strmqtt.dist.StoppedStore;
import io.strmqtt.dist.config.ConfigResult;
import io.strmqtt.dist.config.InvalidSetting;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
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
          if (loaded.config().storage().provider().equals("memory")) {
            surroundings
                .err()
                .println(
                    "error: storage.provider is memory, which keeps nothing when the broker ends:"
                        + " there is no store to look into");
            yield ExitCode.FAILURE;
          }
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
        description = "A new file; standard output if not given, or -.")
    private @Nullable Path output;

    @Option(names = "--force", description = "Replace the file if it is there.")
    private boolean force;

    Export(Surroundings surroundings) {
      super(surroundings);
    }

    @Override
    int on(StoppedStore store) throws IOException {
      if (output == null || output.equals(Path.of("-"))) {
        store.export(surroundings.out()::println);
        return ended(surroundings.out());
      }
      Path to = output;
      if (Files.exists(to) && !force) {
        return failed(to + " exists; name another file, or say --force to replace it");
      }
      OutputStream bytes;
      try {
        bytes =
            force
                ? Files.newOutputStream(to)
                : Files.newOutputStream(to, StandardOpenOption.CREATE_NEW);
      } catch (IOException e) {
        return failed(to + " cannot be written: " + why(e, to));
      }
      boolean complete = false;
      try (PrintStream file = new PrintStream(bytes, false, StandardCharsets.UTF_8)) {
        store.export(file::println);
        int code = ended(file);
        complete = code == ExitCode.OK;
        return code;
      } finally {
        if (!complete) {
          Files.deleteIfExists(to); // Half an export is none.
        }
      }
    }

    private static String why(IOException e, Path to) {
      Path folder = to.toAbsolutePath().getParent();
      if (Files.isDirectory(to)) {
        return "it is a folder";
      }
      if (folder != null && !Files.isDirectory(folder)) {
        return "there is no folder " + folder;
      }
      return e instanceof FileSystemException file && file.getReason() != null
          ? file.getReason()
          : e instanceof AccessDeniedException
              ? "it is not allowed"
              : String.valueOf(e.getMessage());
    }

    private int failed(String problem) {
      surroundings.err().println("error: " + problem);
      return ExitCode.FAILURE;
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
