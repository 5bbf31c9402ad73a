package io.strmqtt.session;

import io.strmqtt.api.Settings;
import io.strmqtt.api.store.Storage;
import io.strmqtt.api.store.StorageProvider;
import io.strmqtt.api.store.StorageTerms;

/**
 * The provider {@code memory}. Settings: {@code retained_max} (retained messages, 1 to 100,000,000,
 * default 1,000,000), {@code retained_max_bytes} (bytes of heap that they take, at least 1 MiB,
 * default a quarter of the heap), {@code queued_max_mib} (MiB of messages that wait for sessions, 1
 * to 1,048,576, default a quarter of the heap) and those of {@link UnauthorizedLimits#from}.
 */
public final class MemoryStorageProvider implements StorageProvider {
  @Override
  public String name() {
    return "memory";
  }

  @Override
  public Storage open(StorageTerms terms, Settings settings) {
    long heapMib = Runtime.getRuntime().maxMemory() >> 20;
    return new MemoryStorage(
        new UnauthorizedLog(UnauthorizedLimits.from(settings), terms.clock()),
        settings.integer("retained_max", 1_000_000, 1, 100_000_000),
        RetainedTree.maxBytes(settings),
        (long) settings.integer("queued_max_mib", (int) Math.max(1, heapMib / 4), 1, 1 << 20)
            << 20);
  }
}
