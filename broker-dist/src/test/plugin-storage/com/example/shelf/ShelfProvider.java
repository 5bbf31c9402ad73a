package com.example.shelf;

import io.strmqtt.api.Settings;
import io.strmqtt.api.store.Storage;
import io.strmqtt.api.store.StorageProvider;
import io.strmqtt.api.store.StorageTerms;

/** A provider in the making. Its setting {@code label} is required. */
public final class ShelfProvider implements StorageProvider {
  @Override
  public String name() {
    return "shelf";
  }

  @Override
  public Storage open(StorageTerms terms, Settings settings) {
    return new Shelf(settings.requireString("label"));
  }
}
