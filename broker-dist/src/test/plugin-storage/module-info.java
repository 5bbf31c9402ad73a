module com.example.shelf {
  requires io.strmqtt.api;

  provides io.strmqtt.api.store.StorageProvider with
      com.example.shelf.ShelfProvider;
}
