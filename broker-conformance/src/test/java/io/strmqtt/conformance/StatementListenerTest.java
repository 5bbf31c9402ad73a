package io.strmqtt.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

class StatementListenerTest {
  /** Run by the test below, not by the build: its name does not say that it is a test. */
  static class Sample {
    @Test
    @Normative(
        v5 = {"MQTT-1", "MQTT-2"},
        v311 = "MQTT-1")
    void passes() {}

    @Test
    @Normative(v5 = "MQTT-3")
    void fails() {
      throw new AssertionError();
    }

    @Normative(v5 = "MQTT-4")
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void failsOnce(int n) {
      assertThat(n).isEqualTo(2);
    }

    @Normative(v5 = "MQTT-5")
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void passesEachTime(int n) {
      assertThat(n).isPositive();
    }

    @Test
    void showsNothing() {}
  }

  @Test
  void onlyTestsThatPassEachTimeShowTheirStatements(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("tests.tsv");
    StatementListener listener = new StatementListener(() -> file.toString());
    LauncherFactory.create(
            LauncherConfig.builder().enableTestExecutionListenerAutoRegistration(false).build())
        .execute(
            LauncherDiscoveryRequestBuilder.request().selectors(selectClass(Sample.class)).build(),
            listener);
    assertThat(Results.read(file).lines())
        .containsExactly(
            "3.1.1\tMQTT-1\tSample.passes",
            "5\tMQTT-1\tSample.passes",
            "5\tMQTT-2\tSample.passes",
            "5\tMQTT-5\tSample.passesEachTime");
  }
}
