package io.strmqtt.session;

import org.jspecify.annotations.Nullable;

/** The rows of one address in the order they were last seen; guarded by the log's lock. */
final class AddressRows {
  final String network;

  /** Stands for those that were folded; not among the others. */
  @Nullable UnauthorizedRow folded;

  private @Nullable UnauthorizedRow oldest;
  private @Nullable UnauthorizedRow newest;
  private int size;

  AddressRows(String network) {
    this.network = network;
  }

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0 && folded == null;
  }

  @Nullable UnauthorizedRow oldest() {
    return oldest;
  }

  void append(UnauthorizedRow row) {
    row.older = newest;
    if (newest == null) {
      oldest = row;
    } else {
      newest.newer = row;
    }
    newest = row;
    size++;
  }

  void remove(UnauthorizedRow row) {
    if (row.older == null) {
      oldest = row.newer;
    } else {
      row.older.newer = row.newer;
    }
    if (row.newer == null) {
      newest = row.older;
    } else {
      row.newer.older = row.older;
    }
    row.older = null;
    row.newer = null;
    size--;
  }
}
