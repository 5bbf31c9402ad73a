package io.strmqtt.api;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A part of a longer listing.
 *
 * @param items in the listing's order
 * @param next the cursor that continues behind the last item; absent at the end. Opaque to callers;
 *     as it travels in URLs, of letters, digits, {@code -} and {@code _} alone
 */
public record Page<T>(List<T> items, Optional<String> next) {
  public Page {
    items = List.copyOf(items);
  }

  /** The same page with each item translated. */
  public <R> Page<R> map(Function<? super T, ? extends R> translation) {
    return new Page<>(items.stream().<R>map(translation).toList(), next);
  }
}
