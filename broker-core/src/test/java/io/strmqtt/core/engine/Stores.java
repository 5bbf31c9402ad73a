package io.strmqtt.core.engine;

import io.strmqtt.api.Settings;
import io.strmqtt.api.store.Durability;
import io.strmqtt.api.store.Storage;
import io.strmqtt.api.store.StorageTerms;
import io.strmqtt.session.MemoryStorageProvider;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;

/** Stores to test on. */
public final class Stores {
  private Stores() {}

  public static Storage memory() {
    return memory(Map.of());
  }

  static Storage memory(Map<String, Object> settings) {
    return new MemoryStorageProvider()
        .open(
            new StorageTerms(Path.of("data"), Durability.FSYNC, Duration.ZERO, Clock.systemUTC()),
            new Settings(settings, Path.of("").toAbsolutePath()));
  }
}
