/**
 * The SPI: everything a plugin author sees, and nothing else. No Netty type appears here, so a
 * plugin never depends on how bytes travel.
 */
module io.strmqtt.api {
  requires static transitive org.jspecify;

  exports io.strmqtt.api;
  exports io.strmqtt.api.admin;
  exports io.strmqtt.api.auth;
  exports io.strmqtt.api.store;
}
