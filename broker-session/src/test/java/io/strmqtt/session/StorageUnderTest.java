package io.strmqtt.session;

import io.strmqtt.api.Settings;
import io.strmqtt.api.store.Storage;
import io.strmqtt.api.store.StorageProvider;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A provider that has to pass the tests of this package: each is run once for each of {@link
 * #all()}.
 */
record StorageUnderTest(StorageProvider provider) {
  static Stream<StorageUnderTest> all() {
    return Stream.of(new StorageUnderTest(new MemoryStorageProvider()));
  }

  Storage open() {
    return open(Map.of());
  }

  Storage open(Map<String, Object> settings) {
    return provider.open(new Settings(settings, Path.of("")));
  }

  @Override
  public String toString() {
    return provider.name();
  }
}
