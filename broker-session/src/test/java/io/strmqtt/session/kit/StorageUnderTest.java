package io.strmqtt.session.kit;

import io.strmqtt.api.Settings;
import io.strmqtt.api.store.Durability;
import io.strmqtt.api.store.Storage;
import io.strmqtt.api.store.StorageProvider;
import io.strmqtt.api.store.StorageTerms;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** A provider that has to pass the tests of this package: each is run once for each of them. */
record StorageUnderTest(StorageProvider provider) {
  /** Every provider there is; there must be one. */
  static Stream<StorageUnderTest> all() {
    if (StorageUnderTest.class.getModule().isNamed()) {
      StorageUnderTest.class.getModule().addUses(StorageProvider.class);
    }
    List<StorageUnderTest> found =
        ServiceLoader.load(StorageProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .map(StorageUnderTest::new)
            .toList();
    if (found.isEmpty()) {
      throw new AssertionError(
          "ServiceLoader finds no StorageProvider: a provider on the module path needs"
              + " --add-modules, one on the class path a file in META-INF/services");
    }
    return found.stream();
  }

  /** Those whose stores outlive the process: all but {@code memory}. */
  static Stream<StorageUnderTest> durable() {
    return all().filter(underTest -> !underTest.provider.name().equals("memory"));
  }

  /** Opens the store in the folder. */
  Storage open(Path folder) {
    return open(folder, Map.of());
  }

  Storage open(Path folder, Map<String, Object> settings) {
    return open(folder, settings, Durability.FSYNC, Duration.ZERO);
  }

  Storage open(Path folder, Map<String, Object> settings, Clock clock) {
    return provider.open(
        new StorageTerms(folder, Durability.FSYNC, Duration.ZERO, clock), with(settings, folder));
  }

  Storage open(
      Path folder, Map<String, Object> settings, Durability durability, Duration maxCommitDelay) {
    return provider.open(
        new StorageTerms(folder, durability, maxCommitDelay, Clock.systemUTC()),
        with(settings, folder));
  }

  /** What a test sets, and what the provider needs besides: system properties by the same names. */
  private Settings with(Map<String, Object> settings, Path folder) {
    String section = "storage." + provider.name() + ".";
    Map<String, Object> values = new HashMap<>();
    for (String property : System.getProperties().stringPropertyNames()) {
      if (property.startsWith(section)) {
        values.put(property.substring(section.length()), System.getProperty(property));
      }
    }
    values.putAll(settings);
    return new Settings(values, folder);
  }

  @Override
  public String toString() {
    return provider.name();
  }
}
