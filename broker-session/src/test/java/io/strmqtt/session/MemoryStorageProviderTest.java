package io.strmqtt.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.strmqtt.api.Settings;
import io.strmqtt.api.store.Durability;
import io.strmqtt.api.store.StorageProvider;
import io.strmqtt.api.store.StorageTerms;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class MemoryStorageProviderTest {
  private static final StorageTerms TERMS =
      new StorageTerms(Path.of("data"), Durability.FSYNC, Duration.ZERO, Clock.systemUTC());

  @Test
  void theProviderIsFoundByName() {
    MemoryStorageProviderTest.class.getModule().addUses(StorageProvider.class);

    assertThat(ServiceLoader.load(StorageProvider.class))
        .extracting(StorageProvider::name)
        .contains("memory");
  }

  @Test
  void aLimitOutOfRangeIsRefused() {
    for (String value : new String[] {"0", "10000001", "many"}) {
      Settings settings = new Settings(Map.of("unauthorized_max", value), Path.of(""));
      assertThatThrownBy(() -> new MemoryStorageProvider().open(TERMS, settings))
          .isInstanceOf(Settings.Invalid.class)
          .hasMessageContaining("10000000");
    }
  }

  @Test
  void anAgeOutOfRangeIsRefused() {
    for (String value : new String[] {"0", "999", "P3651D", "-PT1H", "long"}) {
      Settings settings = new Settings(Map.of("unauthorized_max_age", value), Path.of(""));
      assertThatThrownBy(() -> new MemoryStorageProvider().open(TERMS, settings))
          .isInstanceOf(Settings.Invalid.class);
    }
  }

  @Test
  void everySettingIsKnown() {
    Settings settings =
        new Settings(Map.of("unauthorized_max", 5, "retained_max", 5, "fast", true), Path.of(""));
    new MemoryStorageProvider().open(TERMS, settings).close();
    assertThat(settings.unknown()).containsExactly("fast");
  }
}
