package io.strmqtt.admin;

import java.util.Optional;

/** The parameters {@code limit} and {@code cursor} of a listing. Others are ignored. */
sealed interface PageQuery {
  int DEFAULT_LIMIT = 100;
  int MAX_LIMIT = 1000;

  /**
   * @param limit 1 to {@link #MAX_LIMIT}
   */
  record Valid(Optional<String> cursor, int limit) implements PageQuery {}

  record Wrong(String parameter, String problem) implements PageQuery {}

  /**
   * @param query in its raw form, without the question mark
   */
  static PageQuery parse(String query) {
    Optional<String> cursor = Optional.empty();
    int limit = DEFAULT_LIMIT;
    for (String pair : query.split("&")) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      Optional<String> value = PercentEncoding.decode(equals < 0 ? "" : pair.substring(equals + 1));
      switch (name) {
        case "cursor" -> {
          if (value.filter(text -> !text.isEmpty()).isEmpty()) {
            return new Wrong("cursor", "expected the next_cursor of a page of this listing");
          }
          cursor = value;
        }
        case "limit" -> {
          limit = value.map(PageQuery::limit).orElse(0);
          if (limit == 0) {
            return new Wrong("limit", "expected a whole number from 1 to " + MAX_LIMIT);
          }
        }
        default -> {}
      }
    }
    return new Valid(cursor, limit);
  }

  /** 0 if it is no limit. */
  private static int limit(String text) {
    try {
      int limit = Integer.parseInt(text);
      return limit >= 1 && limit <= MAX_LIMIT ? limit : 0;
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
