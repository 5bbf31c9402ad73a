/** Storage providers. For now the memory one: everything is gone when the broker stops. */
module io.strmqtt.session {
  requires io.strmqtt.api;

  provides io.strmqtt.api.store.StorageProvider with
      io.strmqtt.session.MemoryStorageProvider;
}
