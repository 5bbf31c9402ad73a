package io.strmqtt.api.store;

import io.strmqtt.api.Settings;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Opens a {@link Storage}; found by ServiceLoader, chosen by {@code storage.provider = <name>}. */
public interface StorageProvider {
  /**
   * The name in the configuration, and of its section below {@code storage}; unique, {@code
   * [a-z0-9-]+}.
   */
  String name();

  /**
   * Opens the store; may take long, runs before listeners open.
   *
   * @param terms what holds for every provider
   * @param settings the section {@code storage.<name>}
   * @throws Settings.Invalid if a setting cannot be used: the broker does not start
   * @throws StorageException if the store cannot be opened: the broker does not start
   */
  Storage open(StorageTerms terms, Settings settings);

  /**
   * Reads everything in the store, which nobody may have open, and changes nothing that counts. As
   * it is here, the store is opened and the first thing that is wrong is found; a provider that can
   * say more does.
   *
   * @param findings is told of each thing that is damaged: what, and where
   * @return how many rows, or whatever the store counts in, were read
   * @throws Settings.Invalid if a setting cannot be used
   * @throws StorageException if the store cannot be read at all
   */
  default long check(StorageTerms terms, Settings settings, Consumer<String> findings) {
    AtomicLong sessions = new AtomicLong();
    try (Storage storage = open(terms, settings)) {
      storage.sessions().restore(session -> sessions.incrementAndGet());
    } catch (StorageException e) {
      findings.accept(String.valueOf(e.getMessage()));
    }
    return sessions.get();
  }
}
