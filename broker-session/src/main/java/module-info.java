/** Storage providers: one keeps everything in memory, the other in an embedded RocksDB. */
module io.strmqtt.session {
  requires io.strmqtt.api;
  requires org.apache.logging.log4j;
  requires rocksdbjni;

  provides io.strmqtt.api.store.StorageProvider with
      io.strmqtt.session.MemoryStorageProvider,
      io.strmqtt.session.rocks.RocksStorageProvider;
}
