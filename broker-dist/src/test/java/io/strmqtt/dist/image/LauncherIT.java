package io.strmqtt.dist.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherIT {
  @TempDir static Path work;
  private static Image image;

  @BeforeAll
  static void unpackBelowAPathWithSpaces() throws Exception {
    image = Image.unpack(work.resolve("a folder, unpacked"));
  }

  @Test
  void itRunsInAnEmptyEnvironment() throws Exception {
    Image.Result result =
        Image.run(work, Map.of(), List.of(image.launcher().toString(), "version"));

    assertThat(result.output()).contains("0.1.0");
    assertThat(result.exitCode()).isZero();
  }

  @Test
  void aLogLevelThatNobodyKnowsIsAnErrorWithTheChoices() throws Exception {
    for (String level : new String[] {"verbose", "3", "warn ing"}) {
      Image.Result result =
          Image.run(
              work,
              Map.of("ST_RMQTT_LOG_LEVEL", level),
              List.of(image.launcher().toString(), "version"));
      assertThat(result.exitCode()).isEqualTo(78);
      assertThat(result.output()).contains("ST_RMQTT_LOG_LEVEL", "debug", '"' + level + '"');
    }
    for (String level : new String[] {"warning", "INFO", ""}) {
      Image.Result result =
          Image.run(
              work,
              Map.of("ST_RMQTT_LOG_LEVEL", level),
              List.of(image.launcher().toString(), "version"));
      assertThat(result.exitCode()).as(result.output()).isZero();
    }
  }

  @Test
  void aLogFolderThatCannotBeWrittenEndsTheStartWithAWord() throws Exception {
    Path file = Files.writeString(work.resolve("file"), "in the way");
    Path taken = Files.createDirectories(work.resolve("taken/st-rmqtt.log")).getParent();
    Path astray = Files.createDirectory(work.resolve("astray"));
    Files.createSymbolicLink(astray.resolve("st-rmqtt.log"), work.resolve("nowhere/st-rmqtt.log"));
    for (String folder :
        List.of(
            file + "/log", file.toString(), "/proc/1/log", taken.toString(), astray.toString())) {
      Image.Result result =
          Image.run(
              work,
              Map.of("ST_RMQTT_LOG_DIR", folder),
              List.of(image.launcher().toString(), "run"));
      assertThat(result.exitCode()).isEqualTo(78);
      assertThat(result.output())
          .startsWith("error: ST_RMQTT_LOG_DIR: ")
          .contains('"' + folder + '"')
          .hasLineCount(1);
    }
  }

  @Test
  void commandsBesideTheBrokerDoNotLogToItsFiles() throws Exception {
    Path folder = work.resolve("log-of-run");
    Image.Result result =
        Image.run(
            work,
            Map.of("ST_RMQTT_LOG_DIR", folder.toString()),
            List.of(image.launcher().toString(), "check-config"));
    assertThat(result.exitCode()).as(result.output()).isZero();
    assertThat(folder).doesNotExist();
  }

  @Test
  void itFindsItsHomeThroughSymbolicLinks() throws Exception {
    Path links = Files.createDirectory(work.resolve("links"));
    Files.createSymbolicLink(links.resolve("broker"), image.launcher());
    Files.createSymbolicLink(links.resolve("mqtt"), Path.of("broker"));

    Image.Result result = Image.run(links, Map.of(), List.of("./mqtt", "version"));

    assertThat(result.exitCode()).as(result.output()).isZero();
  }

  @Test
  void optionsFromTheEnvironmentComeAfterThoseOfTheFile() throws Exception {
    Image.Result result =
        Image.run(
            work,
            Map.of("JAVA_OPTS", "-XX:MaxRAMPercentage=20 -XX:+PrintFlagsFinal"),
            List.of(image.launcher().toString(), "version"));

    assertThat(result.output())
        .containsPattern("MaxRAMPercentage *= 20[.]0")
        .containsPattern("UseCompactObjectHeaders *= true");
  }

  @Test
  void nativeLibrariesLieInTheImageAsFiles() {
    assertThat(image.home().resolve("lib"))
        .isDirectoryContaining("glob:**/libnetty_transport_native_epoll_x86_64.so")
        .isDirectoryContaining("glob:**/libnetty_tcnative_linux_x86_64.so");
  }
}
