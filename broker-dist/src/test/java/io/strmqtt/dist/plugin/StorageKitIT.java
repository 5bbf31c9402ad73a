package io.strmqtt.dist.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The tests that the image has for authors of storage providers, run as the README says. */
@Timeout(120)
class StorageKitIT {
  private static final Path IMAGE =
      Path.of(System.getProperty("image.home", "target/st-rmqtt")).toAbsolutePath();
  private static final Path CONSOLE =
      Path.of(System.getProperty("console.home", "target/console")).toAbsolutePath();

  @TempDir private Path work;

  @Test
  void whatAnAuthorHasDoneSoFarPasses() throws Exception {
    Path shelf = new PluginJar(work).storage(work.resolve("shelf.jar"));

    Run run = kit(shelf, "-Dstorage.shelf.label=mine");

    assertThat(run.said()).contains("12 tests successful").contains("0 tests failed");
    assertThat(run.exitCode()).isZero();
  }

  @Test
  void aMistakeIsFound() throws Exception {
    Path shelf =
        new PluginJar(work)
            .storage(work.resolve("shelf.jar"), "subscriptions.remove(clientId);", "");

    Run run = kit(shelf, "-Dstorage.shelf.label=mine");

    assertThat(run.said())
        .contains("1 tests failed")
        .contains("removingASessionTakesItsSubscriptionsAlong");
    assertThat(run.exitCode()).isEqualTo(1);
  }

  @Test
  void withoutAProviderTheKitSaysWhatIsMissing() throws Exception {
    Run run = kit(IMAGE.resolve("lib/api"));

    assertThat(run.said()).contains("ServiceLoader finds no StorageProvider");
    assertThat(run.exitCode()).isEqualTo(1);
  }

  private record Run(int exitCode, String said) {}

  private Run kit(Path provider, String... properties) throws IOException, InterruptedException {
    Path kit;
    try (Stream<Path> jars = Files.list(IMAGE.resolve("lib/kit"))) {
      kit = jars.findFirst().orElseThrow();
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.addAll(List.of("--module-path", provider + ":" + IMAGE.resolve("lib/api")));
    command.addAll(List.of("--add-modules", "ALL-MODULE-PATH"));
    command.addAll(List.of("--class-path", kit + ":" + CONSOLE + "/*"));
    command.add("-Djava.io.tmpdir=" + work);
    command.addAll(List.of(properties));
    command.addAll(List.of("org.junit.platform.console.ConsoleLauncher", "execute"));
    command.addAll(List.of("--scan-class-path=" + kit, "--include-classname=.*SessionStoreTest"));
    command.addAll(List.of("--disable-banner", "--disable-ansi-colors"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), said);
  }
}
