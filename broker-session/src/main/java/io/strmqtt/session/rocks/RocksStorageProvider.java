package io.strmqtt.session.rocks;

import io.strmqtt.api.Settings;
import io.strmqtt.api.store.Storage;
import io.strmqtt.api.store.StorageProvider;
import io.strmqtt.api.store.StorageTerms;
import java.util.function.Consumer;

/**
 * The provider {@code rocksdb}: keeps its files in {@code data_dir/rocksdb}. Settings, sizes such
 * as {@code 64MiB}: {@code block_cache} and {@code write_buffer} (native memory, default 64MiB
 * each), {@code min_free} (of the file system, default 64MiB), {@code max_bytes} (of the files,
 * default 0: no limit), {@code retained_max} and those of refused attempts as with {@code memory}.
 */
public final class RocksStorageProvider implements StorageProvider {
  @Override
  public String name() {
    return "rocksdb";
  }

  @Override
  public Storage open(StorageTerms terms, Settings settings) {
    return RocksStorage.open(terms, RocksSettings.from(settings), System::nanoTime);
  }

  @Override
  public long check(StorageTerms terms, Settings settings, Consumer<String> findings) {
    return RocksStorage.check(terms, RocksSettings.from(settings), findings);
  }
}
