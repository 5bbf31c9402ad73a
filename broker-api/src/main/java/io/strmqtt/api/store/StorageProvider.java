package io.strmqtt.api.store;

import io.strmqtt.api.Settings;

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
}
