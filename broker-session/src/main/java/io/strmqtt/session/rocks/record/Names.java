package io.strmqtt.session.rocks.record;

import java.util.Optional;

/** Constants by name, which outlive a change of their order. */
final class Names {
  private Names() {}

  static <E extends Enum<E>> Optional<E> find(Class<E> type, String name) {
    try {
      return Optional.of(Enum.valueOf(type, name));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /**
   * @throws Damaged if there is no such constant
   */
  static <E extends Enum<E>> E require(Class<E> type, Reader in) {
    String name = in.text();
    return find(type, name)
        .orElseThrow(
            () ->
                in.damaged(
                    "an unknown " + type.getSimpleName() + " of " + name.length() + " characters"));
  }
}
