package io.strmqtt.session.kit;

import io.strmqtt.api.Settings;
import io.strmqtt.api.store.Durability;
import io.strmqtt.api.store.Storage;
import io.strmqtt.api.store.StorageProvider;
import io.strmqtt.api.store.StorageTerms;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** A provider that has to pass the tests of this package: each is run once for each of them. */
record StorageUnderTest(StorageProvider provider) {
  /** Every provider there is. */
  static Stream<StorageUnderTest> all() {
    if (StorageUnderTest.class.getModule().isNamed()) {
      StorageUnderTest.class.getModule().addUses(StorageProvider.class);
    }
    return ServiceLoader.load(StorageProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .map(StorageUnderTest::new);
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
        new StorageTerms(folder, Durability.FSYNC, Duration.ZERO, clock),
        new Settings(settings, folder));
  }

  Storage open(
      Path folder, Map<String, Object> settings, Durability durability, Duration maxCommitDelay) {
    return provider.open(
        new StorageTerms(folder, durability, maxCommitDelay, Clock.systemUTC()),
        new Settings(settings, folder));
  }

  @Override
  public String toString() {
    return provider.name();
  }
}
