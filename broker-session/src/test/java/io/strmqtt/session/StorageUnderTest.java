package io.strmqtt.session;

import io.strmqtt.api.Settings;
import io.strmqtt.api.store.Durability;
import io.strmqtt.api.store.Storage;
import io.strmqtt.api.store.StorageProvider;
import io.strmqtt.api.store.StorageTerms;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A provider that has to pass the tests of this package: each is run once for each of {@link
 * #all()}.
 */
record StorageUnderTest(StorageProvider provider) {
  static final StorageTerms TERMS =
      new StorageTerms(Path.of("data"), Durability.FSYNC, Duration.ZERO, Clock.systemUTC());

  static Stream<StorageUnderTest> all() {
    return Stream.of(new StorageUnderTest(new MemoryStorageProvider()));
  }

  Storage open() {
    return open(Map.of());
  }

  Storage open(Map<String, Object> settings) {
    return provider.open(TERMS, new Settings(settings, Path.of("")));
  }

  @Override
  public String toString() {
    return provider.name();
  }
}
